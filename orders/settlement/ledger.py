"""The ledger's own verbs: book, reverse, sum up. The database holds it to balance."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from donghai.money import Money
from orders.checkout.models import Order, Split
from orders.settlement.models import Account, Journal, Posting
from orders.shipping.models import Parcel


class NothingToReverse(Refused):
    code = "nothing_to_reverse"
    title = _("A correction is not corrected again: book what is right.")


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry. With a `split`, it says whose share it moves."""

    account: Account
    amount: Money
    split: Split | None = None


@transaction.atomic
def book(
    *,
    key: str,
    kind: Journal.Kind,
    legs: Iterable[Leg],
    order: Order,
    parcel: Parcel | None = None,
) -> Journal | None:
    """Write one balanced entry, once per key; a repeat returns what stands.

    Legs of nothing are left out; None when no leg is left. Another transaction with the
    same key is waited for. What doesn't balance is refused by the database at commit.
    """
    real = [leg for leg in legs if leg.amount]
    if not real:
        return None
    journal, is_new = Journal.objects.get_or_create(
        key=key, defaults={"kind": kind, "order": order, "parcel": parcel}
    )
    if is_new:
        Posting.objects.bulk_create([_posting(journal, leg) for leg in real])
    return journal


def _posting(journal: Journal, leg: Leg) -> Posting:
    line = leg.split.line if leg.split else None
    of_merchant = line and leg.account.startswith("MERCHANT_")
    of_host = line and leg.account.startswith("HOST_")
    return Posting(
        journal=journal,
        account=leg.account,
        currency=leg.amount.currency,
        amount_minor=leg.amount.minor,
        merchant_id=line.merchant_id if line and of_merchant else None,
        host_id=line.host_id if line and of_host else None,
        split=leg.split,
    )


@transaction.atomic
def reverse(journal: Journal, reason: str) -> Journal:
    """Undo an entry by its mirror image, once; a repeat returns the same correction.

    Refuses to reverse a correction. What the entry led to elsewhere stays: see to it.
    """
    if journal.kind == Journal.Kind.REVERSAL:
        raise NothingToReverse()
    mirror, is_new = Journal.objects.get_or_create(
        key=f"reverse/{journal.key}",
        defaults={
            "kind": Journal.Kind.REVERSAL,
            "order_id": journal.order_id,
            "parcel_id": journal.parcel_id,
            "reverses": journal,
            "memo": reason,
        },
    )
    if is_new:
        Posting.objects.bulk_create(
            [
                Posting(
                    journal=mirror,
                    account=posting.account,
                    currency=posting.currency,
                    amount_minor=-posting.amount_minor,
                    merchant_id=posting.merchant_id,
                    host_id=posting.host_id,
                    split_id=posting.split_id,
                )
                for posting in journal.postings.order_by("pk")
            ]
        )
    return mirror


def balances() -> dict[tuple[str, str], Money]:
    """What stands on each account in each currency."""
    return Posting.objects.balances()
