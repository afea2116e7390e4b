"""Every address of the program, walked by strangers with other people's numbers in it.

A new address fails here until it is said to be public, one's own, or nobody's but a
member's: then this test holds it to that.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, get_resolver

from catalog.connections import endpoints
from catalog.merchants import people
from catalog.models import Merchant, Product, SheetImport, StockLevel
from catalog.photos.models import Photo
from catalog.provenance import services as provenance
from catalog.stocktaking import services as counting
from livestream.chat import services as chat
from livestream.chat import words
from livestream.collections import services as collections
from orders.checkout.models import Order
from tests.make import (
    make_client,
    make_crew,
    make_endpoint,
    make_glossary,
    make_known_user,
    make_listing,
    make_member,
    make_merchant,
    make_order,
    make_series,
    make_speaker,
    make_terms,
    make_token,
    make_user,
    make_variant,
)
from tests.orders.later import make_packed_parcel

pytestmark = pytest.mark.django_db

# Anybody may read these. What they show of a merchant is what buyers should see.
PUBLIC = {
    *("healthz", "readyz", "schema", "docs", "media/<path:path>"),
    *("hosts:hosts", "livestream:host", "livestream:schedule", "livestream:calendar"),
    *("livestream:feed", "livestream:host-feed", "livestream:push-worker"),
    *("livestream:api-sessions", "livestream:api-session", "livestream:events"),
    *("orders:home", "orders:market", "orders:product", "orders:session"),
    *("orders:deliver-to", "orders:piece", "orders:prices"),
    *("catalog:api-products", "catalog:api-guide", "set_language"),
    *("catalog:find-passport", "catalog:passport", "catalog:passport-qr"),
    *("catalog:lots", "catalog:lot", "catalog:artisans", "catalog:artisan"),
    *("catalog:evidence", "catalog:photo", "catalog:bag"),
    *("orders:come", "orders:come-from", "livestream:want-aac"),
}
# Anybody may do these: they are how one buys and talks. They change what buyers change.
BUYING = {
    *("orders:claim", "orders:claim-by-form", "livestream:api-chat"),
    "livestream:api-reactions",
    *("orders:quote", "orders:place-order", "orders:waiting", "orders:api-waiting"),
    *("livestream:follow", "livestream:remind"),
}
# About the person or the browser that asks, and nobody else.
OWN = {
    *("orders:account", "orders:bag", "orders:quote-part", "orders:drop"),
    *("orders:drop-claim", "orders:sandbox-payment", "orders:payment-notice"),
    *("catalog:stall", "catalog:apply", "livestream:helping"),
    *("livestream:confirm", "livestream:stop"),  # whoever holds the link we signed
}
# Only for those the thing belongs to: hosts, members, buyers by their bag, staff.
CLOSED = {
    *("livestream:media-auth", "livestream:media-event"),
    *("livestream:api-start", "livestream:api-end", "livestream:api-pin"),
    *("livestream:api-listings", "livestream:studio", "livestream:plan"),
    *("livestream:pieces", "livestream:link", "livestream:unlink", "livestream:pin"),
    *("livestream:unpin", "livestream:pin-next", "livestream:go-live"),
    *("livestream:api-waiting", "livestream:api-chat-act", "livestream:api-reply"),
    *("livestream:api-slow", "livestream:crew", "livestream:add-crew"),
    *("livestream:link-crew", "livestream:withdraw-crew", "livestream:remove-crew"),
    *("livestream:chat", "livestream:chat-words", "livestream:drop-word"),
    *("livestream:chat-file", "livestream:acts-file", "livestream:join-crew"),
    *("livestream:end", "livestream:cancel", "orders:desk", "orders:desk-claims"),
    *("orders:claims", "orders:publish-claims", "livestream:move"),
    *("livestream:selling", "livestream:share", "livestream:change-price"),
    *("livestream:start-deal", "livestream:end-deal", "livestream:hand-over"),
    *("livestream:phrases", "livestream:match-phrase", "livestream:use-phrase"),
    *("livestream:keep-phrase", "orders:report", "orders:report-file"),
    *("orders:order", "orders:show-order", "orders:pay", "orders:pay-now"),
    *("orders:change", "orders:paid", "orders:send", "orders:send-now"),
    *("orders:today", "orders:bring", "orders:results", "orders:results-file"),
    *("catalog:application", "catalog:correct-application", "catalog:join"),
    *("livestream:market", "livestream:piece", "livestream:collect"),
    *(
        "livestream:link-collection",
        "livestream:drop-collection",
        "livestream:take-out",
    ),
    *("livestream:terms", "livestream:agree-terms", "livestream:terms-hosts"),
    *("livestream:end-terms", "livestream:date", "livestream:skip"),
    *("livestream:camera", "livestream:video-init", "livestream:video-fragment"),
    *("livestream:video-chunk", "livestream:channels", "livestream:remove-channel"),
    *("livestream:platforms", "livestream:start-push", "livestream:stop-push"),
    "livestream:end-series",
    *("catalog:products", "catalog:new-product", "catalog:edit-product"),
    *("catalog:keep-product", "catalog:withdraw-product", "catalog:prices"),
    *("catalog:photos", "catalog:photos-add", "catalog:photos-order"),
    *("catalog:photo-move", "catalog:photo-crop", "catalog:photo-remove"),
    *("catalog:photo-again", "catalog:photo-original"),
    "catalog:product-provenance",
    *("catalog:say-provenance", "catalog:take-back-provenance"),
    *("catalog:stock", "catalog:stock-of", "catalog:receive", "catalog:adjust"),
    *("catalog:alarm", "catalog:takes", "catalog:take", "catalog:take-typed"),
    *("catalog:take-review", "catalog:take-finish", "catalog:take-drop"),
    *("catalog:labels", "catalog:api-counts", "catalog:api-pieces"),
    *("catalog:api-find", "catalog:api-own-products", "catalog:api-own-product"),
    *("catalog:api-own-photos", "catalog:api-stock", "catalog:api-one-stock"),
    *("catalog:api-adjustments", "catalog:connections", "catalog:make-token"),
    *("catalog:revoke-token", "catalog:make-endpoint", "catalog:endpoint"),
    *("catalog:ping", "catalog:pause", "catalog:resume", "catalog:rotate"),
    *("catalog:remove", "catalog:send-failed", "catalog:message"),
    "catalog:send-again",
    *("catalog:people", "catalog:give-role", "catalog:remove-member"),
    *("catalog:sheets", "catalog:sheet", "catalog:sheet-template", "catalog:sheet-act"),
    *("catalog:sheet-of-pieces", "catalog:choose-tab", "catalog:map-columns"),
    *("catalog:take-over", "catalog:sheet-faults", "catalog:withdraw"),
}
# Pages of packages, under our doors: signing in, and the admin for staff.
ALLAUTH, ADMIN = "account/", "admin/"
ADMIN_DOORS = {"admin:login", "admin:jsi18n", "admin:logout"}
WATCHED = ("donghai", "catalog", "hosts", "livestream", "orders")


@dataclass(frozen=True)
class Door:
    """One pattern of the URLconf."""

    name: str
    pattern: str

    def address(self, numbers: dict[str, Any]) -> str:
        """With other people's numbers where the pattern wants one."""

        def fill(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            assert name in numbers, f"{self.name}: whose {name} shall be tried?"
            return str(numbers[name])

        names = r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)"
        plain = re.sub(names, fill, self.pattern)
        return "/" + re.sub(r"[\^$]|\\Z", "", plain)


