"""How a refund is booked: the way of the sale, backwards.

Each part of what was paid and each share goes back in proportion to what is left of
it, so that refunds of an order, however many, end in exactly nothing. Yuan owed for
costs go back at the rate they came in; the buyer's money is bought at today's rate; the
difference is FOREX_RESULT. What a merchant or host is already owed goes down by a
negative payable.
"""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from donghai.models import ExchangeRate
from donghai.money import Money, total
from orders.checkout.models import Order, Split
from orders.payments.models import Payment, Refund
from orders.settlement import bank, ledger, parts
from orders.settlement.ledger import Leg
from orders.settlement.models import Account, Journal, Payable
from orders.settlement.parts import GOODS, YUAN, Parts


class RefundTooLarge(Refused):
    code = "refund_too_large"
    title = _("Of this order %(left)s can still be sent back, not %(wanted)s.")


def book_unwanted(payment: Payment, refund: Refund) -> None:
    """Money no order wanted: it came and it went, through one account."""
    came = Leg(Account.PROVIDER_CLEARING, payment.amount)
    went = Leg(Account.PROVIDER_CLEARING, -refund.amount)
    ledger.book(
        key=f"unwanted/{payment.pk}",
        kind=Journal.Kind.UNWANTED,
        legs=[came, Leg(Account.REFUNDS, -payment.amount)],
        order=payment.order,
    )
    ledger.book(
        key=f"refund/{refund.pk}",
        kind=Journal.Kind.UNWANTED_BACK,
        legs=[went, Leg(Account.REFUNDS, refund.amount)],
        order=payment.order,
    )


def take_back(refund: Refund, rate: ExchangeRate | None, *, key: str) -> None:
    """Book a paid order's refund, once; `rate` is what its money was bought at.

    Locks the order. Refuses with RefundTooLarge more than what is left of the order.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=refund.payment.order_id)
    if Journal.objects.filter(key=f"refund/{refund.pk}").exists():
        return
    left = parts.left(order)
    back = _parts_back(refund.amount, left)
    shares = _shares_back(order, back[GOODS], left[GOODS])
    due = _fallen_due(shares)
    legs = [Leg(Account.PROVIDER_CLEARING, refund.amount), *_share_legs(shares, due)]
    if rate is None:
        legs += [Leg(GOODS, -back[GOODS]), Leg(Account.BANK, -refund.amount)]
    else:
        bought = bank.keep(order, -refund.amount, rate, key=key, refund=refund)
        costs = _costs_back(order, back, left)
        moved = [*shares.values(), *costs.values(), bought.to_amount]
        legs += [
            *parts.legs(back, -1),
            *parts.legs(costs, 1),
            Leg(Account.BANK, bought.to_amount),
            Leg(Account.FOREX_RESULT, -total(moved, YUAN)),
        ]
    kinds = Journal.Kind
    went = [*parts.legs(back, 1), Leg(Account.PROVIDER_CLEARING, -refund.amount)]
    ledger.book(key=f"refund/{refund.pk}", kind=kinds.REFUND, legs=went, order=order)
    journal = ledger.book(
        key=f"shares-back/{refund.pk}", kind=kinds.SHARES_BACK, legs=legs, order=order
    )
    _lower_payables(refund, journal, shares, due)


def _parts_back(amount: Money, left: Parts) -> Parts:
    whole = total(list(left.values()), amount.currency)
    if whole < amount:
        raise RefundTooLarge(left=whole, wanted=amount)
    weights = [part.minor for part in left.values()]
    return dict(zip(left, amount.split(weights), strict=True))


def _costs_back(order: Order, back: Parts, left: Parts) -> Parts:
    return {
        account: parts.portion(owed, back[account], left[account])
        for account, owed in parts.costs_left(order).items()
    }


def _shares_back(order: Order, goods: Money, of: Money) -> dict[Split, Money]:
    """The same part of all shares together, and of it each share's by what is left."""
    left = parts.shares_left(order)
    whole = total(list(left.values()), YUAN)
    if not whole:
        return {}
    shares = [share for share in parts.shares(order) if share.pk in left]
    weights = [left[share.pk].minor for share in shares]
    back = parts.portion(whole, goods, of).split(weights)
    return dict(zip(shares, back, strict=True))


def _fallen_due(shares: Mapping[Split, Money]) -> dict[int, Payable]:
    """The payables of those shares that are owed by now, by the share's id."""
    ids = [share.pk for share in shares]
    owed = Payable.objects.filter(split__in=ids, refund__isnull=True)
    return {payable.split_id: payable for payable in owed}


def _share_legs(
    shares: Mapping[Split, Money], due: Mapping[int, Payable]
) -> Iterator[Leg]:
    for share, amount in shares.items():
        is_due = share.pk in due
        accounts = parts.PAYABLE_OF_PARTY if is_due else parts.PENDING_OF_PARTY
        yield Leg(accounts[share.party], amount, share)


def _lower_payables(
    refund: Refund,
    journal: Journal | None,
    shares: Mapping[Split, Money],
    due: Mapping[int, Payable],
) -> None:
    Payable.objects.bulk_create(
        Payable(
            split=share,
            refund=refund,
            party=share.party,
            merchant_id=due[share.pk].merchant_id,
            host_id=due[share.pk].host_id,
            amount_minor=-amount.minor,
            payable_on=due[share.pk].payable_on,
            journal=journal,
        )
        for share, amount in shares.items()
        if share.pk in due and amount
    )
