"""All doors of catalog/."""

from django.urls import URLPattern, URLResolver, include, path

from catalog.connections import views as connections
from catalog.connections.api import products as systems
from catalog.connections.api import stock
from catalog.connections.api.photos import OwnPhotos
from catalog.merchants.views import application, people
from catalog.photos import views as photos
from catalog.products import api
from catalog.provenance.views import artisans, linking, lots, passports
from catalog.sheets import downloads
from catalog.sheets import views as sheets
from catalog.stocktaking import api as counting
from catalog.stocktaking.views import labels, takes
from catalog.stocktaking.views import stock as shelf
from catalog.workspace import editor, prices, views

app_name = "catalog"

TAKE_API = [
    path("counts", counting.Counts.as_view(), name="api-counts"),
    path("pieces", counting.Pieces.as_view(), name="api-pieces"),
    path("find", counting.Find.as_view(), name="api-find"),
]

API: list[URLPattern | URLResolver] = [
    path("products", api.Products.as_view(), name="api-products"),
    path("stall/<int:merchant_id>/stock-takes/<int:take_id>/", include(TAKE_API)),
    path("merchant/products", systems.OwnProducts.as_view(), name="api-own-products"),
    path(
        "merchant/products/<str:sku>",
        systems.OwnProduct.as_view(),
        name="api-own-product",
    ),
    path(
        "merchant/products/<str:sku>/photos",
        OwnPhotos.as_view(),
        name="api-own-photos",
    ),
    path("merchant/stock", stock.Stock.as_view(), name="api-stock"),
    path("merchant/stock/<str:sku>", stock.OneStock.as_view(), name="api-one-stock"),
    path(
        "merchant/stock/<str:sku>/adjustments",
        stock.Adjustments.as_view(),
        name="api-adjustments",
    ),
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

CONNECTIONS = [
    path("", connections.connections, name="connections"),
    path("tokens/", connections.make_token, name="make-token"),
    path("tokens/<int:token_id>/revoke/", connections.revoke, name="revoke-token"),
    path("endpoints/", connections.make_endpoint, name="make-endpoint"),
    path("endpoints/<int:endpoint_id>/", connections.endpoint, name="endpoint"),
    path("endpoints/<int:endpoint_id>/ping/", connections.ping, name="ping"),
    path("endpoints/<int:endpoint_id>/pause/", connections.pause, name="pause"),
    path("endpoints/<int:endpoint_id>/resume/", connections.resume, name="resume"),
    path("endpoints/<int:endpoint_id>/rotate/", connections.rotate, name="rotate"),
    path("endpoints/<int:endpoint_id>/remove/", connections.remove, name="remove"),
    path(
        "endpoints/<int:endpoint_id>/send-failed/",
        connections.send_failed_again,
        name="send-failed",
    ),
    path("messages/<int:message_id>/", connections.message, name="message"),
    path("messages/<int:message_id>/again/", connections.send_again, name="send-again"),
]

PHOTOS = [  # of one product
    path("", photos.strip, name="photos"),
    path("add/", photos.add, name="photos-add"),
    path("order/", photos.order, name="photos-order"),
    path("<int:photo_id>/move/", photos.move, name="photo-move"),
    path("<int:photo_id>/crop/", photos.crop, name="photo-crop"),
    path("<int:photo_id>/again/", photos.again, name="photo-again"),
    path("<int:photo_id>/remove/", photos.remove, name="photo-remove"),
    path("<int:photo_id>/original/", photos.original, name="photo-original"),
]

STALL: list[URLPattern | URLResolver] = [
    path("connections/", include(CONNECTIONS)),
    path("application/", application.application, name="application"),
    path("application/correct/", application.correct, name="correct-application"),
    path("products/", views.products, name="products"),
    path("products/new/", editor.new, name="new-product"),
    path("products/<int:product_id>/", editor.edit, name="edit-product"),
    path("products/<int:product_id>/keep/", editor.keep, name="keep-product"),
    path(
        "products/<int:product_id>/withdraw/", editor.withdraw, name="withdraw-product"
    ),
    path("prices/", prices.edit, name="prices"),
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/template.xlsx", downloads.template, name="sheet-template"),
    path("sheets/pieces.<str:kind>", downloads.pieces, name="sheet-of-pieces"),
    path("sheets/<int:import_id>/", sheets.sheet, name="sheet"),
    path("sheets/<int:import_id>/choose/", sheets.choose, name="choose-tab"),
    path("sheets/<int:import_id>/columns/", sheets.map_columns, name="map-columns"),
    path("sheets/<int:import_id>/take-over/", sheets.take_over, name="take-over"),
    path("sheets/<int:import_id>/mend.xlsx", downloads.faults, name="sheet-faults"),
    path("sheets/<int:import_id>/<slug:action>/", sheets.act, name="sheet-act"),
    path("people/", people.people, name="people"),
    path("people/<int:member_id>/role/", people.give_role, name="give-role"),
    path("people/<int:member_id>/remove/", people.remove, name="remove-member"),
    path("invitations/<int:invitation_id>/withdraw/", people.withdraw, name="withdraw"),
]

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
    path("api/guide/", connections.guide, name="api-guide"),
    path("stall/", views.front, name="stall"),
    path("stall/apply/", application.apply, name="apply"),
    path("stall/join/<str:token>/", people.join, name="join"),
    path("stall/products/<int:product_id>/photos/", include(PHOTOS)),
    path("stall/<int:merchant_id>/", include(STALL)),
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
    path("s/<str:code>", labels.bag, name="bag"),
    path("stall/<int:merchant_id>/", include(STOCK)),
]
