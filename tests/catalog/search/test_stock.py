"""Whether a piece is in stock follows its stock, whoever changes it, all at once."""

import random
import uuid
from contextlib import suppress

import pytest
from django.db import OperationalError, connection, transaction

from catalog.models import Variant
from catalog.search import services as search
from catalog.search import truths
from catalog.search.models import SearchRow
from catalog.stock import services as catalog
from tests.catalog.search.pieces import found, list_piece, make_document, make_variant
from tests.catalog.test_stock import in_threads


def hold(variant, quantity=1):
    return catalog.hold(variant_id=variant.pk, quantity=quantity, bag=uuid.uuid4())


def sibling(variant, on_hand) -> Variant:
    """Another variant of the same product."""
    other = make_variant(on_hand=on_hand)
    Variant.objects.filter(pk=other.pk).update(
        product=variant.product, merchant=variant.merchant
    )
    return other


def in_stock(product_id) -> bool:
    return SearchRow.objects.get(pk=product_id).in_stock


@pytest.mark.django_db(transaction=True)
def test_a_product_is_in_stock_while_any_of_its_variants_has_a_free_piece():
    first = make_variant(on_hand=1)
    other = sibling(first, on_hand=2)
    product = list_piece(variant=first)
    assert in_stock(product)

    held = [hold(first), hold(other)]
    assert in_stock(product)
    held.append(hold(other))
    assert not in_stock(product)
    assert found(in_stock=True) == []

    catalog.release(hold_ids=[held[0].id])
    assert found(in_stock=True) == [product]
    catalog.adjust(variant_id=first.pk, change=-1, reason="broken")
    assert not in_stock(product)
    catalog.receive(variant_id=other.pk, quantity=1)
    assert in_stock(product)


@pytest.mark.django_db(transaction=True)
def test_a_rewritten_product_keeps_its_stock_and_one_that_comes_later_learns_it():
    variant, empty = make_variant(on_hand=1), make_variant(on_hand=0)
    search.write([make_document(variant), make_document(empty)])
    assert in_stock(variant.product_id)
    assert not in_stock(empty.product_id)

    hold(variant)
    search.write([make_document(variant, price_minor=5), make_document(empty)])

    assert not in_stock(variant.product_id)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_mark_on_what_follows():
    first, other = make_variant(on_hand=1), make_variant(on_hand=1)
    search.write([make_document(first), make_document(other)])

    with transaction.atomic():
        try:
            with transaction.atomic():
                hold(first)
                raise OperationalError
        except OperationalError:
            pass
        hold(other)

    assert in_stock(first.product_id)
    assert not in_stock(other.product_id)


@pytest.mark.django_db(transaction=True)
def test_the_last_pieces_of_two_variants_sold_at_once_leave_the_product_sold_out():
    variants = [make_variant(on_hand=1)]
    variants += [sibling(variants[0], on_hand=1) for _ in range(3)]
    product = list_piece(variant=variants[0])

    in_threads(4, lambda i: hold(variants[i]))

    assert not in_stock(product)
    assert list(truths.broken_stock()) == []


@pytest.mark.django_db(transaction=True)
def test_holds_writes_and_counts_at_once_never_wait_for_each_other_in_a_circle():
    variants = [make_variant(on_hand=2) for _ in range(6)]
    variants += [sibling(variant, on_hand=1) for variant in reversed(variants)]
    documents = [make_document(variant) for variant in variants[:6]]
    search.write(documents)

    def bag(chance):
        """Some pieces, in the order holds are made in, and given back together."""
        some = sorted(chance.sample(variants, 4), key=lambda variant: variant.pk)
        with transaction.atomic():
            held = [hold(variant).id for variant in some]
        catalog.release(hold_ids=held)

    def edit(chance):
        """Stock first, search last."""
        variant = chance.choice(variants[:6])
        with transaction.atomic():
            catalog.receive(variant_id=variant.pk, quantity=1)
            search.write(chance.sample(documents, 3))

    def work(number):
        chance = random.Random(number)
        for _ in range(25):
            with suppress(catalog.NotEnoughStock):
                (edit if number % 3 == 0 else bag)(chance)
            if number % 4 == 0:
                search.refresh_sold(
                    {d.product_id: chance.randint(0, 9) for d in documents}
                )

    assert in_threads(9, work) == [None] * 9
    assert list(truths.broken_stock()) == []


@pytest.mark.django_db(transaction=True)
def test_products_written_while_they_sell_are_found_as_they_are():
    variants = [make_variant(on_hand=1) for _ in range(12)]

    def work(number):
        if number % 2:
            hold(variants[number // 2])
        else:
            search.write([make_document(variants[number // 2])])

    assert all(not isinstance(r, Exception) for r in in_threads(24, work))

    assert list(truths.broken_stock()) == []
    assert SearchRow.objects.filter(in_stock=True).count() == 0


@pytest.mark.django_db
def test_a_sale_that_leaves_some_does_not_call_the_database_function():
    """Only running out and coming back do: the many holds in between cost nothing."""
    variant = make_variant(on_hand=5)
    list_piece(variant=variant)
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION catalog_note_crossing() RETURNS trigger"
            " LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$"
        )

    hold(variant, 4)

    with pytest.raises(Exception, match="called"), transaction.atomic():
        hold(variant)
