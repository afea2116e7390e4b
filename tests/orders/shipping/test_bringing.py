"""What merchants bring to the hub: pick lists of the night."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from catalog.stock import services as catalog
from orders.checkout.models import Order
from orders.shipping import bringing
from tests.make import (
    make_client,
    make_listing,
    make_member,
    make_merchant,
    make_order,
    make_staff,
    make_variant,
)
from tests.orders.later import make_closed_parcel, make_packed_parcel, make_paid_order

pytestmark = pytest.mark.django_db


def make_stall():
    member = make_member()
    variant = make_variant(merchant=member.merchant)
    return member, variant, make_listing(variant=variant)


def test_paid_pieces_are_brought_until_their_parcel_is_packed():
    member, variant, listing = make_stall()
    waiting, in_parcel, packed = (make_paid_order(listing=listing) for _ in range(3))
    make_packed_parcel(in_parcel)
    make_closed_parcel(packed)
    make_order(listing=listing)  # not paid

    stall = bringing.of_merchant(member.merchant)

    assert waiting.status == Order.Status.PAID
    assert [(n.pieces, len(n.picks)) for n in stall.nights] == [(2, 1)]
    assert stall.nights[0].picks[0].variant == variant
    assert bringing.pieces(member.merchant) == stall.pieces == 2


def test_a_pick_names_the_earliest_moment_by_which_it_must_be_there():
    member, _variant, listing = make_stall()
    first = make_paid_order(listing=listing)
    make_packed_parcel(first)
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=True):
        make_packed_parcel(make_paid_order(listing=listing))

    (pick,) = bringing.of_merchant(member.merchant).nights[0].picks

    assert pick.quantity == 2
    assert pick.until == first.parcel_order.parcel.closes_at
    assert pick.paid_at == first.paid_at


def test_a_sale_taken_back_is_not_brought():
    member, _variant, listing = make_stall()
    order = make_paid_order(listing=listing)

    catalog.unsell(hold_ids=order.hold_ids())

    assert bringing.pieces(member.merchant) == 0


def test_the_list_tells_pieces_and_times_and_never_the_buyer():
    member, variant, listing = make_stall()
    order = make_paid_order(listing=listing)
    make_packed_parcel(order)
    member.merchant.refresh_from_db()

    page = make_client(member.user).get(f"/stall/{member.merchant_id}/bring/")
    clerk = make_client(make_staff()).get("/admin/orders/parcel/bring/")

    for answer in (page, clerk):
        text = answer.content.decode()
        assert variant.sku in text
        assert "8 mm" in text
        assert "×1" in text
        for private in (order.name, order.street, order.email, order.number):
            assert private not in text


def test_the_hub_sees_all_stalls_by_their_number_or_one_hall():
    for number in ("A-10", "A-9", "B-1"):
        variant = make_variant(merchant=make_merchant(stall=number))
        make_paid_order(listing=make_listing(variant=variant))

    stalls, more = bringing.of_all(most=10)
    first, left_off = bringing.of_all(most=1)
    hall, _none = bringing.of_all(prefix="b", most=10)

    assert [s.merchant.stall for s in stalls] == ["A-9", "A-10", "B-1"]
    assert (more, left_off, [s.merchant.stall for s in first]) == (0, 2, ["A-9"])
    assert [s.merchant.stall for s in hall] == ["B-1"]


def test_the_list_of_all_stalls_costs_the_same_few_queries_however_many(
    django_assert_max_num_queries,
):
    for _ in range(3):
        order = make_paid_order(listing=make_listing(variant=make_variant()))
        make_packed_parcel(order)

    with django_assert_max_num_queries(2):
        bringing.of_all(most=10)


def test_accountants_and_merchants_do_not_see_the_list_of_all_stalls():
    address = "/admin/orders/parcel/bring/"

    assert make_client(make_staff("ACCOUNTANT")).get(address).status_code == 403
    assert make_client(make_member().user).get(address).status_code == 302
