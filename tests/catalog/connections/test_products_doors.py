"""Products of merchants' own systems: read, upsert by SKU, a hundred at once."""

from dataclasses import fields
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.connections import shapes
from catalog.connections.api.products import OwnProductOutput, PieceInput
from catalog.models import Product, StockMovement, Variant
from catalog.products.pieces import Piece
from tests.make import (
    make_glossary,
    make_merchant,
    make_system,
    make_token,
    make_variant,
)

PATH = "/api/v1/merchant/products"
BRACELET = {
    "mineral": "AMETHYST",
    "form": "BRACELET",
    "treatment": "NONE",
    "colour": "VIOLET",
    "origin": "UY",
    "bead_mm": "8.0",
    "weight_g": "27.50",
    "wholesale_minor": 6000,
    "tiers": [{"from_quantity": 10, "wholesale_minor": 5500}],
    "on_hand": 12,
    "titles": {"en": "Violet evening"},
}


@pytest.fixture
def merchant(db):
    make_glossary()
    return make_merchant()


@pytest.fixture
def system(merchant):
    return make_system(make_token(merchant))


def put(system, sku, body, **headers):
    return system.put(f"{PATH}/{sku}", body, "application/json", headers=headers)


def post(system, products, **headers):
    body = {"products": products}
    return system.post(PATH, body, "application/json", headers=headers)


def test_a_piece_is_made_by_its_sku_and_waits_for_its_customs_code(system, merchant):
    answer = put(system, "AM-8", BRACELET)

    said = answer.json()
    variant = Variant.objects.get(merchant=merchant, sku="AM-8")
    assert answer.status_code == 200
    assert (said["outcome"], said["state"], said["problems"]) == (
        "created",
        "DRAFT",
        [],
    )
    assert "7116200000" in said["note"]
    assert variant.product.customs_confirmed_at is None
    assert (variant.wholesale_minor, variant.stock.on_hand) == (6000, 12)
    assert StockMovement.objects.get().reason == "API: till"


def test_a_customs_code_that_is_said_counts_as_confirmed_by_the_tokens_maker(
    system, merchant
):
    said = put(system, "AM-8", BRACELET | {"hs_code": "7116200000"}).json()

    product = Product.objects.get()
    assert (said["state"], said["note"]) == ("LISTED", "")
    assert product.customs_confirmed_by == merchant.api_tokens.get().created_by


def test_what_was_read_can_be_sent_back_and_changes_nothing(system):
    put(system, "AM-8", BRACELET | {"hs_code": "7116200000"})
    before = Product.objects.values().get()

    shown = system.get(f"{PATH}/AM-8").json()
    again = put(system, "AM-8", shown["piece"]).json()

    assert again["outcome"] == "unchanged"
    assert Product.objects.values().get() == before
    assert StockMovement.objects.count() == 1


def test_only_what_is_said_changes(system):
    put(system, "AM-8", BRACELET)

    said = put(system, "AM-8", {"wholesale_minor": 6100}).json()

    piece = system.get(f"{PATH}/AM-8").json()["piece"]
    assert said["outcome"] == "changed"
    assert piece["wholesale_minor"] == 6100
    assert {name: piece[name] for name in BRACELET} == BRACELET | {
        "wholesale_minor": 6100
    }


def test_unknown_fields_are_refused_by_their_names(system):
    wrong = BRACELET | {"price": 1, "tiers": [{"from": 2, "wholesale_minor": 1}]}

    answer = put(system, "AM-8", wrong)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"price"}
    assert put(system, "A", {"tiers": wrong["tiers"]}).json()["errors"] == {
        "tiers": {"0": {"from": ["There is no such field here."]}}
    }
    assert not Variant.objects.exists()


def test_a_piece_that_cannot_be_is_refused_at_its_fields(system):
    answer = put(system, "AM-8", BRACELET | {"mineral": "CHEESE", "weight_g": None})

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"mineral", "weight_g"}
    assert not Variant.objects.exists()


def test_many_at_once_fail_and_succeed_each_for_itself(system, merchant):
    pieces = [
        {"sku": "A", **BRACELET},
        {"sku": "B", **BRACELET, "treatment": "MAGIC"},
        {"sku": "C", **BRACELET, "wholesale_minor": "much"},
        {"sku": "A", **BRACELET},
        {**BRACELET},
        {"sku": "D", **BRACELET, "colour": ""},
    ]

    answer = post(system, pieces)

    found = answer.json()["results"]
    assert answer.status_code == 200
    assert [(one["sku"], one["outcome"], one["state"]) for one in found] == [
        ("A", "created", "DRAFT"),
        ("B", "refused", ""),
        ("C", "refused", ""),
        ("A", "refused", ""),
        ("", "refused", ""),
        ("D", "created", "DRAFT"),
    ]
    assert [one["problems"][0]["field"] for one in found[1:]] == [
        "treatment",
        "wholesale_minor",
        "sku",
        "sku",
        "colour",
    ]
    assert set(Variant.objects.values_list("sku", flat=True)) == {"A", "D"}


