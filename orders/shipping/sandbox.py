"""A carrier to try things with: it flies half the time and delivers at the end of it.

Like a real one it keeps its own book, each key once. Not reachable in production.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from orders.shipping.carrier import Sighting
from orders.shipping.models import SandboxShipment, TrackingEvent


class SandboxCarrier:
    """The adapter; its book is SandboxShipment."""

    look_again_seconds = 0.5

    def accept(self, *, key: str, waybill: str, country: str, weight_g: int) -> None:
        shipment, is_new = SandboxShipment.objects.get_or_create(
            key=key, defaults={"waybill": waybill}
        )
        if not is_new:
            SandboxShipment.objects.filter(pk=shipment.pk).update(asked=F("asked") + 1)

    def where(self, waybill: str) -> list[Sighting]:
        shipment = SandboxShipment.objects.filter(waybill=waybill).first()
        if shipment is None:
            return []
        way = timedelta(seconds=settings.SANDBOX_DELIVERY_SECONDS)
        story = [
            Sighting(TrackingEvent.Code.ACCEPTED, shipment.accepted_at),
            Sighting(TrackingEvent.Code.LEFT_CHINA, shipment.accepted_at + way / 2),
            Sighting(TrackingEvent.Code.DELIVERED, shipment.accepted_at + way),
        ]
        return [sighting for sighting in story if sighting.at <= timezone.now()]
