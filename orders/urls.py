"""All doors of orders/."""

from django.conf import settings
from django.urls import include, path

from orders.checkout import api as checkout
from orders.payments import api as payments
from orders.payments import views as payment_pages

app_name = "orders"

API = [
    path(
        "sessions/<int:session_id>/claims", checkout.MakeClaim.as_view(), name="claim"
    ),
    path("claims/<int:claim_id>", checkout.DropClaim.as_view(), name="drop-claim"),
    path("quotes", checkout.MakeQuote.as_view(), name="quote"),
    path("orders", checkout.PlaceOrder.as_view(), name="place-order"),
    path("orders/<str:number>", checkout.ShowOrder.as_view(), name="show-order"),
    path("orders/<str:number>/payments", payments.Pay.as_view(), name="pay"),
    path("payments/notices/<str:name>", payments.notice, name="payment-notice"),
]

urlpatterns = [path("api/v1/", include(API))]
if not settings.PRODUCTION:
    urlpatterns += [
        path(
            "sandbox/payments/<str:reference>",
            payment_pages.sandbox_payment,
            name="sandbox-payment",
        )
    ]
