"""The demo market is believable, and filling it twice changes nothing."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from catalog.models import Merchant, Product, StockLevel, Variant
from donghai.steps.models import Step
from hosts.models import Host
from livestream.models import LiveSession
from orders.checkout.models import Order
from orders.management import truths
from tests.make import make_order


@pytest.mark.django_db
def test_seeding_twice_makes_one_market():
    for _ in range(2):
        call_command("seed", "--no-pictures", verbosity=0)

    assert Merchant.objects.count() == 12
    assert Product.objects.listed().count() == 200
    assert Host.objects.count() == 8
    assert LiveSession.objects.count() == 8
    markets = LiveSession.objects.on_air().values_list("market_id", flat=True)
    assert set(markets) == {"US", "MX", "DE", "GB"}
    assert all(session.listings.exists() for session in LiveSession.objects.all())
    assert all(listing.pinned_at for listing in _first_on_air())
    assert not Variant.objects.filter(stock=None).exists()
    assert list(truths.broken()) == []


def _first_on_air():
    for session in LiveSession.objects.on_air():
        yield session.listings.order_by("position")[0]


@pytest.mark.django_db
def test_work_that_waits_too_long_breaks_a_truth_and_fresh_work_does_not():
    order = make_order()
    Order.objects.filter(pk=order.pk).update(status="PAID", paid_at=timezone.now())
    step = Step.objects.create(job="orders.pack_order", subject_id=order.pk)
    assert list(truths.overdue()) == []
    assert "1 steps wait" in truths.unfinished()

    Order.objects.update(paid_at=timezone.now() - timedelta(days=15))
    Step.objects.filter(pk=step.pk).update(state=Step.State.PARKED)

    assert list(truths.overdue()) == [
        "1 steps need a person",
        "1 paid orders are in no parcel",
        "1 paid orders are not turned into yuan",
    ]
    with pytest.raises(CommandError):
        call_command("truths", verbosity=0)


@pytest.mark.django_db
def test_a_broken_truth_is_named():
    call_command("seed", "--no-pictures", verbosity=0)
    call_command("truths", verbosity=0)
    sku = Variant.objects.order_by("pk").values_list("sku", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE catalog_stocklevel DISABLE TRIGGER USER")
    first = StockLevel.objects.order_by("pk")[:1].values("pk")
    StockLevel.objects.filter(pk__in=first).update(on_hand=999)

    assert [sentence.split(" ")[0] for sentence in truths.broken()] == [sku]
    with pytest.raises(CommandError):
        call_command("truths", verbosity=0)
