"""All doors of catalog/."""

from django.urls import include, path

from catalog.photos import views as photos
from catalog.products import api
from catalog.workspace import views

app_name = "catalog"

API = [path("products", api.Products.as_view(), name="api-products")]

PHOTOS = [  # of one product
    path("", photos.strip, name="photos"),
    path("add/", photos.add, name="photos-add"),
    path("order/", photos.order, name="photos-order"),
    path("<int:photo_id>/move/", photos.move, name="photo-move"),
    path("<int:photo_id>/crop/", photos.crop, name="photo-crop"),
    path("<int:photo_id>/remove/", photos.remove, name="photo-remove"),
    path("<int:photo_id>/original/", photos.original, name="photo-original"),
]

urlpatterns = [
    path("api/v1/", include(API)),
    path("stall/", views.stall, name="stall"),
    path("stall/products/<int:product_id>/photos/", include(PHOTOS)),
    path("stall/variants/<int:variant_id>/count/", views.count, name="count"),
]
