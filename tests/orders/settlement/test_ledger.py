"""Truth 6: the ledger balances, and nobody changes it."""

import pytest
from django.db import IntegrityError, connection, transaction

from donghai.money import Money
from orders.settlement import ledger
from orders.settlement.ledger import Leg
from orders.settlement.models import Account, Journal, Posting
from tests.catalog.test_stock import in_threads
from tests.make import make_order


def make_journal(order=None, key: str = "test", minor: int = 500) -> Journal:
    ledger.book(
        key=key,
        kind=Journal.Kind.CLEARING,
        legs=[
            Leg(Account.BANK, Money(minor, "USD")),
            Leg(Account.PROVIDER_CLEARING, Money(-minor, "USD")),
        ],
        order=order or make_order(),
    )
    return Journal.objects.get(key=key)


@pytest.mark.django_db
def test_a_balanced_entry_is_booked():
    make_journal()

    connection.check_constraints()

    assert ledger.balances() == {
        ("BANK", "USD"): Money(500, "USD"),
        ("PROVIDER_CLEARING", "USD"): Money(-500, "USD"),
    }


@pytest.mark.parametrize(
    "legs",
    [
        [Leg(Account.BANK, Money(1, "USD"))],
        [
            Leg(Account.BANK, Money(700, "USD")),
            Leg(Account.BANK, Money(-700, "CNY")),
        ],
    ],
)
@pytest.mark.django_db(transaction=True)
def test_an_entry_that_does_not_balance_in_each_currency_is_refused_at_commit(legs):
    order = make_order()

    with pytest.raises(IntegrityError, match="does not balance"):
        ledger.book(key="bad", kind=Journal.Kind.CLEARING, legs=legs, order=order)

    assert Journal.objects.count() == Posting.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_of_nothing_is_refused_at_commit():
    order = make_order()

    with pytest.raises(IntegrityError, match="does not balance"):
        Journal.objects.create(key="empty", kind="CLEARING", order=order)


@pytest.mark.parametrize("model", [Journal, Posting])
@pytest.mark.parametrize("verb", ["change", "delete"])
@pytest.mark.django_db
def test_what_is_booked_is_never_changed_or_deleted(model, verb):
    make_journal()
    rows = model.objects.all()
    field = "memo" if model is Journal else "amount_minor"

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        if verb == "change":
            rows.update(**{field: 1})
        else:
            rows._raw_delete("default")


@pytest.mark.django_db(transaction=True)
def test_no_posting_joins_a_journal_later_even_in_balance():
    journal = make_journal()

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        for minor in (5, -5):
            Posting.objects.create(
                journal=journal, account="BANK", currency="USD", amount_minor=minor
            )

    assert journal.postings.count() == 2


@pytest.mark.django_db(transaction=True)
def test_savepoints_do_not_close_a_journal():
    order = make_order()

    with transaction.atomic():
        make_journal(order)
        with transaction.atomic():
            make_journal(order, key="second")

    assert Posting.objects.count() == 4


@pytest.mark.django_db
def test_the_same_key_books_once():
    order = make_order()

    journals = {make_journal(order, minor=minor).pk for minor in (500, 900)}

    assert len(journals) == 1
    assert Posting.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_threads_with_the_same_key_book_once():
    order = make_order()

    booked = in_threads(4, lambda _: make_journal(order).pk)

    assert len(set(booked)) == 1
    assert Posting.objects.count() == 2


@pytest.mark.django_db
def test_an_error_is_reversed_with_a_reason_once():
    journal = make_journal()

    corrections = {ledger.reverse(journal, "wrong bank").pk for _ in range(2)}

    connection.check_constraints()
    assert len(corrections) == 1
    correction = Journal.objects.get(pk=corrections.pop())
    assert (correction.reverses, correction.memo) == (journal, "wrong bank")
    assert not any(ledger.balances().values())
    with pytest.raises(ledger.NothingToReverse):
        ledger.reverse(correction, "again")


@pytest.mark.django_db
def test_a_correction_without_a_reason_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.reverse(make_journal(), "")


@pytest.mark.django_db
def test_a_merchants_money_is_never_booked_without_the_merchant():
    order = make_order()

    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.book(
            key="nobody",
            kind=Journal.Kind.SPLIT,
            legs=[
                Leg(Account.MERCHANT_PENDING, Money(-5, "CNY")),
                Leg(Account.BANK, Money(5, "CNY")),
            ],
            order=order,
        )
