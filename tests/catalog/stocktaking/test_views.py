"""A merchant's stock on pages, and the doors of the counting phone."""

import re
import uuid

import pytest
from django.urls import reverse

from catalog.models import StockMovement, StockTake, Variant
from catalog.stocktaking import alarms, services
from catalog.stocktaking.codes import code_of
from tests.catalog.stocktaking.make import (
    make_members_client,
    make_take,
    note,
    on_hand,
    scan,
    typed,
)
from tests.make import make_variant

pytestmark = pytest.mark.django_db


def at(name, merchant, *rest):
    return reverse(f"catalog:{name}", args=[merchant.pk, *rest])


def api(name, take):
    return reverse(f"catalog:{name}", args=[take.merchant_id, take.pk])


def text_of(answer):
    return answer.content.decode()


def test_the_list_finds_by_sku_and_title_and_by_what_is_left():
    plenty = make_variant(on_hand=50)
    merchant = plenty.merchant
    scarce = make_variant(merchant=merchant, on_hand=2)
    gone = make_variant(merchant=merchant, on_hand=0)
    foreign = make_variant(on_hand=1)
    alarms.set_alarm(variant_id=scarce.pk, alarm_at=3)
    client = make_members_client(merchant)

    def found(query=""):
        page = text_of(client.get(at("stock", merchant) + query))
        every = (plenty, scarce, gone, foreign)
        return {one.pk for one in every if one.sku in page}

    assert found() == {plenty.pk, scarce.pk, gone.pk}
    assert found("?show=low") == {scarce.pk}
    assert found("?show=none") == {gone.pk}
    assert found(f"?search={plenty.sku.lower()}") == {plenty.pk}
    title = plenty.product.titles["zh-hans"]
    assert found(f"?search={title}") >= {plenty.pk}
    assert found("?search=nothing-like-it") == set()


def test_goods_that_came_in_are_received_once_however_often_the_form_is_sent():
    variant = make_variant(on_hand=5)
    client = make_members_client(variant.merchant)
    page = text_of(client.get(at("stock-of", variant.merchant, variant.pk)))
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', page)[1]

    for _ in range(3):
        client.post(
            at("receive", variant.merchant, variant.pk),
            {"key": key, "quantity": 12, "reason": "from Uruguay"},
        )

    assert on_hand(variant) == 17
    moved = StockMovement.objects.latest("pk")
    assert (moved.kind, moved.reason) == ("RECEIVED", "from Uruguay")
    assert moved.moved_by_id is not None


def test_a_correction_says_who_and_why_and_is_made_once():
    variant = make_variant(on_hand=5)
    client = make_members_client(variant.merchant)
    said = {
        "key": uuid.uuid4(),
        "direction": -1,
        "quantity": 5,
        "why": "broken",
        "words": "fell",
    }

    for _ in range(2):
        answer = client.post(at("adjust", variant.merchant, variant.pk), said)
        assert answer.status_code == 302

    assert on_hand(variant) == 0
    assert StockMovement.objects.latest("pk").reason == "broken: fell"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": 6}, "Only 5 can be taken out"),
        ({"quantity": 0}, "greater than or equal to 1"),
        ({"quantity": "many"}, "whole number"),
        ({"why": "other", "words": ""}, "Say in a few words why."),
    ],
)
def test_a_correction_that_cannot_be_is_refused_in_words_and_forgets_nothing(
    change, words
):
    variant = make_variant(on_hand=5)
    client = make_members_client(variant.merchant)
    said = {
        "key": str(uuid.uuid4()),
        "direction": -1,
        "quantity": 1,
        "why": "sample",
        "words": "for the fair",
    } | change

    answer = client.post(at("adjust", variant.merchant, variant.pk), said)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert said["words"] in text_of(answer)
    assert on_hand(variant) == 5


def test_the_history_is_a_picture_and_a_table():
    variant = make_variant(on_hand=5)
    client = make_members_client(variant.merchant)

    page = text_of(client.get(at("stock-of", variant.merchant, variant.pk)))

    assert 'role="img" aria-label="On hand, the last three months"' in page
    assert "received" in page


def test_an_alarm_is_set_and_taken_off():
    variant = make_variant()
    client = make_members_client(variant.merchant)
    address = at("alarm", variant.merchant, variant.pk)

    client.post(address, {"alarm_at": 4})
    assert Variant.objects.get(pk=variant.pk).alarm_at == 4
    client.post(address, {"alarm_at": ""})
    assert Variant.objects.get(pk=variant.pk).alarm_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_into_the_stock_of_others(method, client):
    take = make_take()
    foreign = make_variant(merchant=take.merchant, on_hand=7)
    stranger = make_members_client(make_variant().merchant)
    rest = {"stock-of": [foreign.pk], "receive": [foreign.pk], "adjust": [foreign.pk]}
    rest |= {name: [take.pk] for name in ("take", "take-review", "take-finish")}
    rest |= {name: [take.pk] for name in ("take-typed", "take-drop")}
    rest |= {"stock": [], "takes": [], "labels": [], "alarm": [foreign.pk]}

    for name, ids in rest.items():
        answer = getattr(stranger, method)(at(name, take.merchant, *ids))
        assert answer.status_code in (404, 405), name
        unknown = getattr(client, method)(at(name, take.merchant, *ids))
        assert unknown.status_code in (302, 405), name
    for name in ("api-counts", "api-pieces", "api-find"):
        assert stranger.get(api(name, take)).status_code == 404
        assert client.get(api(name, take)).status_code == 403
    assert on_hand(foreign) == 7
    assert StockTake.objects.get(pk=take.pk).state == "OPEN"


