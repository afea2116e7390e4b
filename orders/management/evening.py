"""Plays an evening through the HTTP doors: hosts who sell, viewers who claim and pay.

Everybody here is a stranger to the program: they only know its address and what its
doors answer. Viewers hold real event streams and check that no number is missing.
"""

import asyncio
import itertools
import json
import random
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from donghai import demo

HOT_PIECES = 4
PIECES = 8
PIN_SECONDS = 4.0
ADDRESSES = {
    "US": {"city": "Austin", "region": "TX", "postcode": "78701"},
    "DE": {"city": "Berlin", "postcode": "10115"},
    "GB": {"city": "Leeds", "postcode": "LS1 1AA"},
    "MX": {"city": "Puebla", "region": "PUE", "postcode": "72000"},
}
ZONES = {
    "US": "America/New_York",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "MX": "America/Mexico_City",
}
# Where a host sells when she has no session on air: market, language, title
STAGES = [
    ("US", "en", "Amethyst night"),
    ("MX", "es", "Noche de amatista"),
    ("DE", "de", "Bergkristall am Abend"),
    ("GB", "en", "Bracelets before bed"),
    ("MX", "es", "Pulseras y torres"),
    ("US", "en", "Carved in Donghai"),
]


class WentWrong(Exception):
    """A door answered what it never should."""


@dataclass
class Room:
    """A session that is on air tonight."""

    session: int
    market: str
    listings: list[int]
    hot: list[int]


