"""The bag: what is held, the price at the door, and the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.models import Hold
from donghai import sql
from donghai.errors import Refused
from livestream.models import CrewMember
from orders.checkout import claiming, services
from orders.checkout.address import WrongDestination, address_from
from orders.checkout.bag import bag_of
from orders.checkout.models import Claim, Order, Quote
from orders.checkout.visitors import choose, country_of, shipped_to
from orders.checkout.visitors import keep as keep_visitor
from orders.checkout.why import PriceLine, explained

AS_BUYERS_KNOW_THEM = {
    "country": "shipping country",
    "postcode": "shipping postal-code",
    "name": "shipping name",
    "street": "shipping street-address",
    "city": "shipping address-level2",
    "region": "shipping address-level1",
    "email": "email",
    "phone": "tel",
}


OPEN_CLAIMS = """
SELECT count(*) AS many
FROM orders_claim claim JOIN catalog_hold hold ON hold.id = claim.hold_id
WHERE claim.bag = %(bag)s AND hold.state IN ('HELD', 'PAYING')
"""


HELD_IN = """
SELECT claim.hold_id
FROM orders_claim claim JOIN catalog_hold hold ON hold.id = claim.hold_id
WHERE claim.bag = %(bag)s AND claim.currency = %(currency)s
  AND hold.state = 'HELD' AND hold.expires_at > %(now)s
