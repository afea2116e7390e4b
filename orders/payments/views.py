"""Paying an order, and the sandbox provider's own page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.checkout.bag import bag_of
from orders.checkout.models import Order
from orders.payments import sandbox, services
from orders.payments.models import Payment, SandboxCharge


@require_POST
def pay_now(request: HttpRequest, number: str) -> HttpResponse:
    """Begin or go on with an order's payment at the provider's page."""
    order = get_object_or_404(Order, number=number, bag=bag_of(request))
    back = request.build_absolute_uri(reverse("orders:paid", args=[order.number]))
    payment = services.begin_payment(order_id=order.pk, method="page", return_url=back)
    if payment.state == Payment.State.OPEN and payment.page_url:
        return redirect(payment.page_url)
    return redirect("orders:order", order.number)


@require_POST
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Back to the bag with what was not paid yet: another address, a piece less."""
    order = get_object_or_404(Order, number=number, bag=bag_of(request))
    services.withdraw_order(order_id=order.pk)
    order.refresh_from_db(fields=["status"])
    if order.status == Order.Status.PAID:
        messages.info(request, _("It was paid a moment ago, so it stays as it is."))
        return redirect("orders:order", order.number)
    return redirect("orders:bag")


def paid(request: HttpRequest, number: str) -> HttpResponse:
    """Where the provider sends the buyer back: ask how it went, then show the order."""
    order = get_object_or_404(Order, number=number, bag=bag_of(request))
    payment = order.payments.order_by("-pk").first()
    if payment is not None and payment.state == Payment.State.OPEN:
        payment = services.ask(payment)
    if payment is not None and payment.state == Payment.State.DECLINED:
        messages.warning(
            request,
            _("The payment was declined. The pieces stay held for a few minutes."),
        )
    return redirect("orders:order", order.number)


@require_http_methods(["GET", "POST"])
def sandbox_payment(request: HttpRequest, reference: str) -> HttpResponse:
    """The stand-in for a bank: approve or decline, then back to the shop."""
    charge = get_object_or_404(SandboxCharge, reference=reference)
    if request.method == "POST":
        approve = request.POST.get("decision") == "approve"
        charge = sandbox.decide(reference=reference, approve=approve)
        return redirect(charge.return_url or reverse("orders:home"))
    return render(request, "orders/sandbox_payment.html", {"charge": charge})
