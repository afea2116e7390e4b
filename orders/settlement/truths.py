"""What must be true of the ledger at any moment; each broken truth is one sentence.

The database refuses most of it already. This asks again, all rows at once, and also
what no constraint can see. Run it nightly and after every doubt; it changes nothing.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Sum

from donghai.money import total
from donghai.steps.models import Step
from orders.checkout.models import Order, OrderLine
from orders.settlement.models import Account, Conversion, Journal, Payable, Posting
from orders.settlement.parts import YUAN

JOBS_BEFORE_CONVERSION = (
    "orders.book_payment",
    "orders.clear_funds",
    "orders.convert_funds",
)


def broken(*, since: datetime | None = None) -> list[str]:
    """Everything that is wrong, in plain sentences; empty when all is well.

    With `since`, lines of orders paid before it are taken as checked.
    """
    return [
        *ledger_out_of_balance(),
        *journals_out_of_balance(),
        *foreign_money_left_over(),
        *paid_orders_not_settled(),
        *splits_that_miss_the_goods(since=since),
        *payables_that_miss_the_ledger(),
    ]


def ledger_out_of_balance() -> Iterator[str]:
    """All postings of a currency sum to zero."""
    sums = Posting.objects.values_list("currency").annotate(Sum("amount_minor"))
    for currency, minor in sums.order_by("currency"):
        if minor:
            yield f"the ledger is out by {minor} minor units of {currency}"


def journals_out_of_balance() -> Iterator[str]:
    """Each journal has postings, and they sum to zero per currency."""
    sums = Posting.objects.values_list("journal__key", "currency")
    off = sums.annotate(out=Sum("amount_minor")).exclude(out=0)
    for key, currency, minor in off.order_by("journal__key", "currency"):
        yield f"journal {key} is out by {minor} minor units of {currency}"
    empty = Journal.objects.filter(postings__isnull=True).order_by("key")
    for key in empty.values_list("key", flat=True):
        yield f"journal {key} has no postings"


def foreign_money_left_over() -> Iterator[str]:
    """A converted order has nothing on foreign accounts, nor any yuan on FOREX."""
    order_id = OuterRef("journal__order_id")
    sums = (
        Posting.objects.filter(~Q(currency=YUAN) | Q(account=Account.FOREX))
        .filter(Exists(Conversion.objects.filter(order=order_id)))
        .values_list("journal__order__number", "account", "currency")
        .annotate(out=Sum("amount_minor"))
        .exclude(out=0)
    )
    for number, account, currency, minor in sums.order_by("journal__order__number"):
        yield f"order {number} has {minor} minor units of {currency} left on {account}"


def paid_orders_not_settled() -> Iterator[str]:
    """Each paid order is shared out and converted, or a step still works on it."""
    shared = Journal.objects.filter(order=OuterRef("pk"), kind=Journal.Kind.SPLIT)
    converted = Conversion.objects.filter(order=OuterRef("pk"), refund__isnull=True)
    waits = Step.objects.filter(
        job__in=JOBS_BEFORE_CONVERSION, subject_id=OuterRef("pk")
    ).exclude(state=Step.State.DONE)
    lost = Order.objects.paid().filter(~Exists(waits)).order_by("pk")
    for number in lost.filter(~Exists(shared)).values_list("number", flat=True):
        yield f"order {number} is paid and not in the ledger"
    foreign = lost.exclude(currency=YUAN).filter(Exists(shared), ~Exists(converted))
    for number in foreign.values_list("number", flat=True):
        yield f"order {number} is paid and not converted"


def splits_that_miss_the_goods(*, since: datetime | None = None) -> Iterator[str]:
    """A line's shares are the goods' price at the rate of the sale, to the fen."""
    lines = OrderLine.objects.filter(order__status=Order.Status.PAID).order_by("pk")
    if since is not None:
        lines = lines.filter(order__paid_at__gte=since)
    for line in lines.prefetch_related("splits__rate").iterator(chunk_size=1000):
        splits = list(line.splits.all())
        rate = splits[0].rate if splits else None
        worth = rate.convert(line.total) if rate else line.total
        shared = total([split.amount for split in splits], YUAN)
        if shared != worth:
            yield f"line {line.pk} is worth {worth.amount}, shared as {shared.amount}"


def payables_that_miss_the_ledger() -> Iterator[str]:
    """What is written as owed to a merchant or host is what was booked as owed."""
    by_person = ("merchant_id", "host_id")
    written = Payable.objects.values_list(*by_person).annotate(Sum("amount_minor"))
    booked = Posting.objects.filter(
        account__in=(Account.MERCHANT_PAYABLE, Account.HOST_PAYABLE),
        journal__kind__in=(Journal.Kind.PAYABLE, Journal.Kind.SHARES_BACK),
    )
    owed = {tuple(row[:2]): row[2] for row in written}
    for merchant, host, minor in booked.values_list(*by_person).annotate(
        Sum("amount_minor")
    ):
        if owed.pop((merchant, host), 0) != -minor:
            yield f"payables of {_who(merchant, host)} are not {-minor} fen as booked"
    for merchant, host in (person for person, minor in owed.items() if minor):
        yield f"payables of {_who(merchant, host)} were never booked"


def _who(merchant: int | None, host: int | None) -> str:
    return f"merchant {merchant}" if merchant else f"host {host}"
