"""One snapshot of a parcel, from which every customs message is built.

Order, waybill and list must agree to the fen and the gram, so all three are written
from the same frozen facts, kept as JSON with the declaration.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from orders.customs.codes import CARAT, GRAM, KILOGRAM, PIECE

FIFTH = Decimal("0.00001")  # customs' numbers have at most five decimals
GRAMS_IN = {KILOGRAM: Decimal(1000), GRAM: Decimal(1), CARAT: Decimal("0.2")}


def to_five_places(value: Decimal) -> Decimal:
    """Rounded half up to what customs' numbers can hold."""
    return value.quantize(FIFTH, rounding=ROUND_HALF_UP)


def statutory_quantity(unit1: str, net_weight_g: Decimal) -> Decimal:
    """A net weight in the statutory unit; KeyError for a unit that isn't a weight."""
    return to_five_places(net_weight_g / GRAMS_IN[unit1])


@dataclass(frozen=True, slots=True)
class Party:
    """A company as customs knows it: 10-character registration or 18-character USCC."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """One kind of goods; `total` is its FOB value in the snapshot's currency."""

    gnum: int
    sku: str
    name_zh: str
    gcode: str
    gmodel: str
    quantity: int
    unit1: str
    statutory_quantity: Decimal
    net_weight_g: Decimal
    unit_price: Decimal
    total: Decimal
    merchant: Party
    unit: str = PIECE

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        facts = stored | {"merchant": Party(**stored["merchant"])}
        for name in ("statutory_quantity", "net_weight_g", "unit_price", "total"):
            facts[name] = Decimal(facts[name])
        return cls(**facts)


@dataclass(frozen=True, slots=True)
class ParcelSnapshot:
    """What customs, the carrier and the papers say about one parcel.

    `currency` is the one declared in; customs takes few, so a sale in another one is
    restated (see `restated`) and `sale_currency` and `rate` tell from what.
    """

    parcel_no: str
    waybill_no: str
    carrier: Party
    platform: Party
    seller: Party
    agent: Party
    owner: Party
    customs_code: str
    port_code: str
    destination: str
    currency: str
    goods_value: Decimal
    freight: Decimal
    gross_weight_g: Decimal
    net_weight_g: Decimal
    closed_at: datetime
    lines: tuple[SnapshotLine, ...]
    insured_fee: Decimal = Decimal(0)
    packages: int = 1
    trade_mode: str = "9610"
    traf_mode: str = "5"
    wrap_type: str = "2"
    loct_no: str = ""
    sale_currency: str = ""
    rate: Decimal = Decimal(1)

    def to_json(self) -> dict[str, Any]:
        """As JSON takes it; numbers as text, so that nothing is lost."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        facts = dict(stored)
        for name in ("carrier", "platform", "seller", "agent", "owner"):
            facts[name] = Party(**facts[name])
        for name in ("goods_value", "freight", "insured_fee", "rate"):
            facts[name] = Decimal(facts[name])
        for name in ("gross_weight_g", "net_weight_g"):
            facts[name] = Decimal(facts[name])
        facts["closed_at"] = datetime.fromisoformat(facts["closed_at"])
        facts["lines"] = tuple(SnapshotLine.from_json(line) for line in facts["lines"])
        return cls(**facts)

    def restated(self, currency: str, rate: Decimal) -> Self:
        """The same parcel in `currency`, at `rate` of it for one of the sale's.

        Each line is rounded to a hundredth and the head is their sum: all agree.
        """

        def converted(amount: Decimal) -> Decimal:
            return (amount * rate).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

        lines = tuple(
            replace(
                line,
                total=converted(line.total),
                unit_price=to_five_places(converted(line.total) / line.quantity),
            )
            for line in self.lines
        )
        return replace(
            self,
            lines=lines,
            goods_value=sum((line.total for line in lines), Decimal(0)),
            freight=converted(self.freight),
            insured_fee=converted(self.insured_fee),
            currency=currency,
            sale_currency=self.currency,
            rate=rate,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else value
