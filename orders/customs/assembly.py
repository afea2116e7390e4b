"""A closed parcel's rows gathered into the one snapshot that all messages share."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils import timezone

from donghai import rates
from donghai.money import Money, total
from orders.checkout.models import OrderLine, QuoteLine
from orders.customs import codes
from orders.customs.messages import BEIJING
from orders.customs.models import Route
from orders.customs.snapshot import (
    ParcelSnapshot,
    Party,
    SnapshotLine,
    statutory_quantity,
)
from orders.shipping.models import Parcel

HOME_CURRENCY = "CNY"  # declared in when customs doesn't take the buyer's money


def snapshot_of(parcel: Parcel, route: Route) -> ParcelSnapshot:
    """What is declared of a parcel by a route, in a currency that customs takes."""
    lines = tuple(_lines(parcel))
    exporter = Party(route.exporter_code, route.exporter_name)
    agent = Party(route.sender.code, route.sender.name)
    packed_at = parcel.closed_at or timezone.now()
    snapshot = ParcelSnapshot(
        parcel_no=parcel.number,
        waybill_no=parcel.waybill or "",
        carrier=Party(route.carrier_code, route.carrier_name),
        platform=exporter,
        seller=exporter,
        agent=agent,
        owner=exporter,
        customs_code=route.customs_code,
        port_code=route.port_code,
        destination=parcel.country,
        currency=parcel.currency,
        goods_value=sum((line.total for line in lines), Decimal(0)),
        freight=_freight(parcel).amount,
        gross_weight_g=Decimal(parcel.weight_g),
        net_weight_g=sum((line.net_weight_g for line in lines), Decimal(0)),
        closed_at=packed_at,
        lines=lines,
        traf_mode=route.traf_mode,
        wrap_type=route.wrap_type,
        loct_no=route.loct_no,
    )
    if parcel.currency in codes.by_iso("currency"):
        return snapshot
    day = packed_at.astimezone(BEIJING).date()
    rate = rates.latest(parcel.currency, HOME_CURRENCY, day)
    return snapshot.restated(HOME_CURRENCY, (rate.num / rate.den).normalize())


def _lines(parcel: Parcel) -> Iterable[SnapshotLine]:
    """Equal pieces at one price are one line, across the parcel's orders."""
    sold = (
        OrderLine.objects.filter(order__parcel_order__parcel=parcel)
        .select_related("variant__product__merchant")
        .order_by("pk")
    )
    alike: dict[tuple[int, int], list[OrderLine]] = {}
    for line in sold:
        alike.setdefault((line.variant_id, line.unit_price_minor), []).append(line)
    for gnum, lines in enumerate(alike.values(), start=1):
        yield _line(gnum, lines[0], sum(line.quantity for line in lines))


def _line(gnum: int, sold: OrderLine, quantity: int) -> SnapshotLine:
    variant, product = sold.variant, sold.variant.product
    weight = variant.weight_g * quantity
    unit1 = codes.statutory_units().get(product.hs_code, codes.KILOGRAM)
    return SnapshotLine(
        gnum=gnum,
        sku=variant.sku,
        name_zh=product.customs_name,
        gcode=product.hs_code,
        gmodel=product.customs_elements,
        quantity=quantity,
        unit1=unit1,
        statutory_quantity=statutory_quantity(unit1, weight),
        net_weight_g=weight,
        unit_price=sold.unit_price.amount,
        total=(sold.unit_price * quantity).amount,
        merchant=Party(product.merchant.credit_code, product.merchant.name_zh),
    )


def _freight(parcel: Parcel) -> Money:
    """What the buyer paid for post, over all orders in the parcel."""
    lines = QuoteLine.objects.filter(
        quote__order__parcel_order__parcel=parcel, kind=QuoteLine.Kind.FREIGHT
    )
    return total([line.amount for line in lines], parcel.currency)
