"""64 buyers in 20 sessions want the same 10 units in the same moment.

What keeps them from overselling is one condition in one statement; behind it stands a
constraint of the database. The last two tests take these away, so that it is known that
the first one can fail. RUSH_ROUNDS=50 makes it long.
"""

import os
import uuid
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from django.db import IntegrityError, connection

from catalog.models import Hold, StockLevel, Variant
from catalog.stock import services as catalog
from donghai.errors import Refused
from livestream.models import Listing
from orders.checkout import claiming
from orders.checkout import services as checkout
from orders.checkout.models import Order
from orders.payments import sandbox
from orders.payments import services as payments
from tests.catalog.test_stock import in_threads
from tests.chaos.world import World
from tests.make import ADDRESSES, make_listing, make_session, make_variant

ROUNDS = int(os.environ.get("RUSH_ROUNDS", "5"))
BUYERS, SESSIONS, UNITS = 64, 20, 10
GUARD = "AND on_hand - allocated - reserved - awaited >= %(quantity)s"
CONSTRAINT = "stock_promises_only_what_is_there"
PAID, SOLD_OUT = "paid", catalog.NotEnoughStock.code

pytestmark = pytest.mark.django_db(transaction=True)


def make_rush() -> tuple[Variant, list[Listing]]:
    """One variant without any units yet, on show in every session."""
    variant = make_variant(on_hand=0)
    sessions = [make_session() for _ in range(SESSIONS)]
    return variant, [make_listing(session=s, variant=variant) for s in sessions]


def claim_and_pay(listing: Listing) -> str:
    """What one buyer comes home with."""
    bag = uuid.uuid4()
    try:
        claim = claiming.claim(
            session_id=listing.session_id, listing_id=listing.pk, quantity=1, bag=bag
        )
    except Refused as refusal:
        return refusal.code
    quoted = checkout.quote(bag=bag, hold_ids=[claim.hold_id], country="US")
    order = checkout.place_order(
        bag=bag,
        quote_id=quoted.quote.pk,
        email="buyer@example.org",
        address=ADDRESSES["US"],
    )
    payment = payments.begin_payment(order_id=order.pk, method=sandbox.PAYS_AT_ONCE)
    return PAID if payment.pays_order else "not paid"


def rush(variant: Variant, listings: list[Listing]) -> Counter[object]:
    """Let all buyers go for ten new units at once, and count how they fare."""
    catalog.receive(variant_id=variant.pk, quantity=UNITS)
    fates = in_threads(BUYERS, lambda i: claim_and_pay(listings[i % SESSIONS]))
    return Counter(fate if isinstance(fate, str) else type(fate) for fate in fates)


def sold_in_all() -> int:
    return Order.objects.filter(status=Order.Status.PAID).count()


def require_sold_out(variant: Variant, sold: int) -> None:
    level = StockLevel.objects.get(pk=variant.pk)
    assert (level.on_hand, level.allocated, level.reserved) == (sold, sold, 0)
    assert sold_in_all() == Hold.objects.count() == sold
    assert not Hold.objects.open().exists()


def test_a_rush_sells_what_there_is_and_tells_everybody_else():
    variant, listings = make_rush()

    for number in range(1, ROUNDS + 1):
        fates = rush(variant, listings)

        assert fates == {PAID: UNITS, SOLD_OUT: BUYERS - UNITS}
        require_sold_out(variant, sold=UNITS * number)


def claim_and_pay_at_the_door(url: str, listing: Listing) -> str:
    with httpx.Client(base_url=f"{url}/api/v1/", trust_env=False, timeout=60) as buyer:
        claims = f"sessions/{listing.session_id}/claims"
        claim = buyer.post(claims, json={"listing": listing.pk}).json()
        if "code" in claim:
            return str(claim["code"])
        buyer.headers["Bag"] = claim["bag"]
        asked = {"holds": [claim["hold"]], "country": "US", "postcode": "78701"}
        quote = buyer.post("quotes", json=asked).json()
        address = {
            "name": "Ann Lee",
            "street": "1 Main St",
            "city": "Austin",
            "region": "TX",
            "postcode": "78701",
            "country": "US",
        }
        order = buyer.post(
            "orders",
            json={"quote": quote["id"], "email": "a@example.org", "address": address},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        ).json()
        wanted = {"method": sandbox.PAYS_AT_ONCE}
        paid = buyer.post(f"orders/{order['number']}/payments", json=wanted).json()
        return PAID if paid["pays_order"] else "not paid"


def test_a_rush_at_the_http_doors_ends_the_same():
    variant, listings = make_rush()
    catalog.receive(variant_id=variant.pk, quantity=UNITS)

    with World("web") as world:
        fates = in_threads(
            BUYERS,
            lambda i: claim_and_pay_at_the_door(world.url, listings[i % SESSIONS]),
        )

    assert Counter(fates) == {PAID: UNITS, SOLD_OUT: BUYERS - UNITS}
    require_sold_out(variant, sold=UNITS)


@pytest.fixture
def no_guard(monkeypatch):
    """The statement as somebody might write it who thinks reading first is enough."""
    assert GUARD in catalog.HOLD_SQL
    monkeypatch.setattr(catalog, "HOLD_SQL", catalog.HOLD_SQL.replace(GUARD, ""))


@pytest.fixture
def no_constraint(transactional_db) -> Iterator[None]:
    """The database without its own opinion, until the test is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            [CONSTRAINT],
        )
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE catalog_stocklevel DROP CONSTRAINT {CONSTRAINT}")
        yield
        cursor.execute("TRUNCATE catalog_stocklevel CASCADE")  # it is oversold
        cursor.execute(
            f"ALTER TABLE catalog_stocklevel ADD CONSTRAINT {CONSTRAINT} {definition}"
        )


def test_without_the_guard_the_database_still_refuses_to_oversell(no_guard):
    variant, listings = make_rush()
    fates: Counter[object] = Counter()
    rounds = 0

    while IntegrityError not in fates and rounds < 10:
        rounds += 1
        fates += rush(variant, listings)

    assert fates[IntegrityError]  # so this is what refused, and no buyer was told why
    assert fates[PAID] == UNITS * rounds
    require_sold_out(variant, sold=UNITS * rounds)


def test_without_guard_and_constraint_the_same_rush_oversells(no_guard, no_constraint):
    variant, listings = make_rush()
    fates: Counter[object] = Counter()
    rounds = 0

    while fates[PAID] <= UNITS * rounds and rounds < 10:
        rounds += 1
        fates += rush(variant, listings)

    level = StockLevel.objects.get(pk=variant.pk)
    assert sold_in_all() == fates[PAID] == level.allocated
    assert level.allocated > level.on_hand == UNITS * rounds
