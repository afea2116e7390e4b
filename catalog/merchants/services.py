"""A merchant's standing at the market. Buyers see products of approved ones only."""

from catalog.merchants.models import Merchant

State = Merchant.State


def approve(*, merchant_id: int) -> bool:
    """Let an applicant or a suspended merchant sell. False when it may already."""
    return _move(merchant_id, (State.APPLIED, State.SUSPENDED), State.APPROVED)


def suspend(*, merchant_id: int) -> bool:
    """Take a merchant's products off the market; what is sold stays sold."""
    return _move(merchant_id, (State.APPLIED, State.APPROVED), State.SUSPENDED)


def _move(merchant_id: int, states: tuple[str, ...], to: str) -> bool:
    found = Merchant.objects.filter(pk=merchant_id, state__in=states)
    return bool(found.update(state=to))
