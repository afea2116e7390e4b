"""A process full of buyers for `bench.orders`, each with a connection of his own.

    python -m bench.buyers PORT DOOR COUNT AT_ONCE < SHELVES

DOOR is `api` or `pages`, SHELVES a JSON list of [session, listing, country]; the buyers
take them in turn. Prints as JSON how many orders were paid, in how many seconds, what
went wrong, and how long each payment took, shortest first.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop

PLACES = {
    "US": {"city": "Austin", "region": "TX", "postcode": "78701"},
    "DE": {"city": "Berlin", "postcode": "10115"},
    "GB": {"city": "Leeds", "postcode": "LS1 1AA"},
    "MX": {"city": "Puebla", "region": "PUE", "postcode": "72000"},
}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
QUOTE = re.compile(rb'name="quote" value="([\w-]+)"')
ENOUGH_FAULTS = 5

Shelf = tuple[int, int, str]


class WentWrong(Exception):
    """A door answered what it should not."""


class Visit:
    """One buyer's connection; it keeps cookies and sends what a browser would."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.token = ""

    async def __aenter__(self) -> "Visit":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.writer.close()

    async def post_json(self, path: str, body: Any, **headers: str) -> Any:
        """What a program sends; only a 201 will do."""
        headers["Content-Type"] = "application/json"
        status, _, answer = await self._ask(
            "POST", path, json.dumps(body).encode(), headers
        )
        if status != 201:
            raise WentWrong(f"{path}: {status} {answer[:200]!r}")
        return json.loads(answer)

    async def get(self, path: str) -> bytes:
        """A page, after as many redirects as it takes."""
        return await self._follow(await self._ask("GET", path, b"", {}), path)

    async def post(self, path: str, **fields: str) -> bytes:
        """A form of the page seen last, and the page it leads to."""
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._ask("POST", path, body, headers)
        while answer[0] == 307:
            path = answer[1]["location"]
            answer = await self._ask("POST", path, body, headers)
        return await self._follow(answer, path)

    async def _follow(
        self, answer: tuple[int, dict[str, str], bytes], path: str
    ) -> bytes:
        while answer[0] == 302:
            to = urlsplit(answer[1]["location"])
            path = f"{to.path}?{to.query}" if to.query else to.path
            answer = await self._ask("GET", path, b"", {})
        status, _, page = answer
        if status != 200:
            raise WentWrong(f"{path}: {status}")
        if found := TOKEN.search(page):
            self.token = found[1].decode()
        self.path = path
        return page

    async def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        headers |= {
            "Host": f"127.0.0.1:{self.port}",
            "Accept-Language": "en",
            "Content-Length": str(len(body)),
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        said = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(": ")
            said[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                self.cookies[cookie] = kept
        content = await self.reader.readexactly(int(said["content-length"]))
        return int(head[0].split()[1]), said, content


async def by_api(visit: Visit, shelf: Shelf, number: int) -> float:
    """Claim, quote, order, pay. Returns the seconds the payment took."""
    session, listing, country = shelf
    place = PLACES[country]
    claim = await visit.post_json(
        f"/api/v1/sessions/{session}/claims",
        {"listing": listing, "name": f"buyer {number}"},
    )
    visit.cookies.clear()
    bag = claim["bag"]
    quote = await visit.post_json(
        "/api/v1/quotes",
        {
            "holds": [claim["hold"]],
            "country": country,
            "postcode": place["postcode"],
        },
        Bag=bag,
    )
    address = {"name": "A Buyer", "street": "1 Night St", "country": country, **place}
    order = await visit.post_json(
        "/api/v1/orders",
        {"quote": quote["id"], "email": f"b{number}@example.org", "address": address},
        **{"Bag": bag, "Idempotency-Key": f"order-{number}"},
    )
    begun = time.monotonic()
    payment = await visit.post_json(
        f"/api/v1/orders/{order['number']}/payments", {"method": "test_pays"}, Bag=bag
    )
    if not payment["pays_order"]:
        raise WentWrong(f"not paid: {payment}")
    return time.monotonic() - begun


async def by_pages(visit: Visit, shelf: Shelf, number: int) -> float:
    """Room, claim, bag, price, checkout, bank, order. The last form is the payment."""
    session, listing, country = shelf
    place = {"country": country, **PLACES[country]}
    await visit.get(f"/live/{session}/")
    await visit.post(f"/live/{session}/claim/", listing=str(listing), quantity="1")
    found = QUOTE.search(await visit.post("/bag/price/", **_fields(place)))
    if found is None:
        raise WentWrong("the bag shows no price")
    order = {"name": "A Buyer", "street": "1 Night St", **place}
    await visit.post(
        "/bag/",
        **_fields(order),
        email=f"b{number}@example.org",
        quote=found[1].decode(),
        action="pay",
    )
    begun = time.monotonic()
    page = await visit.post(visit.path, decision="approve")
    if b"/orders/" not in visit.path.encode() or not page:
        raise WentWrong(f"after the bank came {visit.path}")
    return time.monotonic() - begun


def _fields(place: dict[str, str]) -> dict[str, str]:
    money = {"US": "USD", "DE": "EUR", "GB": "GBP", "MX": "MXN"}
    return {"currency": money[place["country"]], **place}


DOORS: dict[str, Callable[[Visit, Shelf, int], Awaitable[float]]] = {
    "api": by_api,
    "pages": by_pages,
}


async def shop(port: int, door: str, wanted: int, at_once: int) -> dict[str, Any]:
    """Let `wanted` buyers in, `at_once` at a time."""
    shelves: list[Shelf] = [tuple(shelf) for shelf in json.load(sys.stdin)]
    numbers: Iterator[int] = iter(range(wanted))
    first = time.time_ns()
    seconds: list[float] = []
    faults: list[str] = []

    async def queue() -> None:
        for number in numbers:
            if len(faults) >= ENOUGH_FAULTS:
                return
            shelf = shelves[number % len(shelves)]
            try:
                async with Visit(port) as visit:
                    seconds.append(await DOORS[door](visit, shelf, first + number))
            except (WentWrong, OSError, EOFError) as error:
                faults.append(f"{type(error).__name__}: {error}")

    begun = time.monotonic()
    await asyncio.gather(*(queue() for _ in range(at_once)))
    return {
        "paid": len(seconds),
        "seconds": time.monotonic() - begun,
        "faults": faults,
        "payments": sorted(seconds),
    }


if __name__ == "__main__":
    port, door, *numbers = sys.argv[1:]
    print(json.dumps(uvloop.run(shop(int(port), door, *map(int, numbers)))))
