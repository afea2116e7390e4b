"""Saving pieces: new ones, changed ones, faulty ones, twice, and two at once."""

import contextlib
from dataclasses import replace
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection

from catalog.products import editing, saving
from catalog.products.current import current
from catalog.products.models import PriceTier, Product, Variant
from catalog.products.pieces import Piece
from catalog.search import finding
from catalog.stock import services as stock
from catalog.stock.models import StockMovement
from tests.make import make_glossary, make_merchant, make_user, make_variant

BRACELET = Piece(
    sku="AM-8",
    mineral="AMETHYST",
    form="BRACELET",
    treatment="NONE",
    colour="VIOLET",
    origin="UY",
    bead_mm=Decimal("8.0"),
    weight_g=Decimal("27.50"),
    wholesale_minor=6000,
    min_quantity=2,
    tiers=((10, 5500), (50, 4800)),
    suggested_retail_minor=20000,
    least_retail_minor=9000,
    on_hand=12,
    alarm_at=3,
)


@pytest.fixture
def saver(db):
    make_glossary()
    return saving.Saver(
        merchant_id=make_merchant().pk,
        by_id=make_user().pk,
        reason="test",
        confirms=True,
    )


def found(text):
    return finding.find(finding.Query(text=text, language="en")).product_ids


def test_a_new_piece_is_listed_counted_named_and_found(saver):
    (saved,) = saving.save([BRACELET], saver)

    variant = Variant.objects.select_related("product", "stock").get(
        pk=saved.variant_id
    )
    product = variant.product
    assert saved.created and saved.changed and not saved.problems
    assert product.state == Product.State.LISTED
    assert product.hs_code == "7116200000"
    assert product.customs_confirmed_by_id == saver.by_id
    assert product.customs_name == "紫水晶手链"
    assert product.customs_elements == "紫水晶手链|无品牌|不享惠|手链|天然紫水晶"
    assert product.titles["en"] == "Amethyst bracelet, 8 mm"
    assert len(product.titles) == 10
    assert (variant.stock.on_hand, variant.grams) == (12, 28)
    assert list(
        PriceTier.objects.order_by("from_quantity").values_list(
            "from_quantity", "wholesale_minor"
        )
    ) == [(10, 5500), (50, 4800)]
    movement = StockMovement.objects.get()
    assert (movement.kind, movement.on_hand, movement.reason) == (
        "RECEIVED",
        12,
        "test",
    )
    assert movement.moved_by_id == saver.by_id
    assert found("amatista pulsera") == [product.pk]
    assert current(["AM-8"], merchant_id=saver.merchant_id) == {
        "AM-8": replace(BRACELET, metal="NONE", is_one_off=False, hs_code="7116200000")
    }


def test_saving_twice_is_saving_once(saver):
    saving.save([BRACELET], saver)
    before = Product.objects.values().get()

    (again,) = saving.save([BRACELET], saver)

    assert not again.created and not again.changed
    assert Product.objects.values().get() == before
    assert StockMovement.objects.count() == 1


def test_what_a_piece_does_not_say_stays(saver):
    saving.save([BRACELET], saver)

    saving.save([Piece(sku="AM-8", wholesale_minor=6500, on_hand=9)], saver)

    (piece,) = current(["AM-8"], merchant_id=saver.merchant_id).values()
    assert (piece.wholesale_minor, piece.on_hand) == (6500, 9)
    assert (piece.mineral, piece.tiers) == ("AMETHYST", BRACELET.tiers)
    assert StockMovement.objects.order_by("pk").values_list("kind", "on_hand")[1] == (
        "ADJUSTED",
        -3,
    )


def test_pieces_of_one_number_are_one_product(saver):
    pieces = [
        replace(BRACELET, sku=f"AM-{mm}", product="AM", bead_mm=Decimal(mm))
        for mm in (6, 8, 10)
    ]

    saved = saving.save(pieces, saver)

    product = Product.objects.get()
    assert {one.product_id for one in saved} == {product.pk}
    assert product.titles["en"] == "Amethyst bracelet"
    assert product.variants.count() == 3


