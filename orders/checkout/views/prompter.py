"""The prompter beside a session: the piece in the host's hand, at a door there."""

from typing import Any

from livestream.models import Listing, LiveSession
from livestream.prompter import services
from livestream.prompter.cards import Topic, version
from livestream.prompter.knowing import Door
from orders.checkout.doors import Offer, offers
from orders.checkout.landed import LineKind


def prompter(session: LiveSession, pinned: Listing | None) -> dict[str, Any]:
    """What the desk's prompter and phrase cards are drawn from."""
    door = _door(offers([pinned])[0]) if pinned else None
    prompt = services.prompt_for(session, pinned, door)
    kept = services.kept_by(session.host, session.language)
    return {
        "pages": prompt.pages,
        "version": version(),
        "topics": Topic.choices,
        "piece": {
            "likely": prompt.likely,
            "cases": prompt.cases,
            "words": prompt.words,
        },
        "kept": {"favourites": kept.favourites, "used": kept.used},
    }


def _door(offer: Offer) -> Door | None:
    if offer.landed is None:
        return None
    freight = next(x for x in offer.landed.lines if x.kind == LineKind.FREIGHT)
    low, high = freight.working["days"]
    return Door(offer.landed.total, offer.is_estimate, (low, high))
