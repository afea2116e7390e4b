"""All doors of catalog/."""

from django.urls import URLPattern, URLResolver, include, path

from catalog.connections import views as connections
from catalog.connections.api import products as systems
from catalog.connections.api import stock
from catalog.connections.api.photos import OwnPhotos
from catalog.merchants.views import application, people
from catalog.photos import views as photos
from catalog.products import api
from catalog.workspace import prices, views

app_name = "catalog"

API = [
    path("products", api.Products.as_view(), name="api-products"),
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

STALL: list[URLPattern | URLResolver] = [
    path("connections/", include(CONNECTIONS)),
    path("application/", application.application, name="application"),
    path("application/correct/", application.correct, name="correct-application"),
    path("products/", views.products, name="products"),
    path("stock/", views.stock, name="stock"),
    path("stock/<int:variant_id>/count/", views.count, name="count"),
    path("prices/", prices.edit, name="prices"),
    path("people/", people.people, name="people"),
    path("people/<int:member_id>/role/", people.give_role, name="give-role"),
    path("people/<int:member_id>/remove/", people.remove, name="remove-member"),
    path("invitations/<int:invitation_id>/withdraw/", people.withdraw, name="withdraw"),
]

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
    path("api/guide/", connections.guide, name="api-guide"),
    path("stall/", views.front, name="stall"),
    path("stall/apply/", application.apply, name="apply"),
    path("stall/join/<str:token>/", people.join, name="join"),
    path("stall/products/<int:product_id>/photos/", include(PHOTOS)),
    path("stall/<int:merchant_id>/", include(STALL)),
]