def test_pieces_of_one_product_must_agree_on_its_facts(saver):
    pieces = [
        replace(BRACELET, sku="A", product="AM"),
        replace(BRACELET, sku="B", product="AM", treatment="DYED"),
    ]

    with pytest.raises(saving.CannotBeSaved):
        saving.save(pieces, saver)

    assert not Product.objects.exists()


def test_a_piece_with_facts_missing_is_a_draft_that_nobody_finds(saver):
    (saved,) = saving.save([replace(BRACELET, treatment="", origin="")], saver)

    assert {problem.field for problem in saved.problems} == {"treatment", "origin"}
    assert Product.objects.get().state == Product.State.DRAFT
    assert found("amethyst") == []

    saving.save([Piece(sku="AM-8", treatment="DYED", origin="BR")], saver)

    assert Product.objects.get().state == Product.State.LISTED
    assert found("amethyst") == [saved.product_id]


@pytest.mark.parametrize("order", [1, -1])
def test_a_product_is_listed_when_all_its_sizes_are_whole(saver, order):
    whole = replace(BRACELET, product="A")
    lacking = replace(whole, sku="AM-10", bead_mm=None)

    saving.save([whole, lacking][::order], saver)
    assert Product.objects.get().state == Product.State.DRAFT
    saving.save([replace(whole, on_hand=5)], saver)
    assert Product.objects.get().state == Product.State.DRAFT
    assert found("amethyst") == []

    saving.save([replace(lacking, bead_mm=Decimal(10))], saver)
    assert Product.objects.get().state == Product.State.LISTED


def test_nothing_is_listed_until_a_person_confirms_its_customs_code(saver):
    machine = replace(saver, confirms=False)
    saving.save([BRACELET], machine)
    assert Product.objects.get().state == Product.State.DRAFT
    assert Product.objects.get().hs_code == "7116200000"

    saving.save([Piece(sku="AM-8")], saver)
    assert Product.objects.get().state == Product.State.LISTED


def test_other_facts_ask_for_another_confirmation(saver):
    saving.save([BRACELET], saver)

    saving.save([Piece(sku="AM-8", form="FACETED")], replace(saver, confirms=False))

    product = Product.objects.get()
    assert product.hs_code == "7103992000"
    assert product.customs_confirmed_at is None
    assert product.state == Product.State.DRAFT


def test_a_code_that_a_person_gives_is_confirmed_by_it(saver):
    glass = replace(BRACELET, treatment="GLASS")
    saving.save([glass], saver)
    assert Product.objects.get().state == Product.State.DRAFT  # nobody knows ten digits

    saving.save([Piece(sku="AM-8", hs_code="7117900000")], saver)
    product = Product.objects.get()
    assert (product.state, product.hs_code) == (Product.State.LISTED, "7117900000")


FAULTS = [
    ("sku", {"sku": "two words"}),
    ("sku", {"sku": "X" * 21}),
    ("mineral", {"mineral": "KRYPTONITE"}),
    ("colour", {"colour": "AMETHYST"}),
    ("origin", {"origin": "ZZ"}),
    ("treatment", {"treatment": "BLESSED"}),
    ("weight_g", {"weight_g": None}),
    ("weight_g", {"weight_g": Decimal(0)}),
    ("bead_mm", {"bead_mm": Decimal(-1)}),
    ("wholesale_minor", {"wholesale_minor": None}),
    ("wholesale_minor", {"wholesale_minor": 0}),
    ("least_retail_minor", {"least_retail_minor": 5999}),
    ("suggested_retail_minor", {"suggested_retail_minor": 8999}),
    ("tiers", {"tiers": ((10, 6000),)}),
    ("tiers", {"tiers": ((10, 5500), (10, 5400))}),
    ("tiers", {"tiers": ((2, 5500),)}),
    ("min_quantity", {"min_quantity": 0}),
    ("on_hand", {"on_hand": -1}),
    ("on_hand", {"is_one_off": True, "on_hand": 2}),
    ("hs_code", {"hs_code": "711620"}),
    ("title_en", {"titles": {"en": "Healing amethyst bracelet"}}),
    ("title_es", {"titles": {"es": "Pulsera natural"}, "treatment": "DYED"}),
    ("story", {"story": "这串手链可以治疗失眠"}),
]


