"""What a merchant sold and what became of the money."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from donghai.money import Money
from orders.checkout.models import Order, Split
from orders.settlement import results, services
from orders.settlement.models import Payable
from orders.settlement.results import By
from tests.make import make_claim, make_client, make_member
from tests.orders.later import make_delivered_parcel, step_in_hand
from tests.orders.settlement.build import Sale, make_sale, refund, settle

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # in Donghai


def yuan(minor):
    return Money(minor, "CNY")


def make_sold(fen=10_000):
    """A settled sale in yuan of which the merchant has 60 per cent."""
    claim = make_claim()
    order = make_sale(Sale("CNY", goods=[fen]), [claim])
    settle(order)
    return order, claim.listing.variant.merchant


def test_a_sale_stands_on_its_day_in_donghai():
    with time_machine.travel(NOON, tick=True):
        order, merchant = make_sold()
        # half past midnight there, the evening before here
        moment = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
        Order.objects.filter(pk=order.pk).update(paid_at=moment)

        days = results.periods(merchant, By.DAY)
        months = results.periods(merchant, By.MONTH)

    assert (len(days), len(months)) == (30, 12)
    assert (days[-1].begins, days[-1].pieces) == (date(2026, 11, 21), 1)
    assert days[-1].sold == yuan(6_000)
    assert days[-2].sold == yuan(0)
    assert months[-1].begins == date(2026, 11, 1)
    assert months[-1].sold == yuan(6_000)
    assert months[0].begins == date(2025, 12, 1)


def test_what_is_owed_goes_from_the_way_over_the_time_for_returns_to_due(settings):
    order, merchant = make_sold()
    assert results.owed(merchant) == results.Owed(yuan(6_000), yuan(0), yuan(0))

    parcel = make_delivered_parcel(order)
    services.make_payable(step_in_hand("orders.make_payable", parcel.pk))
    assert results.owed(merchant) == results.Owed(yuan(0), yuan(6_000), yuan(0))

    after = timezone.now() + timedelta(days=settings.RETURN_WINDOW_DAYS + 1)
    with time_machine.travel(after, tick=True):
        assert results.owed(merchant) == results.Owed(yuan(0), yuan(0), yuan(6_000))


@pytest.mark.parametrize("delivered", [False, True])
def test_sold_less_taken_back_is_what_the_ledger_owes(delivered):
    order, merchant = make_sold()
    if delivered:
        parcel = make_delivered_parcel(order)
        services.make_payable(step_in_hand("orders.make_payable", parcel.pk))

    refund(order, 2_500)

    today, owed = results.periods(merchant, By.DAY)[-1], results.owed(merchant)
    assert (today.sold, today.taken_back) == (yuan(6_000), yuan(1_500))
    assert owed.pending + owed.later + owed.due == yuan(4_500)
    assert Payable.objects.filter(amount_minor__lt=0).exists() is (delivered)


def test_the_page_and_its_file_say_the_same_and_nothing_of_others():
    order, merchant = make_sold()
    other, _stranger = make_sold(77_000)
    client = make_client(make_member(merchant).user)

    page = client.get(f"/stall/{merchant.pk}/results/").content.decode()
    file = client.get(f"/stall/{merchant.pk}/results.csv?by=month")

    assert order.pk != other.pk
    assert "¥60.00" in page
    assert "462" not in page  # 60 per cent of the other's
    assert '<svg class="bars"' in page
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 13
    assert lines[-1].endswith("-01,1,60.00,0.00")
    assert file["Content-Type"] == "text/csv; charset=utf-8"


def test_who_sold_nothing_reads_that_and_no_empty_picture():
    member = make_member()

    page = make_client(member.user).get(f"/stall/{member.merchant_id}/results/?by=x")

    assert "Nothing sold in this time." in page.content.decode()
    assert '<svg class="bars"' not in page.content.decode()
    assert not Split.objects.filter(line__merchant=member.merchant).exists()
