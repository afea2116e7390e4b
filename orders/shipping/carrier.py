"""What a carrier must be able to do, and which one is at work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

ADAPTERS = {
    "sandbox": "orders.shipping.sandbox.SandboxCarrier",
    "by_hand": "orders.shipping.carrier.ByHand",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One dated thing a carrier says; `code` is one of `TrackingEvent.Code`."""

    code: str
    at: datetime
    note: str = ""


class Carrier(Protocol):
    """Every call may be repeated: the same key hands over the same parcel once."""

    look_again_seconds: float

    def accept(self, *, key: str, waybill: str, country: str, weight_g: int) -> None:
        """Hand a parcel over; returns when the carrier has it in its book."""

    def where(self, waybill: str) -> list[Sighting]:
        """All it has said about the parcel so far, oldest first."""


class ByHand:
    """A carrier without a line to us: staff hand over a bag of parcels with its papers
    and enter what the carrier's own pages say as tracking events in the admin."""

    look_again_seconds = 60.0

    def accept(self, *, key: str, waybill: str, country: str, weight_g: int) -> None:
        pass

    def where(self, waybill: str) -> list[Sighting]:
        return []


def carrier() -> Carrier:
    """The adapter named by CARRIER."""
    adapter: type[Carrier] = import_string(ADAPTERS[settings.CARRIER])
    return adapter()
