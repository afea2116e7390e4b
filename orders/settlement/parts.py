"""What an order's money consists of: parts by what for, shares by whose.

Reads only. "Left" is what no refund took back yet.
"""

from collections.abc import Mapping

from django.db.models import Q

from donghai.money import Money, total
from orders.checkout.models import Order, QuoteLine, Split
from orders.settlement.ledger import Leg
from orders.settlement.models import Account, Journal, Posting, PostingQuerySet

YUAN = "CNY"
GOODS = Account.GOODS_CLEARING
ACCOUNT_OF_KIND = {
    QuoteLine.Kind.GOODS: GOODS,
    QuoteLine.Kind.FREIGHT: Account.FREIGHT_PAYABLE,
    QuoteLine.Kind.DUTY: Account.DUTY_PAYABLE,
    QuoteLine.Kind.TAX: Account.TAX_PAYABLE,
    QuoteLine.Kind.FEE: Account.FEES_PAYABLE,
}
PENDING_OF_PARTY: Mapping[str, Account] = {
    Split.Party.MERCHANT: Account.MERCHANT_PENDING,
    Split.Party.HOST: Account.HOST_PENDING,
    Split.Party.CENTRE: Account.CENTRE_REVENUE,
}
PAYABLE_OF_PARTY: Mapping[str, Account] = {
    Split.Party.MERCHANT: Account.MERCHANT_PAYABLE,
    Split.Party.HOST: Account.HOST_PAYABLE,
}

Parts = Mapping[Account, Money]


def paid(order: Order) -> Parts:
    """What the buyer paid, by the account of what it was for."""
    lines = list(QuoteLine.objects.filter(quote=order.quote_id))
    return {
        account: total([ln.amount for ln in lines if ln.kind == kind], order.currency)
        for kind, account in ACCOUNT_OF_KIND.items()
    }


def left(order: Order) -> Parts:
    """Of each part paid, in the currency of the sale."""
    kinds = (Journal.Kind.PAYMENT, Journal.Kind.REFUND)
    return _owed(_posted(order, *kinds), order.currency)


def costs_left(order: Order) -> Parts:
    """Of each cost, in yuan, at the rate it was converted at; goods are shares."""
    kinds = (Journal.Kind.CONVERSION, Journal.Kind.SHARES_BACK)
    owed = _owed(_posted(order, *kinds), YUAN)
    return {account: amount for account, amount in owed.items() if account != GOODS}


def shares(order: Order) -> list[Split]:
    """Who gets what, as fixed at the sale; with their lines."""
    splits = Split.objects.filter(line__order=order).select_related("line")
    return list(splits.order_by("pk"))


def shares_left(order: Order) -> dict[int, Money]:
    """Of each share by its id, whether pending, payable or paid out."""
    moved = _posted(order, Journal.Kind.SPLIT, Journal.Kind.SHARES_BACK).of_split()
    return {split: Money(-minor, YUAN) for split, minor in moved.items()}


def portion(whole: Money, taken: Money, of: Money) -> Money:
    """The same part of `whole` as `taken` is of `of`; all of it for all."""
    if not taken:
        return Money.zero(whole.currency)
    return whole.split([taken.minor, of.minor - taken.minor])[0]


def legs(parts: Parts, sign: int) -> list[Leg]:
    """One leg for each part: 1 takes it off its account, -1 puts it there."""
    return [Leg(account, amount * sign) for account, amount in parts.items()]


def _posted(order: Order, *kinds: Journal.Kind) -> PostingQuerySet:
    """What stands by these kinds of journals and by the corrections of them."""
    return Posting.objects.filter(
        Q(journal__kind__in=kinds) | Q(journal__reverses__kind__in=kinds),
        journal__order=order,
    )


def _owed(posted: PostingQuerySet, currency: str) -> Parts:
    balances = posted.balances()
    nothing = Money.zero(currency)
    return {
        account: -balances.get((account, currency), nothing)
        for account in ACCOUNT_OF_KIND.values()
    }