@dataclass
class Tally:
    """What happened, counted while it happens."""

    counts: Counter[str] = field(default_factory=Counter)
    claim_seconds: list[float] = field(default_factory=list)
    pay_seconds: list[float] = field(default_factory=list)
    paid: Counter[str] = field(default_factory=Counter)  # minor units by currency
    orders: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Evening:
    """All players of one evening, on one event loop."""

    def __init__(self, url: str, *, hosts: int, buyers: int, seconds: float) -> None:
        self.url, self.hosts, self.buyers = url, hosts, buyers
        self.seconds = seconds
        self.tally = Tally()
        self.rooms: list[Room] = []
        self.certificates = ssl.create_default_context()  # slow to make, so once
        self.ends_at = 0.0

    async def play(self) -> Tally:
        """Open the rooms, let everybody in, and close when the time is up."""
        async with self._client() as visitor:
            hot = await self._hot_variants(visitor)
        numbers = range(1, self.hosts + 1)
        opened = await asyncio.gather(*(self._open(n, hot) for n in numbers))
        self.rooms = [room for _, room in opened]
        self.ends_at = time.monotonic() + self.seconds
        hosts = [
            asyncio.create_task(self._present(client, room)) for client, room in opened
        ]
        buyers = [asyncio.create_task(self._buy(n)) for n in range(self.buyers)]
        await asyncio.gather(*hosts, *buyers)
        for client, _ in opened:
            await client.aclose()
        return self.tally

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url,
            timeout=60,
            # less than a server's patience, so that none closes what we write to
            limits=httpx.Limits(keepalive_expiry=2),
            verify=self.certificates,
            trust_env=False,
        )

    async def _hot_variants(self, visitor: httpx.AsyncClient) -> list[int]:
        """A few pieces that every host shows: few in stock, so that there is a rush."""
        pieces = await self._market(visitor)
        scarce = [one for one in pieces if 1 <= one["left"] <= 12]
        return [one["id"] for one in (scarce or pieces)[:HOT_PIECES]]

    async def _market(self, visitor: httpx.AsyncClient) -> list[dict[str, Any]]:
        page: dict[str, Any] = {"next": 0}
        pieces: list[dict[str, Any]] = []
        while page["next"] is not None and len(pieces) < 200:
            query = {"before": page["next"]} if page["next"] else {}
            page = (await visitor.get("/api/v1/products", params=query)).json()
            for product in page["results"]:
                pieces += [v for v in product["variants"] if v["left"]]
        return pieces

    async def _open(
        self, number: int, hot: list[int]
    ) -> tuple[httpx.AsyncClient, Room]:
        """Log a host in, schedule her session for now, link her pieces, go live."""
        client = self._client()
        await self._log_in(client, demo.HOST.format(number=number))
        market, language, title = STAGES[(number - 1) % len(STAGES)]
        session = await self._session(client, number, market, language, title)
        pieces = [one["id"] for one in await self._market(client)]
        own = random.Random(number).sample(pieces, min(PIECES, len(pieces)))
        listings = [
            await self._link(client, session["id"], variant)
            for variant in dict.fromkeys([*hot, *own])
        ]
        room = Room(session["id"], session["market"], listings, listings[: len(hot)])
        if session["state"] != "ON_AIR":
            await self._act(client, f"/api/v1/sessions/{room.session}/start", {})
        return client, room

    async def _log_in(self, client: httpx.AsyncClient, email: str) -> None:
        await client.get("/account/login/")
        answer = await client.post(
            "/account/login/",
            data={"login": email, "password": demo.PASSWORD},
            headers=self._token(client),
        )
        if answer.status_code != 302:
            raise WentWrong(f"{email} cannot log in ({answer.status_code})")

    async def _session(
        self, client: httpx.AsyncClient, number: int, *stage: str
    ) -> dict[str, Any]:
        """Her session that is on air already, else a new one that starts now."""
        market, language, title = stage
        mine = await client.get("/api/v1/sessions", params={"state": "ON_AIR"})
        for session in mine.json():
            if session["host_slug"] == f"host-{number}":
                return dict(session)
        now = datetime.now(ZoneInfo(ZONES[market]))
        answer = await self._act(
            client,
            "/api/v1/sessions",
            {
                "title": title,
                "language": language,
                "market": market,
                "starts_on": f"{now:%Y-%m-%d}",
                "starts_time": f"{now:%H:%M}",
            },
        )
        return dict(answer)

    async def _link(self, client: httpx.AsyncClient, session: int, variant: int) -> int:
        """Ask for the least price first, then take a fair margin above it."""
        path = f"/api/v1/sessions/{session}/listings"
        least = await client.post(
            path,
            json={"variant": variant, "retail_minor": 1},
            headers=self._token(client),
        )
        price = int(least.json()["details"]["least_minor"] * 1.6) + 100
        made = await self._act(
            client, path, {"variant": variant, "retail_minor": price}
        )
        return int(made["listing"])

    async def _present(self, client: httpx.AsyncClient, room: Room) -> None:
        """Pin one piece after the other and talk, until the evening is over."""
        pairs = zip(itertools.cycle(room.hot), room.listings, strict=False)
        shown = itertools.cycle([listing for pair in pairs for listing in pair])
        path = f"/api/v1/sessions/{room.session}/pin"
        while time.monotonic() < self.ends_at:
            try:
                await self._act(client, path, {"listing": next(shown)})
            except (httpx.HTTPError, WentWrong) as error:
                self.tally.faults.append(f"host: {type(error).__name__} {error}")
            self.tally.counts["pins"] += 1
            await asyncio.sleep(min(PIN_SECONDS, self.seconds / 8))

    async def _buy(self, number: int) -> None:
        """One viewer's evening: watch, claim, pay or not, send the parcel."""
        chance = random.Random(f"{self.url}/{number}")
        room = self.rooms[number % len(self.rooms)]
        await asyncio.sleep(chance.uniform(0, self.seconds * 0.15))
        async with self._client() as client:
            watching = asyncio.create_task(self._watch(client, room))
            wants_hot = number % 2 == 0
            try:
                for _ in range(chance.choice((1, 1, 2))):
                    left = self.ends_at - time.monotonic()
                    await asyncio.sleep(chance.uniform(0, max(left * 0.4, 0)))
                    pool = room.hot if wants_hot else room.listings
                    await self._claim_and_pay(client, room, chance.choice(pool), chance)
                await asyncio.sleep(max(self.ends_at - time.monotonic(), 0))
            except (httpx.HTTPError, WentWrong, KeyError) as error:
                fault = f"viewer {number}: {type(error).__name__} {error}"
                self.tally.faults.append(fault)
            finally:
                await self._leave(watching)

    async def _leave(self, watching: "asyncio.Task[None]") -> None:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, client: httpx.AsyncClient, room: Room) -> None:
        """Hold the room's stream; every number must follow the one before."""
        last: int | None = None
        path = f"/api/v1/sessions/{room.session}/events"
        while time.monotonic() < self.ends_at + 30:
            headers = {} if last is None else {"Last-Event-ID": str(last)}
            try:
                async with client.stream(
                    "GET", path, headers=headers, timeout=None
                ) as stream:
                    async for line in stream.aiter_lines():
                        last = self._see(line, last, room)
            except httpx.HTTPError:
                self.tally.counts["streams resumed"] += 1
                await asyncio.sleep(0.5)

    def _see(self, line: str, last: int | None, room: Room) -> int | None:
        if not line.startswith("id:"):
            return last
        number = int(line[3:])
        self.tally.counts["events seen"] += 1
        if last is not None and number != last + 1:
            self.tally.faults.append(
                f"room {room.session}: event {number} came after {last}"
            )
        return number

    async def _claim_and_pay(
        self,
        client: httpx.AsyncClient,
        room: Room,
        listing: int,
        chance: random.Random,
    ) -> None:
        begun = time.monotonic()
        answer = await client.post(
            f"/api/v1/sessions/{room.session}/claims",
            json={"listing": listing, "name": f"viewer{chance.randint(1, 999)}"},
        )
        self.tally.claim_seconds.append(time.monotonic() - begun)
        if answer.status_code == 409 and answer.json()["code"] == "sold_out":
            self.tally.counts["told sold out"] += 1
            return
        claim = self._expect(answer, 201)
        self.tally.counts["claims"] += 1
        headers = {"Bag": claim["bag"]}
        if chance.random() < 0.06:  # changes her mind
            await client.delete(f"/api/v1/claims/{claim['claim']}", headers=headers)
            self.tally.counts["given back"] += 1
            return
        await self._pay(client, room, claim, headers, chance)

    async def _pay(
        self,
        client: httpx.AsyncClient,
        room: Room,
        claim: dict[str, Any],
        headers: dict[str, str],
        chance: random.Random,
    ) -> None:
        destination = {"country": room.market, **ADDRESSES[room.market]}
        quote = self._expect(
            await client.post(
                "/api/v1/quotes",
                json={
                    "holds": [claim["hold"]],
                    "country": room.market,
                    "postcode": destination["postcode"],
                },
                headers=headers,
            ),
            201,
        )
        body = {
            "quote": quote["id"],
            "email": f"viewer{chance.randint(1, 10**9)}@example.org",
            "address": {"name": "A Viewer", "street": "1 Night St", **destination},
        }
        key = {"Idempotency-Key": f"{chance.random()}"}
        order = self._expect(
            await client.post("/api/v1/orders", json=body, headers=headers | key), 201
        )
        pay = f"/api/v1/orders/{order['number']}/payments"
        if chance.random() < 0.1:  # a card that is refused first
            await client.post(pay, json={"method": "test_declines"}, headers=headers)
            self.tally.counts["declined"] += 1
        begun = time.monotonic()
        wanted = {"method": "test_pays"}
        twice = 2 if chance.random() < 0.2 else 1  # an impatient second click
        answers = await asyncio.gather(
            *(client.post(pay, json=wanted, headers=headers) for _ in range(twice))
        )
        self.tally.pay_seconds.append(time.monotonic() - begun)
        if any(one.status_code == 201 and one.json()["pays_order"] for one in answers):
            self.tally.counts["paid"] += 1
            self.tally.paid[order["currency"]] += order["total_minor"]
            self.tally.orders.append(order["number"])
            await self._send_now(client, order["number"], headers)
        else:
            raise WentWrong(f"not paid: {[one.text[:120] for one in answers]}")

    async def _send_now(
        self, client: httpx.AsyncClient, number: str, headers: dict[str, str]
    ) -> None:
        """Close the parcel; packing it is a step, so it may take a moment to exist."""
        for _ in range(120):
            answer = await client.post(
                f"/api/v1/orders/{number}/send-now", headers=headers
            )
            if answer.status_code == 200:
                return
            await asyncio.sleep(0.5)
        raise WentWrong(f"the parcel of {number} never came to be")

    async def _act(
        self, client: httpx.AsyncClient, path: str, body: dict[str, Any]
    ) -> Any:
        answer = await client.post(path, json=body, headers=self._token(client))
        if answer.status_code not in (200, 201, 204):
            raise WentWrong(f"{path}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.content else None

    def _token(self, client: httpx.AsyncClient) -> dict[str, str]:
        token = client.cookies.get("csrftoken") or ""
        return {"X-CSRFToken": token, "Referer": self.url}

    def _expect(self, answer: httpx.Response, status: int) -> dict[str, Any]:
        if answer.status_code != status:
            raise WentWrong(
                f"{answer.request.url.path}: {answer.status_code} {answer.text[:200]}"
            )
        return dict(json.loads(answer.content))
