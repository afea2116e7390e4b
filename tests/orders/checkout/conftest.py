"""The shipped rules as frozen books, and a short way to price a parcel by them."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from donghai import memory
from donghai.money import Money
from donghai.rates import load_ecb
from orders.checkout.book import RuleBook
from orders.checkout.landed import Destination, Item, LandedPrice, price
from orders.checkout.loading import load_rules
from tests.orders.checkout.make import MONEY_OF, TODAY, card

DAYS = (
    TODAY,
    date(2025, 8, 14),
    date(2025, 8, 15),
    date(2025, 8, 28),
    date(2025, 8, 29),
    date(2026, 2, 24),
    date(2026, 6, 30),
    date(2026, 7, 1),
    date(2026, 7, 23),
    date(2026, 7, 24),
    date(2028, 6, 30),
    date(2028, 7, 1),
)


@pytest.fixture(scope="session")
def books(django_db_setup, django_db_blocker) -> dict[tuple[str, date], RuleBook]:
    """The shipped rules as books, read once for all tests; the rows are taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_rules()
        load_ecb()
        found = {
            (country, day): RuleBook.load(country, day)
            for country in MONEY_OF
            for day in DAYS
        }
        transaction.set_rollback(True)
    memory.forget()
    return found


@pytest.fixture
def landed(books):
    """Price some items with shipping at a round price instead of the demo cards'."""

    def priced(
        country: str,
        *items: Item,
        freight: str = "0",
        currency: str = "",
        on: date = TODAY,
        postcode: str = "",
        changed=lambda book: book,
    ) -> LandedPrice:
        currency = currency or MONEY_OF[country]
        book = replace(
            books[country, on],
            cards=(card(Money.of(freight, currency)),),
            rates=books[country, TODAY].rates,
        )
        return price(
            destination=Destination(country, postcode),
            currency=currency,
            items=items,
            ship_on=on,
            book=changed(book),
        )

    return priced
