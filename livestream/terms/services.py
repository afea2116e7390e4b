"""What merchants agree with hosts: per cent off wholesale, from a day to a day.

Takes no locks: the database keeps the same terms from standing twice, and terms end by
one guarded UPDATE. What a host linked to a session keeps the price she was shown.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.merchants.access import require_approved
from catalog.models import Merchant, Product
from donghai.errors import Refused
from donghai.home import home_day
from hosts.models import Host
from livestream.terms.models import HostTerms

MOST = 300  # of one merchant at a time: more is a wholesale price
FARTHEST = timedelta(days=2 * 366)
TENTH = Decimal("0.1")


class TermsRefused(Refused):
    """`field` is what of the wish cannot be, None when it's none of them."""

    field: ClassVar[str | None] = None
    status = 422


class HostNotAtWork(TermsRefused):
    code = "host_not_at_work"
    title = _("This host does not work here any more. Choose another one.")
    field = "host"


class NotOnYourShelf(TermsRefused):
    code = "not_on_your_shelf"
    title = _("This product is not on the market. Choose another one of yours.")
    field = "product"


class WrongPercent(TermsRefused):
    code = "wrong_percent"
    title = _("Give 0.1 to 90 per cent, with one decimal at most.")
    field = "percent_off"


class BeginsInThePast(TermsRefused):
    code = "begins_in_the_past"
    title = _("This day is over. Choose today or a later one.")
    field = "starts_on"


class EndsTooSoon(TermsRefused):
    code = "ends_too_soon"
    title = _("This is before the first day. Choose that day or a later one.")
    field = "ends_on"


class EndsTooLate(TermsRefused):
    code = "ends_too_late"
    title = _("Choose a day within two years. You can agree again then.")
    field = "ends_on"


class TooManyTerms(TermsRefused):
    code = "too_many_terms"
    title = _("You have terms with as many hosts as we can keep. End some first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a merchant offers a host; product None is all her pieces."""

    host: Host
    product: Product | None
    percent_off: Decimal
    starts_on: date
    ends_on: date


@transaction.atomic
def agree(*, merchant_id: int, wanted: Wanted, by_id: int) -> HostTerms:
    """Let a host have pieces for less. The same terms again are those that stand.

    Refuses, with a TermsRefused, hosts no longer at work, products of others or off the
    market, days in the past or the wrong way round and per cents nobody means; and
    merchants not approved.
    """
    require_approved(Merchant.objects.get(pk=merchant_id))
    _require_possible(merchant_id, wanted)
    terms, _is_new = HostTerms.objects.get_or_create(
        merchant_id=merchant_id,
        host=wanted.host,
        product=wanted.product,
        percent_off=wanted.percent_off,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        ended_at=None,
        defaults={"agreed_by_id": by_id},
    )
    standing = HostTerms.objects.standing_on(home_day())
    if standing.filter(merchant=merchant_id).count() > MOST:
        raise TooManyTerms()
    return terms


def end(*, merchant_id: int, terms_id: int, by_id: int) -> bool:
    """End terms at once, or call off what hasn't begun. False when they are over."""
    standing = HostTerms.objects.standing_on(home_day())
    found = standing.filter(pk=terms_id, merchant=merchant_id)
    return bool(found.update(ended_at=timezone.now(), ended_by_id=by_id))


def hosts_for(*, merchant_id: int, search: str = "", language: str = "") -> Any:
    """Hosts to choose from, those who listed the merchant's pieces (`knows`) first."""
    listed = Host.objects.filter(sessions__listings__variant__merchant=merchant_id)
    knows = Q(pk__in=listed.values("pk"))
    found = Host.objects.filter(user__is_active=True).annotate(
        knows=ExpressionWrapper(knows, output_field=BooleanField())
    )
    if search:
        found = found.filter(name__icontains=search)
    if language:
        spoken = Host.objects.filter(languages__language=language)
        found = found.filter(pk__in=spoken.values("pk"))
    return found.prefetch_related("languages").order_by("-knows", "name", "pk")


def require_percent(percent: Decimal) -> None:
    """Raise WrongPercent unless it takes something off and isn't a slip."""
    if not TENTH <= percent <= 90 or percent % TENTH:
        raise WrongPercent()


def _require_possible(merchant_id: int, wanted: Wanted) -> None:
    if not wanted.host.user.is_active:
        raise HostNotAtWork()
    on_market = Product.objects.listed().filter(merchant=merchant_id)
    if wanted.product and not on_market.filter(pk=wanted.product.pk).exists():
        raise NotOnYourShelf()
    require_percent(wanted.percent_off)
    today = home_day()
    if wanted.starts_on < today:
        raise BeginsInThePast()
    if wanted.ends_on < wanted.starts_on:
        raise EndsTooSoon()
    if wanted.ends_on > today + FARTHEST:
        raise EndsTooLate()
