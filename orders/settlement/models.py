"""The ledger, what became of foreign money, and what is owed to whom in yuan."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Func, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Merchant
from donghai.money import Money
from hosts.models import Host
from orders.checkout.models import Order, Split
from orders.payments.models import Refund
from orders.shipping.models import Parcel


class Account(models.TextChoices):
    """Positive is what we have or gave, negative what we owe or earned."""

    PROVIDER_CLEARING = "PROVIDER_CLEARING", _("at the payment provider")
    BANK = "BANK", _("at the bank")
    GOODS_CLEARING = "GOODS_CLEARING", _("goods sold, not yet shared")
    FREIGHT_PAYABLE = "FREIGHT_PAYABLE", _("owed for post")
    DUTY_PAYABLE = "DUTY_PAYABLE", _("owed for duty")
    TAX_PAYABLE = "TAX_PAYABLE", _("owed for tax")
    FEES_PAYABLE = "FEES_PAYABLE", _("owed for fees")
    FOREX = "FOREX", _("foreign money sold, not yet converted")
    FOREX_RESULT = "FOREX_RESULT", _("gain and loss of exchange")
    MERCHANT_PENDING = "MERCHANT_PENDING", _("merchants' shares before delivery")
    MERCHANT_PAYABLE = "MERCHANT_PAYABLE", _("owed to merchants")
    HOST_PENDING = "HOST_PENDING", _("hosts' shares before delivery")
    HOST_PAYABLE = "HOST_PAYABLE", _("owed to hosts")
    CENTRE_REVENUE = "CENTRE_REVENUE", _("the centre's shares")
    REFUNDS = "REFUNDS", _("unwanted payments, to be sent back")


class Journal(models.Model):
    """One balanced entry. Never changed (see migration 0003): errors are reversed.

    `written_in` is the database transaction it came with: no posting joins it later.
    """

    class Kind(models.TextChoices):
        PAYMENT = "PAYMENT", _("payment received")
        SPLIT = "SPLIT", _("sale shared out")
        CLEARING = "CLEARING", _("money at the bank")
        CONVERSION = "CONVERSION", _("converted into yuan")
        PAYABLE = "PAYABLE", _("shares fell due")
        REFUND = "REFUND", _("money sent back")
        SHARES_BACK = "SHARES_BACK", _("shares taken back")
        UNWANTED = "UNWANTED", _("unwanted payment")
        UNWANTED_BACK = "UNWANTED_BACK", _("unwanted payment sent back")
        REVERSAL = "REVERSAL", _("correction")

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="journals",
    )
    parcel = models.ForeignKey(
        Parcel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="journals",
    )
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
    )
    booked_at = models.DateTimeField(_("booked at"), default=timezone.now)
    memo = models.CharField(_("memo"), max_length=200, blank=True, default="")
    written_in = models.BigIntegerField(
        editable=False,
        db_default=Func(function="txid_current", output_field=models.BigIntegerField()),
    )

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        constraints = [
            models.CheckConstraint(
                name="a_correction_names_what_it_reverses_and_why",
                condition=~Q(kind="REVERSAL") | Q(reverses__isnull=False) & ~Q(memo=""),
            ),
        ]
        indexes = [models.Index(fields=["-booked_at"], name="journals_newest")]

    def __str__(self) -> str:
        return self.key


class PostingQuerySet(models.QuerySet["Posting"]):
    def balances(self) -> dict[tuple[str, str], Money]:
        """The sum of each account and currency, those at zero included."""
        sums = self.values_list("account", "currency").annotate(Sum("amount_minor"))
        return {
            (account, currency): Money(int(minor), currency)
            for account, currency, minor in sums.order_by("account", "currency")
        }

    def of_split(self) -> dict[int, int]:
        """What is posted for each share, in fen, by the share's id."""
        sums = self.filter(split__isnull=False).values_list("split_id")
        return {pk: int(minor) for pk, minor in sums.annotate(Sum("amount_minor"))}


