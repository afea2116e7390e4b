"""All doors of catalog/."""

from django.urls import include, path

from catalog.products import api
from catalog.provenance.views import artisans, linking, lots, passports
from catalog.workspace import views

app_name = "catalog"

API = [path("products", api.Products.as_view(), name="api-products")]

ORIGIN = [
    path("", linking.provenance, name="product-provenance"),
    path("<slug:what>/", linking.say, name="say-provenance"),
    path(
        "<slug:what>/<int:said_id>/take-back/",
        linking.take_back,
        name="take-back-provenance",
    ),
]

urlpatterns = [
    path("api/v1/", include(API)),
    path("stall/", views.stall, name="stall"),
    path("stall/variants/<int:variant_id>/count/", views.count, name="count"),
    path("stall/products/<int:product_id>/origin/", include(ORIGIN)),
    path("p/", passports.find, name="find-passport"),
    path("p/<str:code>.svg", passports.qr, name="passport-qr"),
    path("p/<str:code>/", passports.passport, name="passport"),
    path("evidence/<int:evidence_id>/", passports.paper, name="evidence"),
    path("evidence/<int:evidence_id>/photo/", passports.photo, name="photo"),
    path("lots/", lots.lots, name="lots"),
    path("lots/<str:code>/", lots.lot, name="lot"),
    path("artisans/", artisans.artisans, name="artisans"),
    path("artisans/<slug:slug>/", artisans.artisan, name="artisan"),
]
