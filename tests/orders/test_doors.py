"""The JSON doors: what they answer, and how they say no."""

import os
import uuid
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from catalog.models import Hold
from donghai.models import IdempotencyKey, User
from orders.checkout import bag
from orders.checkout.models import Claim, Order
from orders.payments.models import Payment
from tests.make import (
    make_claim,
    make_client,
    make_host,
    make_listing,
    make_order,
    make_session,
    make_user,
    make_variant,
)

ADDRESS = {
    "name": "Ann Lee",
    "street": "1 Main St",
    "city": "Austin",
    "region": "TX",
    "postcode": "78701",
    "country": "us",
}
JSON = "application/json"


def post(client, path, body=None, **headers):
    return client.post(f"/api/v1/{path}", body or {}, JSON, headers=headers)


@pytest.mark.django_db
def test_a_claim_answers_with_receipt_place_hold_expiry_and_bag(client):
    listing = make_listing()

    answer = post(
        client, f"sessions/{listing.session_id}/claims", {"listing": listing.pk}
    )

    claim = answer.json()
    assert answer.status_code == 201
    assert claim["receipt"] == f"C{listing.pk}-1"
    assert claim["place"] == 1
    assert (
        Hold.objects.get(pk=claim["hold"]).expires_at.isoformat()[:19]
        in (claim["expires_at"].replace("Z", "")[:19])
    )
    assert bag.read(claim["bag"]) == Claim.objects.get().bag
    assert answer.cookies["bag"]["httponly"]


@pytest.mark.django_db
def test_a_sold_out_piece_is_a_problem_document(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    make_claim(listing=listing)

    answer = post(
        client, f"sessions/{listing.session_id}/claims", {"listing": listing.pk}
    )

    problem = answer.json()
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["code"] == "sold_out"
    assert problem["details"]["free"] == 0
    assert problem["details"]["back_at"]
    assert Claim.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"listing": "x"}, 400),
        ({"listing": 999_999}, 404),
        ({"listing": 10**30}, 400),
        ({"listing": None, "quantity": 5}, 400),
    ],
)
def test_odd_claims_are_refused_and_hold_nothing(client, body, status):
    session = make_session()

    answer = post(client, f"sessions/{session.pk}/claims", body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert not Hold.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "nonsense", "00:forged", "é"])
def test_without_a_real_bag_there_is_no_quote(client, token):
    claim = make_claim()

    answer = post(client, "quotes", {"country": "US"}, bag=token)

    assert claim.hold_id
    assert answer.status_code == 403
    assert answer.json()["code"] == "no_bag"
    assert "first claim" in answer.json()["title"]


@pytest.mark.django_db
def test_a_quote_lists_every_line_with_its_rule(client):
    claim = make_claim()

    answer = post(
        client,
        "quotes",
        {"holds": [claim.hold_id], "country": "us", "postcode": "78701"},
        bag=bag.token(claim.bag),
    )

    quote = answer.json()
    assert answer.status_code == 201
    assert all(line["rule"] and line["label"] for line in quote["lines"])
    assert "%(" not in str(quote)
    assert sum(line["amount_minor"] for line in quote["lines"]) == quote["total_minor"]


@pytest.mark.django_db
def test_a_country_without_rules_is_refused_in_words(client):
    claim = make_claim()

    answer = post(client, "quotes", {"country": "AQ"}, bag=bag.token(claim.bag))

    assert answer.status_code in (409, 422)
    assert answer.json()["code"] == "no_rule_for_country"


def placed(client, claim, **headers):
    token = bag.token(claim.bag)
    quote = post(client, "quotes", {"country": "US"}, bag=token).json()
    body = {"quote": quote["id"], "email": "ann@example.org", "address": ADDRESS}
    return body, lambda sent: post(client, "orders", sent, bag=token, **headers)


@pytest.mark.django_db
def test_the_same_key_gets_the_same_answer_and_one_order(client):
    body, send = placed(client, make_claim(), **{"idempotency-key": "k1"})

    first, again = send(body), send(body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (Order.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_key_used_for_something_else_is_refused(client):
    body, send = placed(client, make_claim(), **{"idempotency-key": "k1"})
    send(body)

    other = send(body | {"email": "other@example.org"})

    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_an_order_is_for_the_bag_that_placed_it(client):
    order, stranger = make_order(), make_claim()
    path = f"/api/v1/orders/{order.number}"

    mine = client.get(path, headers={"bag": bag.token(order.bag)})
    theirs = client.get(path, headers={"bag": bag.token(stranger.bag)})
    paying = post(
        client,
        f"orders/{order.number}/payments",
        {"method": "test_pays"},
        bag=bag.token(stranger.bag),
    )

    assert mine.json()["status"] == "AWAITING_PAYMENT"
    assert (theirs.status_code, paying.status_code) == (404, 404)
    assert not Payment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["start", "end", "pin", "listings", ""], ids=lambda path: path or "new"
)
def test_only_hosts_run_sessions(client, path):
    session = make_session()
    door = f"sessions/{session.pk}/{path}" if path else "sessions"
    assert post(client, door).status_code in (401, 403)

    client.force_login(make_user())
    assert post(client, door).status_code in (401, 403)


@pytest.mark.django_db
def test_another_hosts_session_is_not_hers_to_run(client):
    session = make_session()
    other = make_host("en")
    client.force_login(User.objects.get(pk=other.user_id))

    answer = post(client, f"sessions/{session.pk}/end")

    session.refresh_from_db()
    assert answer.status_code == 403
    assert session.state == "ON_AIR"


@pytest.mark.django_db
def test_the_room_as_it_stands_shows_what_is_pinned_and_left(client):
    listing = make_listing()

    room = client.get(f"/api/v1/sessions/{listing.session_id}").json()

    assert room["listings"][0]["left"] == 10
    assert room["last_event"] == 2
    assert [one["id"] for one in client.get("/api/v1/sessions").json()] == [room["id"]]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["amethyst", "紫水晶", "{sku}", "{sku:.5}", "Stall"])
