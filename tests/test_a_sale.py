"""The story of one sale, through the same doors that everybody uses.

A merchant has an amethyst bracelet; a host certified for Spanish sells it to Mexico; a
viewer says "mine" and pays a landed price; customs releases the night's parcel; the
pesos become yuan; everybody's share is owed, and the ledger is at zero.
"""

import subprocess
import sys
import time

import httpx
import pytest

from catalog.models import StockLevel
from donghai import steps
from donghai.money import Money
from donghai.steps.tasks import sweep_until_done
from livestream.models import RoomEvent
from livestream.sessions import linking
from orders.checkout.models import Order
from orders.customs import services as customs
from orders.customs.models import Declaration
from orders.management import truths
from orders.payments import sandbox
from orders.payments.models import Payment
from orders.settlement.models import Payable
from orders.shipping.models import Parcel
from tests.make import make_host, make_session, make_variant


@pytest.fixture
def outside(live_server, settings, tmp_path):
    """The world around us: our own address, customs' machine, a quick carrier."""
    settings.SITE_URL = live_server.url
    settings.CUSTOMS_FOLDER = tmp_path / "customs"
    settings.SANDBOX_DELIVERY_SECONDS = 0
    settings.SANDBOX_WEBHOOKS = "twice"
    desk = [sys.executable, "-m", "orders.customs.office", settings.CUSTOMS_FOLDER]
    office = subprocess.Popen([*desk, "--pace", "fast"])
    with httpx.Client(base_url=live_server.url + "/api/v1/", trust_env=False) as buyer:
        yield buyer
    office.kill()
    office.wait()


def let_the_night_pass() -> None:
    """Run what is due, and read what customs answers, until nothing is left to do.

    Customs closes a list some time after it let the goods go.
    """
    deadline = time.monotonic() + 60
    open_lists = Declaration.objects.exclude(state=Declaration.State.CLOSED)
    while left := [*truths.unfinished(), *open_lists.all()]:
        assert time.monotonic() < deadline, left
        customs.read_receipts()
        sweep_until_done(lane=None)
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_one_sale_from_listing_to_everybodys_share(outside):
    # A merchant lists a bracelet, and a host links it to her session for Mexico.
    bracelet = make_variant(on_hand=3, wholesale="60.00")
    session = make_session(country="MX", host=make_host("es"))
    listing = linking.link_variant(
        host=session.host,
        session_id=session.pk,
        variant_id=bracelet.pk,
        retail=Money.of("590", "MXN"),
    )
    linking.pin(host=session.host, session_id=session.pk, listing_id=listing.pk)

    # A viewer says "mine": the piece is his from this instant.
    claim = outside.post(
        f"sessions/{session.pk}/claims", json={"listing": listing.pk, "name": "luz"}
    ).json()
    assert (claim["place"], claim["receipt"]) == (1, f"C{listing.pk}-1")
    assert StockLevel.objects.get(pk=bracelet.pk).reserved == 1
    bag = {"Bag": claim["bag"]}

    # He sees what it costs at his door, and every line's rule.
    quote = outside.post(
        "quotes",
        json={"holds": [claim["hold"]], "country": "MX", "postcode": "72000"},
        headers=bag,
    ).json()
    assert {"LISTED", "MX-COURIER"} <= {line["rule"] for line in quote["lines"]}
    assert sum(x["amount_minor"] for x in quote["lines"]) == quote["total_minor"]

    # He orders and pays; the provider's two webhooks change nothing more.
    placed = {
        "quote": quote["id"],
        "email": "luz@example.org",
        "address": {
            "name": "Luz Gil",
            "street": "Calle 1",
            "city": "Puebla",
            "region": "PUE",
            "postcode": "72000",
            "country": "MX",
        },
    }
    key = {"Idempotency-Key": "a-key-of-his"}
    first, again = (
        outside.post("orders", json=placed, headers=bag | key).json() for _ in "12"
    )
    assert first == again
    paid = outside.post(
        f"orders/{first['number']}/payments",
        json={"method": sandbox.PAYS_AT_ONCE},
        headers=bag,
    ).json()
    assert paid["pays_order"]

    # The night passes: packed, declared, released, delivered, converted, shared.
    sweep_until_done(lane=steps.Lane.QUICK)
    assert outside.post(f"orders/{first['number']}/send-now", headers=bag).is_success
    let_the_night_pass()

    order = Order.objects.get(number=first["number"])
    parcel = Parcel.objects.get(parcel_orders__order=order)
    declaration = Declaration.objects.get(parcel=parcel)
    assert order.status == Order.Status.PAID
    assert parcel.state == Parcel.State.DELIVERED
    assert declaration.state == Declaration.State.CLOSED
    assert declaration.invt_no
    assert StockLevel.objects.get(pk=bracelet.pk).on_hand == 2
    assert Payment.objects.count() == 1

    # Merchant and host are owed in yuan what they were shown.
    owed = {one.party: one.amount_minor for one in Payable.objects.all()}
    assert owed == {"MERCHANT": 6000, "HOST": listing.host_share_minor}

    # The room heard of it, and nothing that must always hold is broken.
    kinds = list(RoomEvent.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == ["live", "listing", "pin", "claim", "paid"]
    assert list(truths.broken()) == []
