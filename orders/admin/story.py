"""The story of one order: all that is known of it, gathered for one page.

The number of queries is the same for a small order and a large one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest

from donghai.admin import steps
from donghai.backoffice.duties import ACCOUNTANTS, CLERKS, may
from donghai.backoffice.pages import Button, page_for
from donghai.money import Money, total
from donghai.steps.models import Step
from orders.admin.customs import in_words
from orders.checkout.models import Order, OrderLine
from orders.checkout.why import PriceLine, explained
from orders.customs.models import Declaration, Message, Receipt
from orders.payments.models import Notice, Payment
from orders.settlement.models import Conversion, Journal, Payable, Posting
from orders.shipping.models import Parcel
from orders.shipping.progress import status_line


@dataclass(frozen=True, slots=True)
class Work:
    """A step in words, with the button that tries it again."""

    step: Step
    words: str
    buttons: list[Button]


@dataclass(frozen=True, slots=True)
class Answer:
    """What customs said, and its number in words."""

    receipt: Receipt
    words: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A message to customs with every answer to it."""

    message: Message
    words: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Leg:
    """A posting in the two columns of a ledger."""

    posting: Posting
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What a journal adds up to in one currency; `over` is zero, or all is wrong."""

    debit: Money
    credit: Money
    over: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal with its postings, and their sums by currency."""

    journal: Journal
    legs: list[Leg]
    sums: list[Sum]


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of the landed price, with the row that keeps its rule and rate."""

    row: Any
    words: PriceLine


def story_of(order: Order, request: HttpRequest) -> dict[str, Any]:
    """What the page shows, by the duty of the person asking."""
    parcel = Parcel.objects.filter(parcel_orders__order=order).first()
    declaration = declaration_of(parcel)
    list_number = declaration.invt_no if declaration else ""
    payments = list(payments_of(order))
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    told = steps.of(
        order=[order.pk],
        parcel=[parcel.pk] if parcel else [],
        refund=[refund.pk for refund in refunds],
    )
    shows_money = may(request, ACCOUNTANTS)
    return {
        "order": order,
        "facts": status_line(order, parcel, list_number),
        "lines": lines_of(order),
        "price": price_of(order),
        "payments": payments,
        "refunds": refunds,
        "notices": notices_of(payments),
        "parcel": parcel,
        "parcel_buttons": _buttons(request, parcel),
        "tracking": parcel.tracking_events.order_by("at") if parcel else (),
        "declaration": declaration,
        "declaration_buttons": _buttons(request, declaration),
        "papers": papers_of(declaration),
        "work": [_work(request, step) for step in told],
        "shows_address": may(request, CLERKS),
        "shows_money": shows_money,
        **(money_of(order) if shows_money else {}),
    }


def declaration_of(parcel: Parcel | None) -> Declaration | None:
    rows = Declaration.objects.filter(parcel=parcel).select_related("route")
    return rows.defer("snapshot").first() if parcel else None


def lines_of(order: Order) -> QuerySet[OrderLine]:
    return (
        order.lines.select_related(
            "variant__product", "merchant", "host", "session", "claim"
        )
        .prefetch_related("splits__rate")
        .order_by("pk")
    )


def price_of(order: Order) -> list[PricedLine]:
    rows = list(order.quote.lines.select_related("rate").order_by("position"))
    return [
        PricedLine(row, words) for row, words in zip(rows, explained(rows), strict=True)
    ]


def payments_of(order: Order) -> QuerySet[Payment]:
    return order.payments.prefetch_related("refunds").order_by("pk")


def notices_of(payments: Iterable[Payment]) -> QuerySet[Notice]:
    """What the provider told us about these payments, by the key they share."""
    about = Notice.objects.annotate(about=KT("content__key"))
    keys = [payment.key for payment in payments]
    return about.filter(about__in=keys).order_by("received_at")


def papers_of(declaration: Declaration | None) -> list[Paper]:
    if declaration is None:
        return []
    rows = declaration.messages.defer("content").prefetch_related("receipts")
    return [
        Paper(
            message,
            in_words(message.status),
            [Answer(told, in_words(told.status)) for told in message.receipts.all()],
        )
        for message in rows.order_by("attempt", "kind")
    ]


def money_of(order: Order) -> dict[str, Any]:
    """Conversions, journals and payables: for accountants."""
    postings = Posting.objects.select_related("merchant", "host").order_by("pk")
    journals = (
        Journal.objects.filter(order=order)
        .prefetch_related(Prefetch("postings", postings))
        .order_by("booked_at", "pk")
    )
    payables = Payable.objects.filter(split__line__order=order)
    return {
        "conversions": Conversion.objects.filter(order=order)
        .select_related("rate")
        .order_by("pk"),
        "entries": [entry_of(journal) for journal in journals],
        "payables": payables.select_related("merchant", "host").order_by("pk"),
    }


def entry_of(journal: Journal) -> Entry:
    legs = [leg_of(posting) for posting in journal.postings.all()]
    sums = []
    for currency in sorted({leg.posting.currency for leg in legs}):
        debit = total(_in(currency, (leg.debit for leg in legs)), currency)
        credit = total(_in(currency, (leg.credit for leg in legs)), currency)
        sums.append(Sum(debit, credit, debit - credit))
    return Entry(journal, legs, sums)


def leg_of(posting: Posting) -> Leg:
    if posting.amount_minor > 0:
        return Leg(posting, posting.amount, None)
    return Leg(posting, None, -posting.amount)


def _in(currency: str, amounts: Iterable[Money | None]) -> list[Money]:
    return [amount for amount in amounts if amount and amount.currency == currency]


def _work(request: HttpRequest, step: Step) -> Work:
    return Work(step, steps.words_of(step), page_for(Step).buttons(request, step))


def _buttons(request: HttpRequest, row: Parcel | Declaration | None) -> list[Button]:
    return page_for(type(row)).buttons(request, row) if row is not None else []