def doors(resolver: Any = None, before: str = "", spaces: str = "") -> Iterator[Door]:
    for found in (resolver or get_resolver()).url_patterns:
        pattern = before + str(found.pattern)
        if isinstance(found, URLPattern):
            yield Door(f"{spaces}{found.name}" if found.name else pattern, pattern)
        else:
            inside = f"{spaces}{found.namespace}:" if found.namespace else spaces
            yield from doors(found, pattern, inside)


# Who buys has a bag of their own from then on, so those doors come last
OURS = sorted(
    (d for d in doors() if not d.pattern.startswith((ALLAUTH, ADMIN))),
    key=lambda door: door.name in BUYING,
)


def test_every_address_is_classified_once():
    names = [door.name for door in OURS]
    classes = (PUBLIC, BUYING, OWN, CLOSED)

    assert set(names) == set().union(*classes)
    assert len(names) == len(set(names))
    assert sum(map(len, classes)) == len(set(names))


class World:
    """A merchant and all that is hers, with words in it that no stranger may read."""

    def __init__(self) -> None:
        self.merchant = make_merchant(phone="0518-55510203")
        self.merchant.licence.save("strangers.pdf", ContentFile(b"%PDF-licence"))
        self.owner = make_member(self.merchant)
        self.clerk = make_member(self.merchant, "CLERK")
        self.invitation = people.invite(
            merchant_id=self.merchant.pk,
            email="invited-in-secret@example.org",
            role="CLERK",
            invited_by=self.owner.user_id,
            language="en",
        )
        self.variant = make_variant(merchant=self.merchant, wholesale="61.37")
        self.draft = Product.objects.create(
            merchant=self.merchant, titles={"en": "Draft in secret"}
        )
        self.sheet = SheetImport.objects.create(
            merchant=self.merchant, name="secret-sheet.xlsx", state="READY"
        )
        make_glossary()
        self.photo = Photo.objects.create(product=self.variant.product)
        self.passport = provenance.passport_of(self.variant.product)
        make_token(self.merchant)
        self.endpoint = make_endpoint(self.merchant, "https://secret.example/hooks")
        self.message = endpoints.ping(endpoint_id=self.endpoint.pk)
        self.take = counting.start(
            merchant_id=self.merchant.pk,
            name="Secret shelf",
            started_by=self.owner.user_id,
            key=uuid.uuid4(),
        )
        self.listing = make_listing(variant=self.variant, retail="31.00")
        self.kept = collections.keep(
            host=self.listing.session.host, name="Kept", variant_id=self.variant.pk
        )
        self.series = make_series(host=self.listing.session.host)
        self.terms = make_terms(self.merchant, host=self.listing.session.host)
        self.order = make_order(listing=self.listing)
        session = self.listing.session
        make_crew(session)
        self.helper = session.crew.get()
        self.word = words.add(
            host=session.host, word="secret-word", language="", act="HOLD"
        )
        chat.say(
            session_id=session.pk,
            speaker=make_speaker("Held Viewer"),
            text="secret-word of a held line",
        )
        self.paid = make_packed_parcel(variant=self.variant)
        self.secrets = [
            *(self.merchant.credit_code, self.merchant.phone, "Draft in secret"),
            *(self.owner.user.email, self.clerk.user.email, self.invitation.email),
            *(
                "secret-sheet.xlsx",
                "secret.example",
                "secret-word",
                self.helper.user.email,
                "Secret shelf",
                "61.37",
                self.order.number,
                self.paid.number,
                "1 Main St",
                "%PDF",
            ),
        ]

    def numbers(self) -> dict[str, Any]:
        session = self.listing.session
        line = self.order.lines.get()
        return {
            "merchant_id": self.merchant.pk,
            "variant_id": self.variant.pk,
            "product_id": self.variant.product_id,
            "member_id": self.clerk.pk,
            "invitation_id": self.invitation.pk,
            "import_id": self.sheet.pk,
            "kind": "csv",
            "photo_id": self.photo.pk,
            "token_id": self.merchant.api_tokens.get().pk,
            "endpoint_id": self.endpoint.pk,
            "message_id": self.message.pk,
            "stream_id": 1,
            "part": 0,
            "platform": "elsewhere",
            "destination_id": 1,
            "push_id": 1,
            "take_id": self.take.pk,
            "collection_id": self.kept.pk,
            "crew_id": self.helper.pk,
            "card": "water",
            "word_id": self.word.pk,
            "terms_id": self.terms.pk,
            "series_id": self.series.pk,
            "link": "1:not:ours",
            "evidence_id": 1,
            "said_id": 1,
            "what": "lot",
            "code": self.passport.code,
            "country": "DE",
            "currency": "EUR",
            "language": "en",
            "sku": self.variant.sku,
            "token": people.token(self.invitation.pk),
            "session_id": session.pk,
            "listing_id": self.listing.pk,
            "slug": session.host.slug,
            "claim_id": line.claim_id,
            "number": self.order.number,
            "reference": "not-ours",  # who knows it may pay: it is the buyer's key
            "name": "sandbox",
            "path": self.merchant.licence.name,
            # the admin's and allauth's own
            "pk": self.merchant.pk,
            "object_id": self.merchant.pk,
            "content_type_id": 1,
            "app_label": "catalog",
            "action": "suspend",
            "url": "anything",
            "key": "abc",
            "uidb36": "1",
        }

    def body(self) -> dict[str, Any]:
        """What would do harm, whatever door it is sent to."""
        return {
            "variant": self.variant.pk,
            "listing": self.listing.pk,
            "claim": self.order.lines.get().claim_id,
            "change": "5",
            "reason": "mine now",
            "because": "mine now",
            "retail": "99.00",
            "quantity": 1,
            "role": "OWNER",
            "email": "stranger@example.org",
            "method": "test_pays",
            f"v{self.variant.pk}-wholesale_minor": "1.00",
            f"v{self.variant.pk}-min_quantity": "1",
            "outcome": "approve",
            "act": "ban",
            "number": 1,
            "seconds": 60,
            "to": 1,
            "word": "stranger",
        }


