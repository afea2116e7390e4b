"""How many statements an order takes, counted where they leave Django; a row's cost."""

import time
import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.buyers import PLACES
from bench.market import Shelf
from bench.report import say
from catalog.models import StockLevel

ROWS = 2000
FRAMES = ("BEGIN", "COMMIT")  # no work of their own; everything else counts


def of_an_order(shelf: Shelf, *, show: bool = False) -> int:
    """Of the second order of a process: the first one fills what is remembered."""
    _order(Client(), shelf)
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        _order(client, shelf)
    said = [query["sql"] for query in captured.captured_queries]
    if show:
        say("\n".join(said))
    return sum(sql not in FRAMES for sql in said)


def orm_row() -> float:
    """CPU-seconds this process spends to get one small row by its key."""
    key = StockLevel.objects.values_list("pk", flat=True)[0]
    begun = time.process_time()
    for _ in range(ROWS):
        StockLevel.objects.get(pk=key)
    return (time.process_time() - begun) / ROWS


def _order(client: Client, shelf: Shelf) -> None:
    """The same four calls as `bench.buyers.by_api`."""
    place = {"country": shelf.country, **PLACES[shelf.country]}
    claim = _post(
        client, f"sessions/{shelf.session}/claims", {"listing": shelf.listing}
    )
    bag = {"Bag": claim["bag"]}
    client.cookies.clear()
    wanted = {
        "holds": [claim["hold"]],
        **{k: place[k] for k in ("country", "postcode")},
    }
    quote = _post(client, "quotes", wanted, bag)
    order = {
        "quote": quote["id"],
        "email": "buyer@example.org",
        "address": {"name": "A Buyer", "street": "1 Night St", **place},
    }
    key = {"Idempotency-Key": str(uuid.uuid4())}
    placed = _post(client, "orders", order, bag | key)
    payment = _post(
        client, f"orders/{placed['number']}/payments", {"method": "test_pays"}, bag
    )
    assert payment["pays_order"], payment


def _post(
    client: Client,
    path: str,
    body: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> Any:
    answer = client.post(
        f"/api/v1/{path}", body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 201, answer.content
    return answer.json()