@pytest.mark.parametrize(("field", "fault"), FAULTS)
def test_a_faulty_piece_is_refused_at_its_field_and_nothing_is_written(
    saver, field, fault
):
    good = replace(BRACELET, sku="GOOD")
    faulty = replace(BRACELET, **fault)

    with pytest.raises(saving.CannotBeSaved):
        saving.save([good, faulty], saver)
    assert not Product.objects.exists() and not StockMovement.objects.exists()

    kept, refused = saving.save([good, faulty], saver, all_or_nothing=False)
    assert kept.variant_id and refused.variant_id is None
    assert field in {problem.field for problem in refused.problems if problem.blocks}


def test_two_merchants_may_use_the_same_sku(saver):
    other = replace(saver, merchant_id=make_merchant().pk)
    saving.save([BRACELET], saver)
    saving.save([replace(BRACELET, wholesale_minor=7000)], other)

    assert Variant.objects.filter(sku="AM-8").count() == 2
    mine = current(["AM-8"], merchant_id=saver.merchant_id)
    assert mine["AM-8"].wholesale_minor == 6000


def test_stock_never_falls_below_what_is_promised(saver):
    (saved,) = saving.save([BRACELET], saver)
    import uuid

    stock.hold(variant_id=saved.variant_id, quantity=5, bag=uuid.uuid4())

    with pytest.raises(saving.CannotBeSaved):
        saving.save([Piece(sku="AM-8", on_hand=4)], saver)
    saving.save([Piece(sku="AM-8", on_hand=5)], saver)

    assert Variant.objects.get().stock.free == 0


def test_withdrawn_pieces_leave_the_market_with_what_nobody_was_promised(saver):
    saving.save([BRACELET], saver)

    assert saving.withdraw(["AM-8"], saver) == 1
    assert saving.withdraw(["AM-8"], saver) == 0

    assert Product.objects.get().state == Product.State.WITHDRAWN
    assert Variant.objects.get().stock.on_hand == 0
    assert found("amethyst") == []

    saving.save([Piece(sku="AM-8", on_hand=2)], saver)
    assert Product.objects.get().state == Product.State.LISTED
    assert found("amethyst")


@pytest.mark.django_db(transaction=True)
def test_two_who_save_the_same_new_piece_at_once_make_one():
    make_glossary()
    saver = saving.Saver(
        merchant_id=make_merchant().pk, by_id=make_user().pk, confirms=True
    )
    start, outcomes = Barrier(4), []

    def save_it():
        start.wait()
        try:
            outcomes.append(saving.save([BRACELET], saver)[0].created)
        finally:
            connection.close()

    threads = [Thread(target=save_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [False, False, False, True]
    assert Variant.objects.get().stock.on_hand == 12


def edit_story(product_id, saver, turn):
    product = Product.objects.get(pk=product_id)
    shown = editing.standing_shown(product)
    said = editing.typed_of(product) | {"story": f"{turn}"}
    seen = editing.Seen(editing.seen_at(product), shown=shown)
    with contextlib.suppress(editing.ChangedElsewhere):
        editing.save(product=product, said=said, saver=saver, seen=seen)


@pytest.mark.django_db(transaction=True)
def test_holds_and_saves_of_the_same_pieces_do_not_stop_each_other():
    import uuid

    make_glossary()
    variant = make_variant(on_hand=200)
    saver = saving.Saver(
        merchant_id=variant.merchant_id, by_id=make_user().pk, confirms=True
    )
    trouble = []

    def work(verb):
        try:
            for turn in range(25):
                verb(turn)
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    def hold(turn):
        stock.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())

    def save(turn):
        price = 6000 + turn
        saving.save([Piece(sku=variant.sku, wholesale_minor=price)], saver)

    edit = partial(edit_story, variant.product_id, saver)
    verbs = (hold, save, edit, hold, save, edit)
    threads = [Thread(target=work, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not trouble
    assert Variant.objects.get(pk=variant.pk).stock.reserved == 50


def test_a_sku_stays_with_its_product(saver):
    saving.save([BRACELET], saver)
    saving.save([Piece(sku="AM-8", product="AM")], saver)
    assert Product.objects.get().code == "AM"

    with pytest.raises(saving.CannotBeSaved):
        saving.save([Piece(sku="AM-8", product="OTHER")], saver)

    assert Product.objects.get().code == "AM"
