"""Our own gate: what we know customs would refuse, we don't send.

Every check is a sentence that tells a clerk what to mend. `problems` collects them all;
`check` raises the first.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from orders.customs import codes
from orders.customs.snapshot import ParcelSnapshot, SnapshotLine, statutory_quantity

SKU_LENGTH = 20
WAYBILL_LENGTH = 32
TEXT_LENGTH = 250
MOST_LINES = 100
IN_DATABASE = 120
A_CENT = Decimal("0.01")
COMPANY_CODE_LENGTHS = {10, 18}
FOREIGN_PLATFORM, UNREGISTERED_OWNER = "无", "NO"


class NotDeclarable(Refused):
    """The parcel can't be declared as it is."""

    code = "not_declarable"


class NothingToDeclare(NotDeclarable):
    code = "nothing_to_declare"
    title = _("The parcel holds nothing to declare")


class TooManyLines(NotDeclarable):
    code = "too_many_lines"
    title = _("A list takes 100 lines, this parcel has %(count)s: split it")


class LinesMisnumbered(NotDeclarable):
    code = "lines_misnumbered"
    title = _("The lines must be numbered 1, 2, 3 without gaps")


class WaybillNumberWrong(NotDeclarable):
    code = "waybill_number_wrong"
    title = _("The waybill number must be given, in at most 32 characters")


class CompanyCodeWrong(NotDeclarable):
    code = "company_code_wrong"
    title = _(
        "%(name)s has no valid company code (%(company_code)s): customs wants its"
        " 10-character registration or its 18-character credit code"
    )


class CountryUnknown(NotDeclarable):
    code = "country_unknown"
    title = _("Customs' table has no country %(country)s")


class CurrencyUnknown(NotDeclarable):
    code = "currency_unknown"
    title = _("Customs takes no amounts in %(currency)s: declare in yuan or dollars")


class CustomsCodeUnknown(NotDeclarable):
    code = "customs_code_unknown"
    title = _("Customs' table %(table)s has no %(value)s")


class SkuTooLong(NotDeclarable):
    code = "sku_too_long"
    title = _("SKU %(sku)s is longer than the 20 characters that customs takes")


class NameMissing(NotDeclarable):
    code = "name_missing"
    title = _("%(sku)s needs a Chinese name of at most 250 characters")


class ElementsMissing(NotDeclarable):
    code = "elements_missing"
    title = _(
        "%(sku)s needs its declaration elements (kind, material and so on), in at"
        " most 250 characters"
    )


class GoodsCodeUnknown(NotDeclarable):
    code = "goods_code_unknown"
    title = _("The tariff table has no code %(gcode)s (%(sku)s)")


class StatutoryUnitWrong(NotDeclarable):
    code = "statutory_unit_wrong"
    title = _("%(gcode)s is counted in %(expected)s, not in %(unit)s (%(sku)s)")


class StatutoryQuantityWrong(NotDeclarable):
    code = "statutory_quantity_wrong"
    title = _(
        "%(sku)s weighs %(expected)s in its statutory unit, the list says %(given)s"
    )


class QuantityWrong(NotDeclarable):
    code = "quantity_wrong"
    title = _("%(sku)s needs a quantity, a weight and a price above zero")


class PriceDisagrees(NotDeclarable):
    code = "price_disagrees"
    title = _("%(sku)s: quantity times price is not the total of the line")


class SumsDisagree(NotDeclarable):
    code = "sums_disagree"
    title = _("The lines add up to %(lines)s, the parcel says %(head)s")


class WeightsDisagree(NotDeclarable):
    code = "weights_disagree"
    title = _("The lines weigh %(lines)s g net, the parcel says %(head)s g")


class NetAboveGross(NotDeclarable):
    code = "net_above_gross"
    title = _("The goods weigh %(net)s g, more than the whole parcel with %(gross)s g")


class PackagesMissing(NotDeclarable):
    code = "packages_missing"
    title = _("The parcel must be at least one package")


class OrderNotAccepted(NotDeclarable):
    code = "order_not_accepted"
    title = _("Customs has not taken the order in yet")


class WaybillNotAccepted(NotDeclarable):
    code = "waybill_not_accepted"
    title = _("Customs has not taken the waybill in yet")


def problems(snapshot: ParcelSnapshot) -> list[NotDeclarable]:
    """Everything a clerk has to mend before this parcel can be declared."""
    found = [*_of_the_head(snapshot), *_of_the_codes(snapshot), *_of_sums(snapshot)]
    for line in snapshot.lines:
        found += [*_of_the_words(line), *_of_the_goods(line)]
    return found