def test_the_market_is_searched_in_any_language(client, words):
    words = words.format(sku=make_variant().sku)

    found = client.get("/api/v1/products", {"search": words}).json()

    assert len(found["results"]) == 1
    nothing = client.get("/api/v1/products", {"search": "zzz"}).json()
    assert (nothing["results"], nothing["unknown"]) == ([], ["zzz"])


def test_the_schema_is_valid_and_names_every_door():
    schema = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(schema)
    assert {
        "/api/v1/sessions",
        "/api/v1/sessions/{session_id}",
        "/api/v1/sessions/{session_id}/events",
        "/api/v1/sessions/{session_id}/claims",
        "/api/v1/quotes",
        "/api/v1/orders",
        "/api/v1/orders/{number}",
        "/api/v1/orders/{number}/payments",
        "/api/v1/products",
        "/api/v1/merchant/products",
        "/api/v1/merchant/products/{sku}",
        "/api/v1/merchant/stock",
        "/api/v1/merchant/stock/{sku}",
        "/api/v1/merchant/stock/{sku}/adjustments",
    } <= set(schema["paths"])


def test_the_schema_tells_the_doors_apart_and_what_they_refuse():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    call_command("spectacular", "--fail-on-warn", "--file", os.devnull)
    bodies = {
        path: next(iter(door["post"]["requestBody"]["content"].values()))["schema"]
        for path, door in schema["paths"].items()
        if "requestBody" in door.get("post", {})
    }

    assert len({body["$ref"] for body in bodies.values()}) == len(bodies) == 17
    quote = schema["components"]["schemas"]["MakeQuoteInputRequest"]
    assert set(quote["properties"]) == {"holds", "country", "postcode"}
    assert all(
        "default" in door["responses"]
        for doors in schema["paths"].values()
        for door in doors.values()
    )


@pytest.mark.django_db
def test_giving_back_says_so_only_when_something_was_held(client):
    claim = make_claim()
    own, foreign = bag.token(claim.bag), bag.token(uuid.uuid4())

    answers = [
        client.delete(f"/api/v1/claims/{claim.pk}", headers={"Bag": token})
        for token in (foreign, own, own)
    ]

    assert [answer.status_code for answer in answers] == [409, 204, 409]
    assert answers[0].json()["code"] == "nothing_held"


@pytest.mark.django_db
@pytest.mark.parametrize("listing", ["9" * 24, "abc", "²", "-1", ""])
def test_a_form_with_an_odd_listing_is_refused_in_words(client, listing):
    session = make_session()

    page = client.post(
        f"/live/{session.pk}/claim/", {"listing": listing, "quantity": "1"}, follow=True
    )

    assert "This piece is not in the session." in page.content.decode()
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_schema_and_its_page_are_served(client):
    assert client.get("/api/schema/").status_code == 200
    assert client.get("/api/docs/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("sessions/1/claims", {"listing": 2**63}, 400),
        (f"sessions/{10**20}/claims", {"listing": 1}, 400),
        ("sessions/999/chat", {"name": "Ann", "text": "hello"}, 404),
        ("sessions/999/chat", {"name": "Ann", "text": "x" * 4000}, 400),
    ],
)
def test_what_no_row_can_hold_is_refused_as_a_problem(client, path, body, status):
    answer = post(client, path, body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/api/v1/products?search=%00", "/crystals/?search=%00", "/orders/%00/"]
)
def test_a_text_that_no_database_keeps_is_refused(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.django_db
def test_a_form_with_a_text_that_no_database_keeps_is_refused_and_keeps_nothing():
    session = make_session()
    browser = make_client(session.host.user)
    sent = {"variant": make_variant().pk, "name": "a\0b"}
    address = f"/studio/{session.pk}/pieces/collect/"
    plain = "application/x-www-form-urlencoded"

    assert browser.post(address, sent).status_code == 400
    assert browser.post(address, urlencode(sent), plain).status_code == 400
    assert not session.host.collections.exists()


@pytest.mark.django_db
def test_a_program_that_sends_such_a_text_is_told_what_is_wrong(client):
    claim = make_claim()
    body, send = placed(client, claim)

    answer = send(body | {"address": ADDRESS | {"name": "a\0b"}})

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_until_he_pays_a_buyer_may_correct_his_address(client):
    claim = make_claim()
    body, send = placed(client, claim)
    first = send(body).json()

    fixed = body | {"address": ADDRESS | {"name": "Ann Leigh"}}
    assert send(fixed).json() == first
    assert Order.objects.get().name == "Ann Leigh"

    path = f"orders/{first['number']}/payments"
    post(client, path, {"method": "page"}, bag=bag.token(claim.bag))
    refused = send(body)
    assert refused.status_code == 409
    assert Order.objects.get().name == "Ann Leigh"


@pytest.mark.django_db
@pytest.mark.parametrize("postcode", ["", "ABC", "1234", "78701-1"])
def test_a_postcode_that_the_post_cannot_read_makes_no_order(client, postcode):
    body, send = placed(client, make_claim())

    answer = send(body | {"address": ADDRESS | {"postcode": postcode}})

    assert answer.status_code == 422
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_an_unknown_way_to_pay_is_refused(client):
    order = make_order()
    answer = post(
        client,
        f"orders/{order.number}/payments",
        {"method": "shells"},
        bag=bag.token(order.bag),
    )

    assert answer.status_code == 422
    assert not Payment.objects.exists()
