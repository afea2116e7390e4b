"""All doors of catalog/."""

from django.urls import include, path

from catalog import api

app_name = "catalog"

API = [path("products", api.Products.as_view(), name="api-products")]

urlpatterns = [path("api/v1/", include(API))]
