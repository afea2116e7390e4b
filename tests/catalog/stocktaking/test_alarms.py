"""What runs low: noticed once, told once a morning, forgotten when there is enough."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from catalog.models import LowStock, MerchantMember
from catalog.stock import services as stock
from catalog.stocktaking import alarms
from donghai import steps
from donghai.models import Step
from tests.catalog.stocktaking.make import make_member
from tests.make import make_merchant, make_variant

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 21, 14, tzinfo=UTC)  # 22:00 in Donghai
MORNING = datetime(2026, 11, 22, 0, 1, tzinfo=UTC)  # 08:01


def make_alarmed(on_hand=5, alarm_at=3, merchant=None):
    variant = make_variant(on_hand=on_hand, merchant=merchant)
    alarms.set_alarm(variant_id=variant.pk, alarm_at=alarm_at)
    return variant


def take_out(variant, quantity):
    stock.adjust(variant_id=variant.pk, change=-quantity, reason="broken")


def tell_all(at=MORNING):
    with time_machine.travel(at, tick=False):
        for step in steps.claim_due(limit=20):
            assert steps.run(step)


def test_below_its_number_a_variant_is_low_until_enough_is_there_again():
    variant, calm = make_alarmed(), make_variant(on_hand=0)
    assert alarms.look() == 0

    take_out(variant, 2)
    assert alarms.look() == 0  # three are left, and below three is low
    held = stock.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
    assert alarms.look() == 1
    assert alarms.look() == 0
    assert list(LowStock.objects.values_list("pk", flat=True)) == [variant.pk]

    stock.release(hold_ids=[held.id])
    alarms.look()
    assert not LowStock.objects.exists()
    assert calm.alarm_at is None


def test_a_merchants_members_get_one_mail_in_the_morning(mailoutbox, settings):
    merchant = make_merchant()
    people = [make_member(merchant).email, make_member(merchant, "OWNER").email]
    make_member()
    first, second = make_alarmed(merchant=merchant), make_alarmed(merchant=merchant)
    with time_machine.travel(NIGHT, tick=False):
        take_out(first, 4)
        alarms.look()
        take_out(second, 3)
        alarms.look()
    tell_all(at=NIGHT + timedelta(hours=1))
    assert mailoutbox == []

    for _ in range(2):
        tell_all()

    [mail] = mailoutbox
    assert sorted(mail.recipients()) == sorted(people)
    assert first.sku in mail.body
    assert second.sku in mail.body
    assert f"{settings.SITE_URL}/stall/{merchant.pk}/stock/?show=low" in mail.body
    assert not LowStock.objects.filter(told_at=None).exists()


def test_what_was_told_is_not_told_again_and_two_mails_are_a_day_apart(mailoutbox):
    merchant = make_merchant()
    make_member(merchant)
    first, second = make_alarmed(merchant=merchant), make_alarmed(merchant=merchant)
    with time_machine.travel(NIGHT, tick=False):
        take_out(first, 4)
        alarms.look()
    tell_all()
    with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
        take_out(second, 4)
        alarms.look()
    tell_all(at=MORNING + timedelta(hours=20))
    assert len(mailoutbox) == 1

    tell_all(at=MORNING + timedelta(days=1))

    assert len(mailoutbox) == 2
    assert second.sku in mailoutbox[1].body
    assert first.sku not in mailoutbox[1].body


def test_what_came_back_by_the_morning_is_not_worth_a_mail(mailoutbox):
    variant = make_alarmed()
    make_member(variant.merchant)
    with time_machine.travel(NIGHT, tick=False):
        take_out(variant, 4)
        alarms.look()
    stock.receive(variant_id=variant.pk, quantity=10)

    tell_all()

    assert mailoutbox == []
    assert Step.objects.get(job=alarms.TELL).state == Step.State.DONE


def test_what_runs_low_as_the_mails_go_out_waits_for_the_next_morning():
    variant = make_alarmed()
    with time_machine.travel(MORNING - timedelta(minutes=2), tick=False):
        take_out(variant, 4)
        alarms.look()

    assert Step.objects.get(job=alarms.TELL).due_at == MORNING.replace(
        minute=0
    ) + timedelta(days=1)
    assert MerchantMember.objects.count() == 0
