"""Counting the cards a host uses, keeping her favourites, prompting her."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from catalog.products.describing import facts_of
from catalog.provenance.models import Work
from donghai.errors import Refused
from donghai.memory import remembered
from hosts.models import Host
from livestream.prompter import paging
from livestream.prompter.cards import cards
from livestream.prompter.knowing import Door, Evening, Piece
from livestream.prompter.models import PhraseUse
from livestream.sessions.models import Listing, LiveSession


class NoSuchCard(Refused):
    code = "no_such_card"
    title = _("There is no such phrase card any more. Reload the page.")
    status = 404


@dataclass(frozen=True, slots=True)
class Kept:
    """A host's own cards in a language: her favourites, and how often she used each."""

    favourites: tuple[str, ...]
    used: dict[str, int]


@transaction.atomic
def use_card(*, host: Host, language: str, card: str) -> None:
    """Count that she showed a card. Locks nothing but its row; a repeat counts again.

    Refuses with NoSuchCard.
    """
    _keep(host, language, card, times=F("times") + 1)


@transaction.atomic
def keep_card(*, host: Host, language: str, card: str, is_favourite: bool) -> None:
    """Put a card among her favourites or take it out; a repeat changes nothing.

    Refuses with NoSuchCard.
    """
    _keep(host, language, card, is_favourite=is_favourite)


def _keep(host: Host, language: str, card: str, **changes: object) -> None:
    if card not in cards():
        raise NoSuchCard()
    mine = {"host": host, "language": language, "card": card}
    PhraseUse.objects.bulk_create([PhraseUse(**mine)], ignore_conflicts=True)
    PhraseUse.objects.filter(**mine).update(**changes)


def kept_by(host: Host, language: str) -> Kept:
    mine = PhraseUse.objects.filter(host=host, language=language).order_by("-times")
    rows = [one for one in mine if one.card in cards()]
    favourites = tuple(one.card for one in rows if one.is_favourite)
    return Kept(favourites, {one.card: one.times for one in rows if one.times})


@remembered(16)
def used_in(language: str) -> dict[str, int]:
    """How often all hosts together used each card in a language."""
    rows = PhraseUse.objects.filter(language=language, times__gt=0)
    return dict(rows.values_list("card").annotate(all=Sum("times")))


def prompt_for(
    session: LiveSession, listing: Listing | None, door: Door | None = None
) -> paging.Prompt:
    """What to say of a listing (with product, merchant and stock), at a door if known.

    `session` needs its host at hand.
    """
    piece = None if listing is None else _piece(listing, door)
    evening = Evening(session.host.name, session.market_id)
    used = used_in(session.language)
    return paging.prompt(piece, evening, session.language, used)


def _piece(listing: Listing, door: Door | None) -> Piece:
    variant = listing.variant
    product = variant.product
    works = Work.objects.of(product, variant).select_related("artisan")
    work = works.order_by("pk").first()
    return Piece(
        facts=facts_of(product, variant),
        price=listing.retail,
        left=variant.stock.free,
        is_one_off=variant.is_one_off,
        metal=product.metal,
        merchant=str(product.merchant),
        artisan=(work.artisan.name, work.artisan.name_zh) if work else None,
        door=door,
    )
