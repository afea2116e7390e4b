"""From a claim to an order: claim, quote, order, and who gets what of it."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold, Merchant, Variant
from donghai import sql
from donghai.money import Money
from hosts.models import Host
from livestream.models import Deal, Listing, LiveSession

HOLDS_SQL = """
SELECT claim.hold_id
FROM orders_orderline line JOIN orders_claim claim ON claim.id = line.claim_id
WHERE line.order_id = %(order)s ORDER BY claim.hold_id
"""


class ClaimQuerySet(models.QuerySet["Claim"]):
    def of(self, bag: Any) -> Self:
        return self.filter(bag=bag)

    def open(self) -> Self:
        return self.filter(hold__state__in=Hold.OPEN)

    def for_display(self) -> Self:
        return self.select_related(
            "hold", "listing__session__host", "listing__variant__product"
        )


class Claim(models.Model):
    """A viewer's "mine", at the price of that moment; its place is by our clock.

    `deal` is the flash deal it was made in, if its price is that deal's; `key` the
    Idempotency-Key that came with it.
    """

    listing = models.ForeignKey(
        Listing, on_delete=models.PROTECT, related_name="claims"
    )
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="claim")
    deal = models.ForeignKey(
        Deal,
        on_delete=models.PROTECT,
        related_name="claims",
        null=True,
        blank=True,
        db_index=False,  # most claims have none: see the partial index
    )
    bag = models.UUIDField(_("bag"))
    name = models.CharField(_("name in the room"), max_length=40, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    place = models.PositiveIntegerField(_("place in line"))
    price_minor = models.PositiveBigIntegerField(_("price"))
    wholesale_minor = models.PositiveBigIntegerField(_("wholesale price in fen"))
    currency = models.CharField(_("currency"), max_length=3)
    came_from = models.CharField(_("came from"), max_length=20, blank=True)
    key = models.UUIDField(null=True, unique=True, editable=False)
    claimed_at = models.DateTimeField(_("claimed"), default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "place"], name="a_place_in_line_is_taken_once"
            ),
        ]
        indexes = [
            models.Index(fields=["bag"], name="claims_of_a_bag"),
            models.Index(
                fields=["deal"],
                name="claims_of_a_deal",
                condition=Q(deal__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def receipt(self) -> str:
        """What the viewer is shown and can quote later."""
        return f"C{self.listing_id}-{self.place}"

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)


class PublishedClaims(models.Model):
    """A session's host lets everybody read its claims; staff may take that back."""

    session = models.OneToOneField(
        LiveSession, on_delete=models.PROTECT, related_name="published_claims"
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("taken back by"),
    )

    class Meta:
        verbose_name = _("published claims")
        verbose_name_plural = _("published claims")

    def __str__(self) -> str:
        return str(self.session_id)


class Quote(models.Model):
    """A landed price for some claims and one destination; frozen by its order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bag = models.UUIDField(_("bag"))
    country = models.CharField(_("country"), max_length=2)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.PositiveBigIntegerField(_("total"))
    is_estimate = models.BooleanField(_("estimate"), default=False)
    quoted_at = models.DateTimeField(_("quoted"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")

    def __str__(self) -> str:
        return str(self.total)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class QuoteLine(models.Model):
    """One line of a landed price with the rule and the rate it came from."""

    class Kind(models.TextChoices):
        GOODS = "GOODS", _("goods")
        FREIGHT = "FREIGHT", _("post")
        DUTY = "DUTY", _("duty")
        TAX = "TAX", _("tax")
        FEE = "FEE", _("fee")

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    label = models.CharField(_("label"), max_length=160)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    rule = models.CharField(_("rule"), max_length=60)
    is_estimate = models.BooleanField(_("estimate"), default=False)
    rate = models.ForeignKey(
        "donghai.ExchangeRate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    working = models.JSONField(_("working"), default=dict)
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("line of a quote")
        verbose_name_plural = _("lines of quotes")
        constraints = [
            models.UniqueConstraint(
                fields=["quote", "position"], name="a_quote_has_one_line_per_position"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text}: {self.amount}"

    @property
    def text(self) -> str:
        """What it is for, in the reader's language."""
        return gettext(self.label) % self.working

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class OrderQuerySet(models.QuerySet["Order"]):
    def paid(self) -> Self:
        return self.filter(status=Order.Status.PAID)

    def waiting(self) -> Self:
        return self.filter(status=Order.Status.AWAITING_PAYMENT)


class Order(models.Model):
    """What a buyer pays at once. It exists before any provider is asked for money."""

    class Status(models.TextChoices):
        AWAITING_PAYMENT = "AWAITING_PAYMENT", _("waiting for payment")
        PAID = "PAID", _("paid")
        CANCELLED = "CANCELLED", _("cancelled")

    number = models.CharField(_("number"), max_length=16, unique=True)
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="order")
    bag = models.UUIDField(_("bag"))
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=8, default="en")
    name = models.CharField(_("name"), max_length=100)
    street = models.CharField(_("street and number"), max_length=200)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("state or region"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=Status.choices,
        default=Status.AWAITING_PAYMENT,
    )
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.PositiveBigIntegerField(_("total"))
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(
                name="a_paid_order_says_when",
                condition=~Q(status="PAID") | Q(paid_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["bag"], name="orders_of_a_bag"),
            models.Index(fields=["-placed_at"], name="orders_newest"),
            models.Index(Upper("email"), name="orders_of_an_email"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    def hold_ids(self) -> list[int]:
        """The holds behind its lines (one query)."""
        return [row.hold_id for row in sql.rows(HOLDS_SQL, order=self.pk)]


class OrderLine(models.Model):
    """Some units of one claim; it knows its merchant, host and session."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="order_lines"
    )
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="order_lines")
    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="order_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price_minor = models.PositiveBigIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("line of an order")
        verbose_name_plural = _("lines of orders")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "claim"], name="an_order_names_a_claim_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"

    @property
    def unit_price(self) -> Money:
        return Money(self.unit_price_minor, self.currency)

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


class Split(models.Model):
    """One party's share of a line in fen, fixed at the sale at a named rate."""

    class Party(models.TextChoices):
        MERCHANT = "MERCHANT", _("merchant")
        HOST = "HOST", _("host")
        CENTRE = "CENTRE", _("centre")

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="splits")
    party = models.CharField(_("party"), max_length=8, choices=Party.choices)
    amount_minor = models.BigIntegerField(_("amount in fen"))
    rate = models.ForeignKey(
        "donghai.ExchangeRate", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "party"], name="a_party_shares_a_line_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()}: {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, "CNY")