@pytest.mark.parametrize("products", [[], [{}] * 101, "all", [1]])
def test_a_body_that_is_no_list_of_up_to_a_hundred_is_refused(system, products):
    assert post(system, products).status_code == 400
    assert not Variant.objects.exists()


def test_a_repeat_with_the_same_key_is_told_the_same_and_does_nothing(system):
    first = put(system, "A", BRACELET, **{"idempotency-key": "k1"})
    put(system, "A", {"on_hand": 3})

    again = put(system, "A", BRACELET, **{"idempotency-key": "k1"})
    other = put(system, "B", BRACELET, **{"idempotency-key": "k1"})

    assert again.json() == first.json()
    assert system.get(f"{PATH}/A").json()["piece"]["on_hand"] == 3
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Variant.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(system):
    key = {"idempotency-key": "k1"}
    assert put(system, "A", {"mineral": "CHEESE"}, **key).status_code == 422

    assert put(system, "A", BRACELET, **key).json()["outcome"] == "created"


def test_a_withdrawn_piece_is_off_the_market_and_can_come_back(system, merchant):
    put(system, "A", BRACELET | {"hs_code": "7116200000"})

    gone = system.delete(f"{PATH}/A")

    assert gone.status_code == 204
    assert system.get(f"{PATH}/A").json()["state"] == "WITHDRAWN"
    assert Variant.objects.get().stock.on_hand == 0
    assert system.delete(f"{PATH}/A").status_code == 204
    assert put(system, "A", {"on_hand": 2}).json()["state"] == "LISTED"


def test_pages_follow_each_other_and_leave_nothing_out(system, merchant, monkeypatch):
    monkeypatch.setattr("catalog.connections.api.products.PAGE", 2)
    own = [make_variant(merchant=merchant).sku for _ in range(5)]
    make_variant()

    seen, after = [], ""
    while after is not None:
        page = system.get(PATH, {"after": after}).json()
        seen += [one["sku"] for one in page["results"]]
        after = page["next"]

    assert seen == own


def test_what_changed_since_a_moment_can_be_asked(system, merchant):
    make_variant(merchant=merchant)
    Product.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    moment = timezone.now()
    put(system, "NEW", BRACELET)

    found = system.get(PATH, {"changed_since": moment.isoformat()}).json()["results"]

    assert [one["sku"] for one in found] == ["NEW"]
    assert system.get(PATH, {"changed_since": "yesterday"}).status_code == 400


def test_a_strangers_token_sees_and_touches_nothing(system, merchant):
    put(system, "A", BRACELET)
    before = Product.objects.values().get()
    stranger = make_system(make_token(make_merchant()))

    answers = [stranger.get(f"{PATH}/A"), stranger.delete(f"{PATH}/A")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert stranger.get(PATH).json()["results"] == []
    assert put(stranger, "A", BRACELET).json()["outcome"] == "created"
    assert Product.objects.filter(merchant=merchant).values().get() == before


def test_what_is_shown_is_what_the_description_says(system, merchant):
    put(system, "A", BRACELET)
    facts = shapes.product_facts(shapes.variants(merchant.pk).get())

    assert set(facts) == set(OwnProductOutput().fields)
    assert set(facts["piece"]) == set(PieceInput().fields)
    assert set(PieceInput().fields) | {"sku"} == {one.name for one in fields(Piece)}


@pytest.mark.parametrize("after", ["abc", "-1", "9" * 30])
@pytest.mark.parametrize("door", [PATH, "/api/v1/merchant/stock"])
def test_a_page_after_nothing_is_refused(system, door, after):
    answer = system.get(door, {"after": after})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == {"after"}


def test_a_moment_that_is_none_is_refused_at_its_name(system):
    answer = system.get(PATH, {"changed_since": "yesterday"})

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"changed_since"}


def test_a_door_knows_a_sku_in_any_case_and_width(system):
    whole = BRACELET | {"hs_code": "7116200000"}
    put(system, "ＡＭ－９", whole)

    assert Variant.objects.get().sku == "AM-9"
    assert put(system, "am-9", whole).json()["outcome"] == "unchanged"
    assert system.get(f"{PATH}/am-9").json()["sku"] == "AM-9"
    assert system.get("/api/v1/merchant/stock/am-9").json()["on_hand"] == 12
