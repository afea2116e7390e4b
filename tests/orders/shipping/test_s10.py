"""Waybill numbers of the post."""

import pytest
from django.db import transaction

from orders.shipping import s10
from orders.shipping.models import NumberRange
from tests.catalog.test_stock import in_threads


def make_range(first: int, last: int, prefix: str = "LK", **facts) -> NumberRange:
    return NumberRange.objects.create(
        prefix=prefix,
        first_serial=first,
        last_serial=last,
        next_serial=first,
        **facts,
    )


@pytest.mark.parametrize(
    ("prefix", "serial", "country", "number"),
    [
        ("RR", 47312482, "GB", "RR473124829GB"),
        ("EB", 71759, "HK", "EB000717595HK"),
        ("EE", 47110815, "FR", "EE471108151FR"),
        ("LK", 12345678, "CN", "LK123456785CN"),
    ],
)
def test_numbers_are_written_as_the_post_writes_them(prefix, serial, country, number):
    assert s10.write(prefix, serial, country) == number
    assert s10.is_valid(number)


@pytest.mark.parametrize(
    "wrong", ["LK123456784CN", "LK12345678CN", "lk123456785cn", "LK123456785CN1", ""]
)
def test_other_numbers_are_not_taken_for_waybills(wrong):
    assert not s10.is_valid(wrong)


def test_a_remainder_of_ten_is_written_0_and_of_eleven_5():
    digits = {s10.check_digit(serial) for serial in range(200)}

    assert digits == set(range(10))
    assert s10.check_digit(0) == 5


@pytest.mark.django_db
def test_ranges_are_used_up_in_order_and_then_refuse():
    make_range(10, 11)
    make_range(500, 500)
    make_range(1, 9, prefix="EA")

    taken = [s10.next_number("L") for _ in range(3)]

    assert [number[2:10] for number in taken] == ["00000010", "00000011", "00000500"]
    with pytest.raises(s10.NoNumbersLeft):
        s10.next_number("L")
    assert s10.next_number("E")[:2] == "EA"


@pytest.mark.django_db
def test_a_number_taken_in_vain_is_given_back():
    make_range(10, 10)

    with pytest.raises(RuntimeError), transaction.atomic():
        s10.next_number("L")
        raise RuntimeError("the parcel did not close")

    assert s10.next_number("L")[2:10] == "00000010"


@pytest.mark.django_db
def test_numbers_for_demonstration_are_never_used_in_production(settings):
    make_range(10, 19, is_demo=True)
    settings.PRODUCTION = True

    with pytest.raises(s10.NoNumbersLeft):
        s10.next_number("L")


@pytest.mark.django_db(transaction=True)
def test_real_threads_never_get_the_same_number_and_leave_no_gap():
    make_range(1, 4)
    make_range(101, 104)

    taken = in_threads(8, lambda _: s10.next_number("L"))

    serials = sorted(int(number[2:10]) for number in taken)
    assert serials == [1, 2, 3, 4, 101, 102, 103, 104]