def check(snapshot: ParcelSnapshot) -> None:
    """Raise the first problem, if there is one."""
    for problem in problems(snapshot):
        raise problem


def check_papers(order_status: int, waybill_status: int) -> None:
    """The list may only go when customs holds both the order and the waybill."""
    if order_status < IN_DATABASE:
        raise OrderNotAccepted
    if waybill_status < IN_DATABASE:
        raise WaybillNotAccepted


def _of_the_head(snapshot: ParcelSnapshot) -> Iterator[NotDeclarable]:
    if not snapshot.lines:
        yield NothingToDeclare()
    if len(snapshot.lines) > MOST_LINES:
        yield TooManyLines(count=len(snapshot.lines))
    if [line.gnum for line in snapshot.lines] != list(
        range(1, len(snapshot.lines) + 1)
    ):
        yield LinesMisnumbered()
    if not 0 < len(snapshot.waybill_no) <= WAYBILL_LENGTH:
        yield WaybillNumberWrong()
    if snapshot.packages < 1:
        yield PackagesMissing()
    parties = (
        snapshot.platform,
        snapshot.seller,
        snapshot.carrier,
        snapshot.agent,
        snapshot.owner,
    )
    for party in dict.fromkeys(parties):
        if len(party.code) not in COMPANY_CODE_LENGTHS and not (
            (party == snapshot.platform and party.code == FOREIGN_PLATFORM)
            or (party == snapshot.owner and party.code == UNREGISTERED_OWNER)
        ):
            yield CompanyCodeWrong(name=party.name, company_code=party.code)


def _of_the_codes(snapshot: ParcelSnapshot) -> Iterator[NotDeclarable]:
    if snapshot.destination not in codes.by_iso("country"):
        yield CountryUnknown(country=snapshot.destination)
    if snapshot.currency not in codes.by_iso("currency"):
        yield CurrencyUnknown(currency=snapshot.currency)
    used = {
        ("customs_district", snapshot.customs_code),
        ("customs_district", snapshot.port_code),
        ("supervision_mode", snapshot.trade_mode),
        ("transport_mode", snapshot.traf_mode),
        ("wrap_type", snapshot.wrap_type),
        *(("unit", line.unit) for line in snapshot.lines),
    }
    for table, value in sorted(used):
        if value not in codes.table(table):
            yield CustomsCodeUnknown(table=table, value=value)


def _of_sums(snapshot: ParcelSnapshot) -> Iterator[NotDeclarable]:
    value = sum((line.total for line in snapshot.lines), Decimal(0))
    if value != snapshot.goods_value:
        yield SumsDisagree(lines=value, head=snapshot.goods_value)
    weight = sum((line.net_weight_g for line in snapshot.lines), Decimal(0))
    if weight != snapshot.net_weight_g:
        yield WeightsDisagree(lines=weight, head=snapshot.net_weight_g)
    if snapshot.net_weight_g > snapshot.gross_weight_g:
        yield NetAboveGross(net=snapshot.net_weight_g, gross=snapshot.gross_weight_g)


def _of_the_words(line: SnapshotLine) -> Iterator[NotDeclarable]:
    if not 0 < len(line.sku) <= SKU_LENGTH:
        yield SkuTooLong(sku=line.sku)
    if not 0 < len(line.name_zh) <= TEXT_LENGTH:
        yield NameMissing(sku=line.sku)
    if not 0 < len(line.gmodel) <= TEXT_LENGTH:
        yield ElementsMissing(sku=line.sku)


def _of_the_goods(line: SnapshotLine) -> Iterator[NotDeclarable]:
    if min(Decimal(line.quantity), line.statutory_quantity, line.total) <= 0:
        yield QuantityWrong(sku=line.sku)
    if abs(line.quantity * line.unit_price - line.total) >= A_CENT:
        yield PriceDisagrees(sku=line.sku)
    expected = codes.statutory_units().get(line.gcode)
    if expected is None:
        yield GoodsCodeUnknown(gcode=line.gcode, sku=line.sku)
    elif expected != line.unit1:
        yield StatutoryUnitWrong(
            gcode=line.gcode,
            sku=line.sku,
            expected=codes.table("unit")[expected].name_en,
            unit=line.unit1,
        )
    elif statutory_quantity(expected, line.net_weight_g) != line.statutory_quantity:
        yield StatutoryQuantityWrong(
            sku=line.sku,
            expected=statutory_quantity(expected, line.net_weight_g),
            given=line.statutory_quantity,
        )
