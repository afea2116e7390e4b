"""What host and viewers see and send while a session sells, by pages and by doors."""

import json
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Hold
from catalog.stock import services as catalog
from livestream.models import Deal
from livestream.room import stock
from livestream.sessions import services as livestream
from orders.checkout import claiming
from orders.checkout.models import PublishedClaims
from orders.checkout.tickets import Waiting
from tests.make import (
    make_claim,
    make_client,
    make_deal,
    make_host,
    make_listing,
    make_session,
    make_staff,
    make_ticket,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db


def door(client, method, path, body, **headers):
    send = getattr(client, method)
    return send(f"/api/v1/{path}", body, "application/json", headers=headers)


def test_by_the_door_a_viewer_waits_is_offered_and_claims(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    held = make_claim(listing=listing)
    line = f"sessions/{listing.session_id}/waiting"
    wanted = {"listing": listing.pk, "name": "Zoe"}

    refused = door(client, "post", f"sessions/{listing.session_id}/claims", wanted)
    joined = door(client, "post", line, wanted).json()
    claiming.drop(bag=held.bag, claim_id=held.pk)
    (offered,) = client.get(f"/api/v1/{line}").json()
    claimed = door(client, "post", f"sessions/{listing.session_id}/claims", wanted)

    details = refused.json()["details"]
    assert (refused.status_code, details["held"], details["waiting"]) == (409, 1, 0)
    assert details["back_at"] is not None
    assert (joined["place"], joined["offered_until"]) == (1, None)
    assert (offered["place"], offered["ticket"]) == (0, joined["ticket"])
    assert (claimed.status_code, claimed.json()["place"]) == (201, 2)
    assert client.get(f"/api/v1/{line}").json() == []
    assert door(client, "delete", line, wanted).status_code == 404


def test_the_room_as_it_stands_tells_pins_deals_and_stock(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    make_deal(listing=listing, price="24.00")
    claim = make_claim(listing=listing)
    make_ticket(listing=listing)
    host = make_client(listing.session.host.user)
    host.post(f"/studio/{listing.session_id}/pieces/{listing.pk}/pin/")

    room = client.get(f"/api/v1/sessions/{listing.session_id}").json()

    (told,) = room["listings"]
    assert (room["pinned"], room["pins"]) == (listing.pk, [listing.pk])
    assert told["deal"]["price_minor"] == 2400
    assert (told["left"], told["held"], told["waiting"]) == (0, 1, 1)
    assert told["back_at"] == claim.hold.expires_at.isoformat()
    known = stock.of_room(listing.session_id)
    sent = json.loads(stock.encode(known))
    assert sent["pieces"][0]["back_at"] == told["back_at"]
    assert stock.changed(known, known) == {}
    catalog.release(hold_ids=[claim.hold_id])
    news = stock.changed(
        known, stock.of_rooms([listing.session_id], is_whole=False)[listing.session_id]
    )
    assert news[listing.pk].held == 0


def test_by_plain_forms_a_viewer_joins_and_leaves_the_line(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    held = make_claim(listing=listing)
    address = f"/live/{listing.session_id}/"
    make_client(listing.session.host.user).post(
        f"/studio/{listing.session_id}/pieces/{listing.pk}/pin/"
    )

    client.post(f"{address}waiting/", {"listing": listing.pk, "act": "join"})
    page = client.get(address)
    assert page.context["pinned"].ticket.place == 1
    assert "You are number 1 in line." in page.content.decode()

    claiming.drop(bag=held.bag, claim_id=held.pk)
    page = client.get(address)
    assert page.context["pinned"].may_claim
    assert "Free again: it is yours for" in page.content.decode()

    client.post(f"{address}waiting/", {"listing": listing.pk, "act": "leave"})
    assert Waiting.objects.get().state == Waiting.State.PASSED
    page = client.post(f"{address}waiting/", {"listing": 0}, follow=True)
    assert "not in the session" in page.content.decode()


def test_looking_at_the_room_moves_its_line_with_no_worker_alive(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    make_claim(listing=listing)
    make_ticket(listing=listing)
    Hold.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    client.get(f"/live/{listing.session_id}/")

    assert Waiting.objects.get().state == Waiting.State.OFFERED


def test_a_form_says_the_price_its_page_showed_and_the_deal_ends_by_our_clock(client):
    listing = make_listing(retail="30.00")
    make_deal(listing=listing, price="24.00")
    address = f"/live/{listing.session_id}/"
    shown = client.get(f"{address}pieces/{listing.pk}/").content.decode()
    assert 'data-deal-minor="2400"' in shown
    Deal.objects.update(ends_at=timezone.now())

    client.post(
        f"{address}claim/", {"listing": listing.pk, f"price-{listing.pk}": 2400}
    )

    assert not Hold.objects.exists()
    assert (
        "data-deal-minor"
        not in client.get(f"{address}pieces/{listing.pk}/").content.decode()
    )


def test_a_host_sees_her_share_before_she_changes_a_price_or_starts_a_deal():
    listing = make_listing(variant=make_variant(wholesale="60.00"), retail="30.00")
    client = make_client(listing.session.host.user)
    at = f"/studio/{listing.session_id}/pieces/{listing.pk}/"
    asks = {"headers": {"accept": "application/json"}}

    for typed, words in (
        ({"retail": "30"}, "You get"),
        ({"retail": "1"}, "does not cover its costs"),
        ({"deal": "24"}, "You get"),
        ({"deal": "30"}, "A deal costs less"),
        ({"deal": "x"}, "cannot be read as a price"),
    ):
        assert words in client.get(f"{at}share/", typed).content.decode()
    assert client.get(f"{at}selling/").status_code == 200
    refused = client.post(f"{at}price/", {"retail": "1"}, **asks)
    assert (refused.status_code, refused.json()["code"]) == (422, "retail_too_low")
    listing.refresh_from_db()
    assert listing.retail_minor == 3000

    assert client.post(f"{at}price/", {"retail": "32"}, **asks).status_code == 204
    terms = {"deal": "24", "minutes": "3", "cap": "4", "per_person": "2"}
    assert client.post(f"{at}deal/", terms).url.endswith("/desk/")

    listing.refresh_from_db()
    deal = Deal.objects.get()
    assert (listing.retail_minor, deal.price_minor) == (3200, 2400)
    assert deal.ends_at - deal.starts_at == timedelta(minutes=3)
    make_claim(listing=listing, quantity=2)
    page = client.get(f"/studio/{listing.session_id}/desk/").context
    assert (page["pieces"][0].taken, page["pieces"][0].price_minor) == (2, 2400)
    client.post(f"{at}deal/end/")
    assert Deal.objects.get().ended_at is not None


def test_the_desk_follows_what_becomes_of_each_claim():
    listing = make_listing()
    claims = [make_claim(listing=listing) for _ in range(3)]
    claiming.drop(bag=claims[0].bag, claim_id=claims[0].pk)
    catalog.begin_paying(hold_ids=[claims[1].hold_id])
    client = make_client(listing.session.host.user)
    address = f"/studio/{listing.session_id}/desk/claims/"

    page = client.get(address).content.decode()

    assert [page.count(f'data-state="{state}"') for state in Hold.State.values] == [
        1,
        1,
        0,
        1,
        0,
    ]
    assert make_client(make_host().user).get(address).status_code == 404


def test_a_log_is_read_by_everybody_once_its_host_publishes_it(client):
    session = make_session()
    listing = make_listing(session=session)
    paid, dropped = (
        claiming.claim(
            session_id=session.pk, listing_id=listing.pk, bag=uuid.uuid4(), name=name
        )
        for name in ("Zoe", "")
    )
    catalog.consume(hold_ids=[paid.hold_id])
    claiming.drop(bag=dropped.bag, claim_id=dropped.pk)
    host = make_client(session.host.user)
    page, publish = (
        f"/live/{session.pk}/claims/",
        f"/studio/{session.pk}/claims/publish/",
    )

    host.post(publish)
    assert not PublishedClaims.objects.exists()  # it is still on air
    livestream.end_session(host=session.host, session_id=session.pk)
    assert make_client(make_host().user).post(publish).status_code == 404
    assert host.get(page).status_code == 200
    for stranger in (client, make_client(make_user())):
        assert stranger.get(page).status_code == 404
    host.post(publish)

    words = client.get(page).content.decode()
    assert f"{paid.claimed_at.microsecond // 1000:03}</time>" in words
    assert "Zoe" in words and dropped.receipt in words
    assert "paid" in words and "given back" in words
    assert str(paid.bag) not in words
    assert page in client.get(f"/live/{session.pk}/").content.decode()


def test_staff_takes_a_log_back_for_good(client):
    session = make_session()
    host = make_client(session.host.user)
    livestream.end_session(host=session.host, session_id=session.pk)
    host.post(f"/studio/{session.pk}/claims/publish/")
    published = PublishedClaims.objects.get()
    staff = make_client(make_staff())

    staff.post(
        reverse("admin:orders_publishedclaims_changelist"),
        {"action": "take_back", "_selected_action": [published.pk]},
    )
    host.post(f"/studio/{session.pk}/claims/publish/")

    published.refresh_from_db()
    assert published.taken_back_at is not None
    assert client.get(f"/live/{session.pk}/claims/").status_code == 404
    for name in ("orders_waiting", "orders_publishedclaims", "livestream_deal"):
        assert staff.get(reverse(f"admin:{name}_changelist")).status_code == 200