class Posting(models.Model):
    """One signed line of a journal: positive is debit, negative is credit."""

    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="postings"
    )
    account = models.CharField(_("account"), max_length=20, choices=Account.choices)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount"))
    merchant = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
    )
    host = models.ForeignKey(
        Host, on_delete=models.PROTECT, null=True, blank=True, related_name="postings"
    )
    split = models.ForeignKey(
        Split, on_delete=models.PROTECT, null=True, blank=True, related_name="postings"
    )

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(
                name="a_posting_moves_something", condition=~Q(amount_minor=0)
            ),
            models.CheckConstraint(
                name="a_posting_names_the_merchant_or_host_it_concerns",
                condition=Q(
                    account__startswith="MERCHANT_",
                    merchant__isnull=False,
                    host__isnull=True,
                )
                | Q(
                    account__startswith="HOST_",
                    merchant__isnull=True,
                    host__isnull=False,
                )
                | (
                    ~Q(account__startswith="MERCHANT_")
                    & ~Q(account__startswith="HOST_")
                    & Q(merchant__isnull=True, host__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Conversion(models.Model):
    """Foreign money that became yuan at a dealt rate; negative for a refund's money."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="conversions"
    )
    refund = models.OneToOneField(
        Refund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversion",
    )
    from_minor = models.BigIntegerField(_("from"))
    from_currency = models.CharField(_("from currency"), max_length=3)
    to_minor = models.BigIntegerField(_("to"))
    to_currency = models.CharField(_("to currency"), max_length=3)
    rate = models.ForeignKey(
        "donghai.ExchangeRate", on_delete=models.PROTECT, related_name="conversions"
    )
    converted_at = models.DateTimeField(_("converted"), default=timezone.now)

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(refund__isnull=True),
                name="an_orders_money_is_converted_once",
            ),
            models.CheckConstraint(
                name="a_conversion_is_between_two_currencies",
                condition=~Q(from_currency=F("to_currency")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_amount} = {self.to_amount}"

    @property
    def from_amount(self) -> Money:
        return Money(self.from_minor, self.from_currency)

    @property
    def to_amount(self) -> Money:
        return Money(self.to_minor, self.to_currency)


class PayableQuerySet(models.QuerySet["Payable"]):
    def due_on(self, day: date) -> Self:
        return self.filter(payable_on__lte=day)


class Payable(models.Model):
    """A share owed from a day on; negative when a refund takes some of it back."""

    split = models.ForeignKey(Split, on_delete=models.PROTECT, related_name="payables")
    refund = models.ForeignKey(
        Refund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payables",
    )
    party = models.CharField(_("party"), max_length=8, choices=Split.Party.choices)
    merchant = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payables",
    )
    host = models.ForeignKey(
        Host, on_delete=models.PROTECT, null=True, blank=True, related_name="payables"
    )
    amount_minor = models.BigIntegerField(_("amount in fen"))
    payable_on = models.DateField(_("payable from"))
    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="payables"
    )

    objects = PayableQuerySet.as_manager()

    class Meta:
        verbose_name = _("payable")
        verbose_name_plural = _("payables")
        constraints = [
            models.UniqueConstraint(
                fields=["split", "refund"],
                nulls_distinct=False,
                name="a_share_falls_due_once",
            ),
            models.CheckConstraint(
                name="a_payable_is_positive_and_a_refund_takes_back",
                condition=Q(refund__isnull=True, amount_minor__gt=0)
                | Q(refund__isnull=False, amount_minor__lt=0),
            ),
            models.CheckConstraint(
                name="a_payable_names_its_party",
                condition=Q(party="MERCHANT", merchant__isnull=False, host__isnull=True)
                | Q(party="HOST", merchant__isnull=True, host__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["payable_on"], name="payables_by_day")]

    def __str__(self) -> str:
        return f"{self.get_party_display()}: {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, "CNY")


class SandboxDeal(models.Model):
    """The sandbox bank's own book: what it dealt, once per key."""

    key = models.CharField(max_length=80, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rate = models.ForeignKey(
        "donghai.ExchangeRate", on_delete=models.PROTECT, related_name="+"
    )
    asked = models.PositiveIntegerField(default=1)
    dealt_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sandbox deal")
        verbose_name_plural = _("sandbox deals")

    def __str__(self) -> str:
        return self.key