def rows() -> dict[str, str]:
    """A fingerprint of every table of ours, in one query."""
    tables = [
        model._meta.db_table
        for app in WATCHED
        for model in apps.get_app_config(app).get_models()
    ]
    every = " UNION ALL ".join(
        f"SELECT '{table}', md5(string_agg(t::text, '' ORDER BY t::text))"
        f" FROM {table} t"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(every)
        return dict(cursor.fetchall())


def text_of(answer: Any) -> str:
    if not answer.streaming:
        return str(answer.content.decode(errors="replace"))
    if "event-stream" in answer["Content-Type"]:
        return ""
    return b"".join(answer.streaming_content).decode(errors="replace")


def knock(client: Client, door: Door, world: World) -> list[Any]:
    """Read, send a form, send JSON; each with what would do harm."""
    address, body = door.address(world.numbers()), world.body()
    return [
        client.get(address),
        client.get(address, {"merchant": world.merchant.pk}),
        client.post(address, body),
        client.post(address, body, content_type="application/json"),
    ]


STRANGERS = {
    "nobody signed in": Client,
    "a buyer": lambda: make_client(make_known_user()),
    "a member of another merchant": lambda: make_client(make_member().user),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_finds_every_door_shut_that_is_not_public(stranger):
    world, client = World(), STRANGERS[stranger]()
    before = rows()

    for door in OURS:
        answers = knock(client, door, world)
        for answer in answers:
            text = text_of(answer)
            typed = door.address(world.numbers())  # a page may say its own address
            found = [s for s in world.secrets if s in text and s not in typed]
            assert not found, (door, answer.status_code)
            assert answer.status_code < 500, door
            if door.name in CLOSED:
                assert not 200 <= answer.status_code < 300, door
                if stranger != "nobody signed in" and "merchant_id" in door.pattern:
                    assert answer.status_code in (404, 405), door
        after = rows()
        assert after == before or door.name in BUYING, door
        before = after


def test_a_member_of_another_merchant_finds_the_admin_shut():
    world, client = World(), make_client(make_member().user)
    before = rows()

    for door in doors():
        if not door.pattern.startswith(ADMIN) or door.name in ADMIN_DOORS:
            continue
        address = door.address(world.numbers())
        for answer in (client.get(address), client.post(address, world.body())):
            assert answer.status_code in (301, 302, 403, 404, 405), door

    assert rows() == before


@pytest.mark.parametrize("stranger", STRANGERS)
def test_pages_about_ones_own_account_tell_nothing_of_others(stranger):
    world, client = World(), STRANGERS[stranger]()

    for door in doors():
        if door.pattern.startswith(ALLAUTH):
            text = text_of(client.get(door.address(world.numbers())))
            assert not [secret for secret in world.secrets if secret in text], door


def test_her_own_members_find_these_doors_open_and_read_what_strangers_may_not():
    world = World()
    client, seen = make_client(world.owner.user), ""

    for door in OURS:
        if "merchant_id" in door.pattern:
            asked = {"text": world.variant.sku}  # to look for a piece, say which
            answer = client.get(door.address(world.numbers()), asked, follow=True)
            assert answer.status_code in (200, 405), door
            seen += text_of(answer)

    numbers = {world.order.number, world.paid.number, "1 Main St", "%PDF"}
    hosts = {"secret-word", world.helper.user.email}
    unseen = [s for s in world.secrets if s not in seen and s not in numbers | hosts]
    assert unseen == []
    assert not [number for number in numbers if number in seen]  # buyers are not hers


def theirs(world: World) -> list[Any]:
    """The rows of a merchant, as they stand."""
    merchant = world.merchant
    parts = (
        *(merchant.members, merchant.invitations, merchant.variants),
        merchant.host_terms,
    )
    stock = StockLevel.objects.filter(variant__merchant=merchant)
    return [list(part.order_by("pk").values()) for part in (*parts, stock)]


def test_an_owner_reaches_nothing_of_another_merchant_through_her_own_address():
    world, mine = World(), make_member()
    client = make_client(mine.user)

    for door in OURS:
        if "merchant_id" in door.pattern:
            before = theirs(world)
            numbers = world.numbers() | {"merchant_id": mine.merchant_id}
            address = door.address(numbers)
            for answer in (client.get(address), client.post(address, world.body())):
                text = text_of(answer)
                assert not [s for s in world.secrets if s in text], door
            assert theirs(world) == before, door


def test_who_is_suspended_or_waits_reads_her_pages(client):
    member = make_member(make_merchant(state=Merchant.State.APPLIED))
    client = make_client(member.user)

    for state in (Merchant.State.APPLIED, Merchant.State.SUSPENDED):
        Merchant.objects.update(state=state)
        pages = ("products/", "stock/", "bring/", "prices/", "terms/", "results/")
        for page in ("", *pages):
            answer = client.get(f"/stall/{member.merchant_id}/{page}")
            assert answer.status_code == 200
            assert b'class="note' in answer.content


def test_the_world_of_these_tests_has_something_to_steal():
    world = World()

    assert Order.objects.filter(status=Order.Status.PAID).exists()
    assert make_user() not in [m.user for m in world.merchant.members.all()]
    assert len(world.secrets) == len(set(world.secrets)) == 16
