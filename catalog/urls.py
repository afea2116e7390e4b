"""All doors of catalog/."""

from django.urls import include, path

from catalog.products import api
from catalog.workspace import views

app_name = "catalog"

API = [path("products", api.Products.as_view(), name="api-products")]

urlpatterns = [
    path("api/v1/", include(API)),
    path("stall/", views.stall, name="stall"),
    path("stall/variants/<int:variant_id>/count/", views.count, name="count"),
]