def test_one_stalls_pages_do_not_open_anothers_rows():
    mine = make_variant()
    client = make_members_client(mine.merchant)
    theirs, take = make_variant(on_hand=7), make_take()

    for path in (
        at("stock-of", mine.merchant, theirs.pk),
        at("take", mine.merchant, take.pk),
        at("take-review", mine.merchant, take.pk),
    ):
        assert client.get(path).status_code == 404
    answer = client.post(
        at("receive", mine.merchant, theirs.pk), {"key": uuid.uuid4(), "quantity": 1}
    )
    assert answer.status_code == 404
    assert on_hand(theirs) == 7


def test_a_phone_learns_the_pieces_sends_its_counts_and_hears_how_they_stand():
    variant = make_variant(on_hand=4)
    take = make_take(variant.merchant)
    client = make_members_client(variant.merchant)

    [piece] = client.get(api("api-pieces", take)).json()["pieces"]
    assert (piece["id"], piece["code"]) == (variant.pk, code_of(variant.pk))
    assert piece["expected"] == 4

    key = str(uuid.uuid4())
    one = {"key": key, "variant": variant.pk, "quantity": 1, "age_ms": 20}
    for _ in range(2):
        answer = client.post(
            api("api-counts", take), {"counts": [one]}, content_type="application/json"
        )
    line = {"variant": variant.pk, "counted": 1, "expected": 4}
    assert answer.json() == {"lines": [line]}
    assert client.get(api("api-counts", take)).json() == {"lines": [line]}

    answer = client.post(
        api("api-counts", take),
        {"counts": [], "undone": [key]},
        content_type="application/json",
    )
    assert answer.json() == {"lines": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 2_000_000},
        {"quantity": -1, "is_typed": True},
        {"key": "twice"},
        {"age_ms": -5},
        {"variant": 2**70},
    ],
)
def test_a_count_that_cannot_be_is_refused(wrong):
    variant = make_variant()
    take = make_take(variant.merchant)
    one = {
        "key": str(uuid.uuid4()),
        "variant": variant.pk,
        "quantity": 1,
        "age_ms": 0,
    }

    answer = make_members_client(variant.merchant).post(
        api("api-counts", take),
        {"counts": [one | wrong]},
        content_type="application/json",
    )

    assert answer.status_code == 400
    assert services.lines_of(take.pk) == []


def test_a_phone_is_told_what_it_looks_at():
    variant, foreign = make_variant(), make_variant()
    take = make_take(variant.merchant)
    client = make_members_client(variant.merchant)

    def find(text):
        answer = client.get(api("api-find", take), {"text": text})
        body = answer.json()
        return body.get("id") or body["code"]

    address = f"https://donghai.example/s/{code_of(variant.pk)}"
    assert find(address) == find(variant.sku.lower()) == variant.pk
    assert find(code_of(variant.pk)) == variant.pk
    assert find(code_of(foreign.pk)) == "other_stall"
    assert find("https://example.org/") == "unknown_code"
    assert find("\0") == "bad_request"


def test_the_review_books_what_stayed_ticked():
    variant = make_variant(on_hand=10)
    doubtful = make_variant(merchant=variant.merchant, on_hand=10)
    take = make_take(variant.merchant)
    note(take, typed(variant, 9), typed(doubtful, 1))
    client = make_members_client(variant.merchant)
    page = text_of(client.get(at("take-review", take.merchant, take.pk)))
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]

    client.post(
        at("take-finish", take.merchant, take.pk), {"seen": seen, "book": variant.pk}
    )

    assert (on_hand(variant), on_hand(doubtful)) == (9, 10)
    ended = text_of(client.get(at("take-review", take.merchant, take.pk)))
    assert "left as it was" in ended
    assert client.get(at("take", take.merchant, take.pk)).status_code == 302


def test_a_review_that_is_out_of_date_books_nothing_and_says_so():
    variant = make_variant(on_hand=10)
    take = make_take(variant.merchant)
    note(take, scan(variant))
    client = make_members_client(variant.merchant)

    answer = client.post(
        at("take-finish", take.merchant, take.pk),
        {"seen": "0.0", "book": variant.pk},
        headers={"referer": "http://testserver/stall/"},
        follow=True,
    )

    assert "Somebody counted on meanwhile" in text_of(answer)
    assert on_hand(variant) == 10


def test_without_a_script_a_bag_is_counted_by_its_sku():
    variant = make_variant(on_hand=10)
    client = make_members_client(variant.merchant)
    answer = client.post(
        at("takes", variant.merchant), {"key": uuid.uuid4(), "name": "Shelf 1"}
    )
    take = StockTake.objects.get()
    assert answer.headers["Location"] == at("take", variant.merchant, take.pk)

    client.post(
        at("take-typed", variant.merchant, take.pk),
        {"key": uuid.uuid4(), "text": variant.sku, "quantity": 8},
    )

    [line] = services.lines_of(take.pk)
    assert line.difference == -2


def test_the_qr_of_a_bag_leads_its_merchant_to_the_stock_and_others_to_the_piece(
    client,
):
    variant = make_variant()
    address = f"/s/{code_of(variant.pk)}"
    piece = f"/crystals/{variant.product_id}/"

    member = make_members_client(variant.merchant)
    stock_page = at("stock-of", variant.merchant, variant.pk)
    assert member.get(address).headers["Location"] == stock_page
    stranger = make_members_client(make_variant().merchant)
    assert stranger.get(address).headers["Location"] == piece
    assert client.get(address.lower()).headers["Location"] == piece
    assert client.get("/s/00002Y").status_code == 404
    assert client.get("/s/nonsense").status_code == 404
