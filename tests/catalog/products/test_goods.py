"""Customs codes and SKUs: what can be meant, whose word counts, what is the same."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.products import saving
from catalog.products.current import current
from catalog.products.models import Product, Variant
from catalog.products.pieces import Piece
from catalog.stocktaking import finding
from tests.catalog.products.test_saving import BRACELET
from tests.make import make_glossary, make_merchant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def saver():
    make_glossary()
    return saving.Saver(
        merchant_id=make_merchant().pk, by_id=make_user().pk, confirms=True
    )


@pytest.mark.parametrize("code", ["9999999999", "0101210000", "7018100000"])
def test_a_code_of_other_goods_is_refused_and_the_right_one_is_named(saver, code):
    (saved,) = saving.save(
        [replace(BRACELET, hs_code=code)], saver, all_or_nothing=False
    )

    (problem,) = saved.problems
    assert (problem.field, problem.code) == ("hs_code", "unknown_hs_code")
    assert "7116200000" in str(problem.sentence)
    assert not Product.objects.exists()


def test_a_code_that_is_said_is_confirmed_only_by_who_confirms(saver):
    silent = replace(saver, confirms=False)
    saving.save([replace(BRACELET, hs_code="7116200000")], silent)
    assert Product.objects.get().customs_confirmed_at is None
    assert Product.objects.get().state == Product.State.DRAFT

    saving.save([Piece(sku="AM-8")], saver)
    assert Product.objects.get().state == Product.State.LISTED


def test_a_new_size_takes_what_it_leaves_out_from_its_product(saver):
    saving.save([replace(BRACELET, product="AM", motif="DRAGON")], saver)

    new = Piece(sku="AM-10", product="AM", weight_g=BRACELET.weight_g)
    (saved,) = saving.save([replace(new, wholesale_minor=7000)], saver)

    product = Product.objects.get()
    assert saved.product_id == product.pk and not saved.problems[1:]
    assert (product.motif, product.metal, product.mineral) == (
        "DRAGON",
        "NONE",
        "AMETHYST",
    )


def test_a_sku_is_the_same_in_any_case_and_width(saver):
    (first,) = saving.save([BRACELET], saver)

    for sku in ("am-8", "ＡＭ－８", "Am-8"):
        (again,) = saving.save([replace(BRACELET, sku=sku)], saver)
        assert (again.variant_id, again.changed) == (first.variant_id, False)
        found = finding.find(merchant_id=saver.merchant_id, text=sku)
        assert found.pk == first.variant_id
    assert current(["am-8"], merchant_id=saver.merchant_id)["am-8"].sku == "AM-8"


def test_the_database_keeps_skus_apart_from_their_likes(saver):
    saving.save([BRACELET], saver)
    variant = Variant.objects.get()
    variant.pk, variant.sku = None, "am-8"

    with pytest.raises(IntegrityError), transaction.atomic():
        variant.save()
    assert Variant.objects.count() == 1


@pytest.mark.parametrize("sku", [".", "-1", "_a", "+"])
def test_a_sku_begins_with_a_letter_or_digit(saver, sku):
    with pytest.raises(saving.CannotBeSaved):
        saving.save([replace(BRACELET, sku=sku)], saver)
    assert not Variant.objects.exists()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"min_quantity": 500, "on_hand": 600}, "tier_below_minimum"),
        ({"wholesale_minor": 99999999999999999}, "too_much"),
    ],
)
def test_what_is_out_of_bounds_says_which(saver, facts, code):
    (saved,) = saving.save([replace(BRACELET, **facts)], saver, all_or_nothing=False)

    assert code in {problem.code for problem in saved.problems}


@pytest.mark.parametrize(("mm", "warned"), [("16.0", True), ("45", False)])
def test_a_wrist_too_small_for_any_hand_asks_for_centimetres(saver, mm, warned):
    piece = replace(BRACELET, wrist_mm=Decimal(mm))
    (saved,) = saving.save([piece], saver)

    said = [str(problem.sentence) for problem in saved.problems]
    assert said == warned * [
        "No wrist is as small as 16 mm. Centimetres were probably meant: "
        "16 cm are 160 mm."
    ]
    assert Product.objects.get().state == Product.State.LISTED


def test_a_minimum_above_the_stock_is_told_and_hinders_nothing(saver):
    (saved,) = saving.save([replace(BRACELET, min_quantity=5, on_hand=4)], saver)

    assert [problem.code for problem in saved.problems] == ["minimum_above_stock"]
    assert Product.objects.get().state == Product.State.LISTED
