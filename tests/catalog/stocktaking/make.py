"""Makers of stock-takes."""

import uuid

from catalog.models import MerchantMember, StockLevel, StockTake
from catalog.stocktaking import services
from catalog.stocktaking.services import Count
from tests.make import make_client, make_merchant, make_user


def make_member(merchant=None, role="CLERK"):
    merchant = merchant or make_merchant()
    user = make_user()
    MerchantMember.objects.create(merchant=merchant, user=user, role=role)
    return user


def make_members_client(merchant):
    return make_client(make_member(merchant))


def make_take(merchant=None) -> StockTake:
    merchant = merchant or make_merchant()
    return services.start(
        merchant_id=merchant.pk,
        name="Shelf 3",
        started_by=make_member(merchant).pk,
        key=uuid.uuid4(),
    )


def scan(variant, quantity=1, **facts) -> Count:
    key = facts.pop("key", None) or uuid.uuid4()
    return Count(key=key, variant_id=variant.pk, quantity=quantity, **facts)


def typed(variant, quantity, **facts) -> Count:
    return scan(variant, quantity, is_typed=True, **facts)


def note(take, *counts, undone=()):
    return services.note(
        take_id=take.pk, counts=counts, undone=undone, counted_by=take.started_by_id
    )


def finish(take, left_out=()):
    return services.finish(
        take_id=take.pk,
        seen=services.mark(take.pk),
        left_out=left_out,
        finished_by=take.started_by_id,
    )


def on_hand(variant) -> int:
    return StockLevel.objects.get(pk=variant.pk).on_hand
