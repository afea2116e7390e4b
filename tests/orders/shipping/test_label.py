"""The label on the box."""

import pytest
from reportlab.graphics.barcode.code128 import Code128

from donghai import typesetting
from orders.checkout.models import Order
from orders.shipping import label
from tests.make import make_listing, make_session, make_variant
from tests.orders.later import make_closed_parcel, make_packed_parcel, make_paid_order


def fonts_of(text: str) -> list[str]:
    return [font for font, _ in typesetting.runs(text)]


@pytest.mark.django_db
def test_a_label_says_who_what_and_how_heavy():
    variant = make_variant(weight_g=27)
    order = make_paid_order(variant=variant, quantity=2, country="DE")

    says = make_closed_parcel(order).label

    assert says["to"][:2] == ["Jan Roth", "Hauptstr. 1"]
    assert says["country"] == "GERMANY"
    assert says["orders"] == [order.number]
    assert says["goods"] == [["Amethyst, bracelet", "711620", "2", "54", "60.00 EUR"]]
    assert (says["net_g"], says["worth"]) == ("54", "60.00 EUR")


@pytest.mark.django_db
def test_a_label_prints_the_same_bytes_whatever_became_of_the_order():
    order = make_paid_order()
    parcel = make_closed_parcel(order)
    first = label.pdf(parcel)

    Order.objects.filter(pk=order.pk).update(street="Elsewhere 9")
    parcel.refresh_from_db()

    assert first == label.pdf(parcel)
    assert first.startswith(b"%PDF-")


@pytest.mark.django_db
def test_names_of_many_scripts_print():
    order = make_paid_order()
    Order.objects.filter(pk=order.pk).update(
        name="王小明 Zoë Łuczak", street="Привет 1, 山田太郎 김철수", city="Αθήνα"
    )
    parcel = make_closed_parcel(Order.objects.get(pk=order.pk))

    printed = label.pdf(parcel)

    assert b"STSong-Light" in printed
    assert fonts_of("王 Zoë") == ["STSong-Light", "Vera"]
    assert fonts_of("たけし") in (["STSong-Light"], ["HeiseiKakuGo-W5"])
    assert fonts_of("김철수") == ["HYGothic-Medium"]
    assert list(typesetting.runs("ή ไ")) == [("STSong-Light", "η"), ("Vera", " ?")]


@pytest.mark.django_db
def test_more_kinds_than_a_cn22_has_lines_are_summed_up():
    session = make_session()
    kinds = [
        ("AMETHYST", "BRACELET"),
        ("CITRINE", "BRACELET"),
        ("AGATE", "PENDANT"),
        ("OBSIDIAN", "SPHERE"),
        ("FLUORITE", "TOWER"),
    ]
    orders: list[Order] = []
    for mineral, form in kinds:
        variant = make_variant(mineral=mineral, form=form, weight_g=50)
        listing = make_listing(session=session, variant=variant)
        bag = orders[0].bag if orders else None
        orders.append(make_paid_order(listing=listing, bag=bag))
    for order in orders[1:]:
        make_packed_parcel(order)

    says = make_closed_parcel(orders[0]).label

    assert len(says["goods"]) == label.MOST_KINDS
    assert says["goods"][-1] == ["More, see invoice", "", "2", "100", "60.00 USD"]
    assert says["worth"] == "150.00 USD"
    assert set(says["orders"]) == {order.number for order in orders}


def test_the_barcode_fits_the_label_and_the_posts_limits():
    code = Code128("LK123456785CN", barWidth=0.38 * label.mm, quiet=0)

    assert code.width + 20 * 0.38 * label.mm < label.WIDTH
