"""All doors of catalog/."""

from django.urls import URLPattern, URLResolver, include, path

from catalog.products import api
from catalog.stocktaking import api as counting
from catalog.stocktaking.views import labels, takes
from catalog.stocktaking.views import stock as shelf
from catalog.workspace import views

app_name = "catalog"

TAKE_API = [
    path("counts", counting.Counts.as_view(), name="api-counts"),
    path("pieces", counting.Pieces.as_view(), name="api-pieces"),
    path("find", counting.Find.as_view(), name="api-find"),
]

API: list[URLPattern | URLResolver] = [
    path("products", api.Products.as_view(), name="api-products"),
    path("stall/<int:merchant_id>/stock-takes/<int:take_id>/", include(TAKE_API)),
]

STOCK: list[URLPattern] = [
    path("stock/", shelf.listing, name="stock"),
    path("stock/<int:variant_id>/", shelf.variant, name="stock-of"),
    path("stock/<int:variant_id>/receive/", shelf.receive, name="receive"),
    path("stock/<int:variant_id>/adjust/", shelf.adjust, name="adjust"),
    path("stock/<int:variant_id>/alarm/", shelf.alarm, name="alarm"),
    path("stock-takes/", takes.takes, name="takes"),
    path("stock-takes/<int:take_id>/", takes.take, name="take"),
    path("stock-takes/<int:take_id>/typed/", takes.typed, name="take-typed"),
    path("stock-takes/<int:take_id>/review/", takes.review, name="take-review"),
    path("stock-takes/<int:take_id>/finish/", takes.finish, name="take-finish"),
    path("stock-takes/<int:take_id>/drop/", takes.drop, name="take-drop"),
    path("labels/", labels.labels, name="labels"),
]

urlpatterns = [
    path("api/v1/", include(API)),
    path("s/<str:code>", labels.bag, name="bag"),
    path("stall/", views.stall, name="stall"),
    path("stall/variants/<int:variant_id>/count/", views.count, name="count"),
    path("stall/<int:merchant_id>/", include(STOCK)),
]
