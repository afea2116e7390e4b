"""The order's page: where it stands, what is in it, what it cost and why."""

from operator import attrgetter

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from livestream.models import Stream
from orders.checkout.bag import bag_of
from orders.checkout.models import Order, OrderLine
from orders.checkout.why import explained
from orders.customs.models import Declaration
from orders.shipping import services
from orders.shipping.models import Parcel
from orders.shipping.progress import Fact, State, status_line

HEADLINES = {
    "PAID": gettext_lazy("Waiting for your payment."),
    "PACKED": gettext_lazy("Paid. It is yours."),
    "RELEASED": gettext_lazy("Packed. Customs sees it next."),
    "LEFT_CHINA": gettext_lazy("Cleared for export."),
    "DELIVERED": gettext_lazy("On its way to you."),
}


def order(request: HttpRequest, number: str) -> HttpResponse:
    """For the browser that placed it, or the person whose e-mail address it bears."""
    found = own_order(request, number)
    parcel = Parcel.objects.filter(parcel_orders__order=found).first()
    facts = status_line(found, parcel, _list_number(parcel))
    now = next((fact for fact in facts if fact.state == State.NOW), None)
    return render(
        request,
        "orders/order.html",
        {
            "here": "account",
            "order": found,
            "headline": _headline(found, now),
            "arrival": facts[-1].due,
            "facts": facts,
            "lines": explained(
                sorted(found.quote.lines.all(), key=attrgetter("position"))
            ),
            "parcel": parcel,
            "is_open": parcel is not None and _takes_more(parcel),
            "can_pay": found.status == Order.Status.AWAITING_PAYMENT,
            "polls": found.status == Order.Status.PAID and now is not None,
        },
    )


@require_POST
def send_now(request: HttpRequest, number: str) -> HttpResponse:
    """Close the parcel of the night for this order now."""
    found = own_order(request, number)
    services.send_now(order_id=found.pk)
    messages.success(request, _("Your parcel takes no more. It is packed next."))
    return redirect("orders:order", found.number)


def own_order(request: HttpRequest, number: str) -> Order:
    """An order of this bag or of this signed-in person; any other is not found."""
    theirs = Q(bag=bag_of(request))
    if request.user.is_authenticated:
        theirs |= Q(email__iexact=request.user.email)
    replay = Stream.objects.filter(
        session=OuterRef("session"),
        kind=Stream.Kind.LIVE,
        ended_at__isnull=False,
        removed_at=None,
    )
    lines = OrderLine.objects.select_related(
        "variant__product", "merchant", "host", "claim"
    ).annotate(has_replay=Exists(replay))
    orders = Order.objects.select_related("quote").prefetch_related(
        Prefetch("lines", lines), "quote__lines"
    )
    return get_object_or_404(orders.filter(theirs), number=number)


def _takes_more(parcel: Parcel) -> bool:
    return parcel.state == Parcel.State.OPEN and parcel.closes_at > timezone.now()


def _list_number(parcel: Parcel | None) -> str:
    """Customs' number of the export list, once it has one."""
    if parcel is None:
        return ""
    declared = Declaration.objects.filter(parcel=parcel)
    return declared.values_list("invt_no", flat=True).first() or ""


def _headline(found: Order, now: Fact | None) -> str:
    if found.status == Order.Status.CANCELLED:
        return _("This order was cancelled.")
    return str(HEADLINES[now.code]) if now else _("Delivered.")