ORDER BY claim.id
"""


class CheckoutForm(forms.Form):
    """Where a parcel goes and whom to write to."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=shipped_to)
    postcode = forms.CharField(
        label=gettext_lazy("Postcode"), max_length=12, required=False
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=200)
    city = forms.CharField(label=gettext_lazy("City"), max_length=80)
    region = forms.CharField(
        label=gettext_lazy("State or region"), max_length=80, required=False
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy(
            "For the receipt and news of your parcel, nothing else."
        ),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone, for the carrier"), max_length=24, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in AS_BUYERS_KNOW_THEM.items():
            self.fields[name].widget.attrs["autocomplete"] = words


@dataclass(frozen=True, slots=True)
class Price:
    """What the price card says: a quote with its lines, or why there is none."""

    quote: Quote | None = None
    lines: Sequence[PriceLine] = ()
    refusal: str = ""


def bag(request: HttpRequest) -> HttpResponse:
    """What this browser holds, in one currency; posting the form asks or pays."""
    form = CheckoutForm(request.POST or None)
    if request.method == "POST" and request.POST.get("action") == "pay":
        order = _place(request, form)
        if order is not None:
            paying = redirect("orders:pay-now", order.number, preserve_request=True)
            lives = choose(request, country=order.country, money=None)
            keep_visitor(paying, lives)
            return paying
    held = _held(bag_of(request))
    currencies = list(dict.fromkeys(claim.currency for claim in held))
    asked = request.POST.get("currency") or request.GET.get("currency", "")
    currency = asked if asked in currencies else next(iter(currencies), "")
    claims = [claim for claim in held if claim.currency == currency]
    if not form.is_bound:
        form.initial = _last_address(request, claims)
    held_now = [c.hold_id for c in claims if c.hold.state == Hold.State.HELD]
    can_pay = bool(held_now)
    return render(
        request,
        "orders/bag.html",
        {
            "here": "bag",
            "claims": claims,
            "can_pay": can_pay,
            "waiting": _unpaid(bag_of(request)),
            "currency": currency,
            "other_currencies": [code for code in currencies if code != currency],
            "form": form,
            "price": _price(request, form, held_now) if can_pay else Price(),
        },
    )


@require_POST
def quote_part(request: HttpRequest) -> HttpResponse:
    """The price card alone, for another country or postcode."""
    held = sql.rows(
        HELD_IN,
        bag=bag_of(request),
        currency=request.POST.get("currency", ""),
        now=timezone.now(),
    )
    form = CheckoutForm(request.POST)
    price = _price(request, form, [claim.hold_id for claim in held])
    return render(request, "orders/_quote.html", {"price": price})


@require_POST
def drop(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Give a claim's pieces back."""
    bag = bag_of(request)
    if bag is not None and claiming.drop(bag=bag, claim_id=claim_id):
        messages.success(request, _("Given back. Somebody else can have it now."))
    return redirect("orders:bag")


def account(request: HttpRequest) -> HttpResponse:
    """A person's orders: by this browser's bag and, signed in, by e-mail address."""
    bag, user = bag_of(request), request.user
    orders = Order.objects.filter(bag=bag) if bag else Order.objects.none()
    if user.is_authenticated:
        orders = orders | Order.objects.filter(email__iexact=user.email)
    merchants = (
        [
            membership.merchant
            for membership in user.memberships.select_related("merchant")
        ]
        if user.is_authenticated
        else []
    )
    return render(
        request,
        "orders/account.html",
        {
            "here": "account",
            "orders": orders.prefetch_related("lines__variant__product").order_by(
                "-pk"
            )[:50],
            "host": getattr(user, "host", None),
            "merchants": merchants,
            "helps": CrewMember.objects.reading().filter(user=user.pk).exists(),
        },
    )


def in_pages(request: HttpRequest) -> dict[str, Any]:
    """Context processor: how many pieces wait in the bag, asked only where shown."""

    def count() -> int:
        bag = bag_of(request)
        return sql.row(OPEN_CLAIMS, bag=bag).many if bag else 0

    return {"bag_count": SimpleLazyObject(count)}


def _unpaid(bag: UUID | None) -> Order | None:
    """The bag's newest order that still waits for its money."""
    if bag is None:
        return None
    return Order.objects.waiting().filter(bag=bag).order_by("-pk").first()


def _held(bag: UUID | None) -> list[Claim]:
    if bag is None:
        return []
    held = Claim.objects.of(bag).open().for_display()
    now = timezone.now()
    return [
        claim
        for claim in held.order_by("pk")
        if claim.hold.state == Hold.State.PAYING or claim.hold.expires_at > now
    ]


def _last_address(request: HttpRequest, claims: Sequence[Claim]) -> dict[str, str]:
    """What the buyer typed last time, else the market the pieces are sold to."""
    bag = bag_of(request)
    last = Order.objects.filter(bag=bag).order_by("-pk").first() if bag else None
    if last is not None:
        return {name: getattr(last, name) for name in AS_BUYERS_KNOW_THEM}
    user = request.user
    known = {"email": user.email, "name": user.name} if user.is_authenticated else {}
    if claims:
        market = claims[0].listing.session.market_id
        known["country"] = country_of(request) or market
    return known


def _price(request: HttpRequest, form: CheckoutForm, holds: Sequence[int]) -> Price:
    country = form["country"].value() or ""
    bag = bag_of(request)
    if bag is None or not country:
        return Price()
    try:
        made = services.quote(
            bag=bag,
            hold_ids=holds,
            country=country,
            postcode=form["postcode"].value() or "",
        )
    except Refused as refusal:
        return Price(refusal=str(refusal))
    return Price(made.quote, explained(made.lines))


def _place(request: HttpRequest, form: CheckoutForm) -> Order | None:
    """The order; without one the form says why, or that the price stands no more."""
    bag = bag_of(request)
    if bag is None or not form.is_valid():
        return None
    facts = dict(form.cleaned_data)
    try:
        return services.place_order(
            bag=bag,
            quote_id=_quote_id(request),
            email=facts.pop("email"),
            address=address_from(facts),
            language=translation.get_language() or "en",
        )
    except (services.QuoteRanOut, WrongDestination, services.NoSuchQuote):
        messages.warning(request, _("Here is the price anew. Look at it, then pay."))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


def _quote_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("quote", ""))
    except ValueError:
        return UUID(int=0)
