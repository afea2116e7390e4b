"""All doors of orders/."""

from django.conf import settings
from django.urls import include, path

from orders.checkout import api as checkout
from orders.checkout.views import at_the_door, bag, claims_log, report, room, shop
from orders.customs import views as parcel_pages
from orders.payments import api as payments
from orders.payments import views as paying
from orders.settlement import views as settlement
from orders.shipping import api as parcels
from orders.shipping import views as stall

app_name = "orders"

API = [
    path(
        "sessions/<int:session_id>/claims", checkout.MakeClaim.as_view(), name="claim"
    ),
    path(
        "sessions/<int:session_id>/waiting",
        checkout.WaitInLine.as_view(),
        name="api-waiting",
    ),
    path("claims/<int:claim_id>", checkout.DropClaim.as_view(), name="drop-claim"),
    path("quotes", checkout.MakeQuote.as_view(), name="quote"),
    path("orders", checkout.PlaceOrder.as_view(), name="place-order"),
    path("orders/<str:number>", checkout.ShowOrder.as_view(), name="show-order"),
    path("orders/<str:number>/payments", payments.Pay.as_view(), name="pay"),
    path("orders/<str:number>/send-now", parcels.SendNow.as_view(), name="send"),
    path("payments/notices/<str:name>", payments.notice, name="payment-notice"),
]

PAGES = [
    path("", shop.home, name="home"),
    path("crystals/", shop.market, name="market"),
    path("crystals/deliver-to/", at_the_door.deliver_to, name="deliver-to"),
    path("crystals/<int:product_id>/", shop.product, name="product"),
    path("live/<int:session_id>/", room.session, name="session"),
    path("live/<int:session_id>/claim/", room.claim, name="claim-by-form"),
    path("live/<int:session_id>/pieces/<int:listing_id>/", room.piece, name="piece"),
    path(
        "live/<int:session_id>/prices/<slug:country>/<slug:currency>/<slug:language>/",
        at_the_door.prices,
        name="prices",
    ),
    path("live/<int:session_id>/waiting/", room.wait_in_line, name="waiting"),
    path("live/<int:session_id>/claims/", claims_log.claims, name="claims"),
    path(
        "studio/<int:session_id>/claims/publish/",
        claims_log.publish,
        name="publish-claims",
    ),
    path("c/<slug:code>/", room.come, name="come"),
    path("c/<slug:code>/<slug:platform>/", room.come, name="come-from"),
    path("studio/<int:session_id>/desk/", room.desk, name="desk"),
    path("studio/<int:session_id>/report/", report.report, name="report"),
    path("studio/<int:session_id>/report.csv", report.report_file, name="report-file"),
    path("studio/<int:session_id>/desk/claims/", room.desk_claims, name="desk-claims"),
    path("bag/", bag.bag, name="bag"),
    path("bag/price/", bag.quote_part, name="quote-part"),
    path("bag/<int:claim_id>/give-back/", bag.drop, name="drop"),
    path("you/", bag.account, name="account"),
    path("orders/<str:number>/", parcel_pages.order, name="order"),
    path("orders/<str:number>/send/", parcel_pages.send_now, name="send-now"),
    path("orders/<str:number>/pay/", paying.pay_now, name="pay-now"),
    path("orders/<str:number>/change/", paying.change, name="change"),
    path("orders/<str:number>/paid/", paying.paid, name="paid"),
    path("stall/<int:merchant_id>/", stall.today, name="today"),
    path("stall/<int:merchant_id>/bring/", stall.bring, name="bring"),
    path("stall/<int:merchant_id>/results/", settlement.results, name="results"),
    path(
        "stall/<int:merchant_id>/results.csv",
        settlement.results_file,
        name="results-file",
    ),
]

urlpatterns = [path("api/v1/", include(API)), *PAGES]
if not settings.PRODUCTION:
    urlpatterns += [
        path(
            "sandbox/payments/<str:reference>",
            paying.sandbox_payment,
            name="sandbox-payment",
        )
    ]
