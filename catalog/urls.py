"""All doors of catalog/."""

from django.urls import include, path

from catalog.merchants.views import application, people
from catalog.products import api
from catalog.sheets import downloads
from catalog.sheets import views as sheets
from catalog.workspace import prices, views

app_name = "catalog"

API = [path("products", api.Products.as_view(), name="api-products")]

STALL = [
    path("application/", application.application, name="application"),
    path("application/correct/", application.correct, name="correct-application"),
    path("products/", views.products, name="products"),
    path("stock/", views.stock, name="stock"),
    path("stock/<int:variant_id>/count/", views.count, name="count"),
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

urlpatterns = [
    path("api/v1/", include(API)),
    path("stall/", views.front, name="stall"),
    path("stall/apply/", application.apply, name="apply"),
    path("stall/join/<str:token>/", people.join, name="join"),
    path("stall/<int:merchant_id>/", include(STALL)),
]
