"""From a captured payment to payables in yuan."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from donghai import steps
from donghai.models import ExchangeRate
from donghai.money import Money
from donghai.steps.models import Step
from orders.checkout.models import Order, Split
from orders.settlement import ledger, services, truths
from orders.settlement.bank import bank
from orders.settlement.models import (
    Conversion,
    Journal,
    Payable,
    Posting,
    SandboxDeal,
)
from orders.shipping.models import Parcel
from tests.catalog.test_stock import in_threads
from tests.make import make_claim, make_rules, make_variant
from tests.orders.later import (
    jobs_of,
    make_delivered_parcel,
    make_paid_order,
    step_in_hand,
)
from tests.orders.settlement.build import Sale, make_sale, settle

BOOK, CLEAR = "orders.book_payment", "orders.clear_funds"
CONVERT, PAYABLE = "orders.convert_funds", "orders.make_payable"


def on(account: str, currency: str) -> int:
    found = ledger.balances().get((account, currency))
    return found.minor if found else 0


def shares_of(order: Order) -> dict[str, int]:
    splits = Split.objects.filter(line__order=order)
    return {split.party: split.amount_minor for split in splits}


@pytest.mark.django_db
def test_a_payment_is_booked_by_what_it_was_for_and_shared_as_fixed_at_the_sale():
    order = make_sale(
        Sale("EUR", goods=[10000], freight=840, duty=300, tax=2117, fee=57),
        [make_claim()],
    )

    services.book_payment(step_in_hand(BOOK, order.pk))

    connection.check_constraints()
    assert on("PROVIDER_CLEARING", "EUR") == 13314
    assert on("GOODS_CLEARING", "EUR") == 0
    assert on("FOREX", "EUR") == -10000
    assert on("FREIGHT_PAYABLE", "EUR") == -840
    assert on("DUTY_PAYABLE", "EUR") == -300
    assert on("TAX_PAYABLE", "EUR") == -2117
    assert on("FEES_PAYABLE", "EUR") == -57
    assert on("FOREX", "CNY") == 70000
    assert on("MERCHANT_PENDING", "CNY") == -42000
    assert on("HOST_PENDING", "CNY") == -22400
    assert on("CENTRE_REVENUE", "CNY") == -5600
    assert CLEAR in jobs_of(order.pk)


@pytest.mark.django_db
def test_a_conversion_leaves_no_foreign_money_and_names_its_dealt_rate():
    order = make_paid_order()

    settle(order)

    connection.check_constraints()
    conversion = Conversion.objects.get(order=order)
    assert conversion.rate.source == ExchangeRate.Source.DEALT
    assert conversion.to_amount == conversion.rate.convert(order.total)
    assert on("BANK", "CNY") == conversion.to_minor
    foreign = {
        key: money for key, money in ledger.balances().items() if key[1] != "CNY"
    }
    assert not any(foreign.values())
    assert on("FOREX", "CNY") == 0
    assert on("FOREX_RESULT", "CNY") > 0  # the bank's spread is our loss
    assert truths.broken() == []


@pytest.mark.django_db
def test_yuan_is_not_converted():
    order = make_sale(Sale("CNY", goods=[5001, 99], freight=1200), make_two_claims())

    settle(order)

    connection.check_constraints()
    assert Conversion.objects.count() == SandboxDeal.objects.count() == 0
    assert on("BANK", "CNY") == 6300
    assert on("GOODS_CLEARING", "CNY") == on("FOREX", "CNY") == 0
    assert on("FREIGHT_PAYABLE", "CNY") == -1200
    assert truths.broken() == []


def make_two_claims() -> list:
    first = make_claim()
    return [first, make_claim(listing=first.listing)]


@pytest.mark.django_db
def test_doing_every_step_twice_changes_nothing():
    order = make_paid_order()

    settle(order)
    before = list(Posting.objects.order_by("pk").values_list())
    settle(order)

    assert list(Posting.objects.order_by("pk").values_list()) == before
    assert Conversion.objects.count() == 1
    assert SandboxDeal.objects.get().asked == 2


@pytest.mark.django_db(transaction=True)
def test_two_threads_on_one_step_book_once_and_one_of_them_loses_its_lease():
    order = make_paid_order()
    for job, service in (
        (BOOK, services.book_payment),
        (CLEAR, services.clear_funds),
        (CONVERT, services.convert_funds),
    ):
        step = step_in_hand(job, order.pk)

        results = in_threads(2, lambda _: service(step))  # noqa: B023

        assert sorted(map(type, results), key=str) == [type(None), steps.LeaseLost]
    assert Journal.objects.filter(order=order).count() == 4
    assert truths.broken() == []


@pytest.mark.django_db
def test_shares_fall_due_after_delivery_and_the_time_for_returns(settings):
    settings.RETURN_WINDOW_DAYS = 14
    order = make_paid_order(variant=make_variant(wholesale="60.00"))
    settle(order)
    parcel = make_delivered_parcel(order)
    Parcel.objects.update(delivered_at=datetime(2026, 12, 4, 20, tzinfo=UTC))

    for _ in range(2):
        services.make_payable(step_in_hand(PAYABLE, parcel.pk))

    connection.check_constraints()
    shares = shares_of(order)
    owed = {payable.party: payable for payable in Payable.objects.all()}
    assert set(owed) == {"MERCHANT", "HOST"}
    assert owed["MERCHANT"].amount == Money(6000, "CNY")
    assert owed["MERCHANT"].merchant == order.lines.get().merchant
    assert owed["HOST"].amount_minor == shares["HOST"]
    assert owed["HOST"].host == order.lines.get().host
    assert owed["HOST"].payable_on == date(2026, 12, 19)  # 5 December in Donghai, + 14
    assert on("MERCHANT_PENDING", "CNY") == on("HOST_PENDING", "CNY") == 0
    assert on("MERCHANT_PAYABLE", "CNY") == -6000
    assert on("HOST_PAYABLE", "CNY") == -shares["HOST"]
    assert truths.broken() == []


@pytest.mark.django_db
def test_nothing_falls_due_before_it_is_in_the_ledger():
    order = make_paid_order()
    parcel = make_delivered_parcel(order)

    with pytest.raises(steps.NotYet):
        services.make_payable(step_in_hand(PAYABLE, parcel.pk))

    assert Payable.objects.count() == 0


@pytest.mark.django_db
def test_the_sandbox_bank_deals_below_the_reference_rate_once_a_key():
    make_rules()
    reference = ExchangeRate.objects.filter(source="ECB", base="JPY", quote="CNY")
    newest = reference.latest("valid_on")

    rates = {bank().deal(key="one", amount=Money(5000, "JPY")).pk for _ in range(2)}
    rates.add(bank().deal(key="two", amount=Money(-300, "JPY")).pk)

    dealt = ExchangeRate.objects.get(pk=rates.pop())
    assert not rates
    assert dealt.quantity == newest.quantity
    assert dealt.rate == (newest.rate * Decimal("0.997")).quantize(Decimal("1e-8"))
    assert list(SandboxDeal.objects.order_by("pk").values_list("asked", flat=True)) == [
        2,
        1,
    ]


@pytest.mark.django_db
def test_with_a_bank_dealt_by_hand_the_money_waits_for_the_days_rate(settings):
    settings.FX_BANK = "by_hand"
    order = make_paid_order()
    services.book_payment(step_in_hand(BOOK, order.pk))
    services.clear_funds(step_in_hand(CLEAR, order.pk))
    with pytest.raises(steps.NotYet):
        services.convert_funds(step_in_hand(CONVERT, order.pk))

    for days in (-1, 0, 1):  # whatever the hour, one of them is today in Donghai
        ExchangeRate.objects.create(
            source="DEALT",
            base="USD",
            quote="CNY",
            rate=Decimal("7.05"),
            valid_on=timezone.localdate() + timedelta(days=days),
        )
    services.convert_funds(step_in_hand(CONVERT, order.pk))

    assert Conversion.objects.get().rate.rate == Decimal("7.05")


@pytest.mark.django_db
def test_broken_truths_are_told_in_sentences():
    order = make_paid_order()
    Step.objects.update(state=Step.State.DONE, done_at=timezone.now())
    assert truths.broken() == [f"order {order.number} is paid and not in the ledger"]

    services.book_payment(step_in_hand(BOOK, order.pk))
    Step.objects.update(state=Step.State.DONE, done_at=timezone.now())
    assert truths.broken() == [f"order {order.number} is paid and not converted"]

    settle(order)
    Split.objects.filter(line__order=order, party="HOST").update(amount_minor=1)
    assert [sentence.split()[0] for sentence in truths.broken()] == ["line"]


@pytest.mark.django_db
def test_a_step_with_a_lost_lease_books_nothing():
    order = make_paid_order()
    step = step_in_hand(BOOK, order.pk)
    Step.objects.filter(pk=step.pk).update(lease_token=uuid.uuid4())

    with pytest.raises(steps.LeaseLost):
        services.book_payment(step)

    assert Journal.objects.count() == 0
