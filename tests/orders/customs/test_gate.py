from dataclasses import replace
from decimal import Decimal

import pytest

from orders.customs import gate
from orders.customs.snapshot import Party
from tests.orders.customs.make import make_line, make_snapshot


def test_a_good_parcel_passes():
    gate.check(make_snapshot())


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"destination": "AQ"}, gate.CountryUnknown),
        ({"currency": "MXN"}, gate.CurrencyUnknown),
        ({"customs_code": "9999"}, gate.CustomsCodeUnknown),
        ({"waybill_no": ""}, gate.WaybillNumberWrong),
        ({"waybill_no": "1" * 33}, gate.WaybillNumberWrong),
        ({"packages": 0}, gate.PackagesMissing),
        ({"goods_value": Decimal("48.99")}, gate.SumsDisagree),
        ({"net_weight_g": Decimal(67)}, gate.WeightsDisagree),
        ({"gross_weight_g": Decimal(67)}, gate.NetAboveGross),
        ({"seller": Party("123", "晶缘")}, gate.CompanyCodeWrong),
        ({"seller": Party("NO", "晶缘")}, gate.CompanyCodeWrong),
    ],
)
def test_a_parcel_is_refused_for(changes, refusal):
    found = gate.problems(make_snapshot(**changes))

    assert [type(problem) for problem in found] == [refusal]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"sku": "A" * 21}, gate.SkuTooLong),
        ({"name_zh": ""}, gate.NameMissing),
        ({"gmodel": ""}, gate.ElementsMissing),
        ({"gcode": "7116209999"}, gate.GoodsCodeUnknown),
        ({"unit1": "036"}, gate.StatutoryUnitWrong),
        ({"statutory_quantity": Decimal(1)}, gate.StatutoryQuantityWrong),
        ({"unit_price": Decimal("18.49")}, gate.PriceDisagrees),
        ({"unit": "999"}, gate.CustomsCodeUnknown),
        ({"gnum": 2}, gate.LinesMisnumbered),
    ],
)
def test_a_line_is_refused_for(changes, refusal):
    line = make_line(**{"gnum": 1} | changes)

    found = gate.problems(make_snapshot(lines=(line,)))

    assert [type(problem) for problem in found] == [refusal]


def test_a_line_without_weight_is_refused():
    found = gate.problems(make_snapshot(lines=(make_line(net_weight_g=Decimal(0)),)))

    assert [type(problem) for problem in found] == [gate.QuantityWrong]


def test_everything_wrong_is_told_at_once_and_the_first_is_raised():
    snapshot = make_snapshot(
        lines=(make_line(gmodel="", sku="A" * 21),), currency="MXN"
    )

    assert [problem.code for problem in gate.problems(snapshot)] == [
        "currency_unknown",
        "sku_too_long",
        "elements_missing",
    ]
    with pytest.raises(gate.CurrencyUnknown, match="MXN"):
        gate.check(snapshot)


def test_an_empty_parcel_is_refused():
    empty = replace(
        make_snapshot(), lines=(), goods_value=Decimal(0), net_weight_g=Decimal(0)
    )

    assert [type(problem) for problem in gate.problems(empty)] == [
        gate.NothingToDeclare
    ]


def test_a_list_of_more_than_a_hundred_lines_is_refused():
    lines = tuple(make_line(n) for n in range(1, 102))

    found = gate.problems(make_snapshot(lines=lines))

    assert [str(problem) for problem in found] == [
        "A list takes 100 lines, this parcel has 101: split it"
    ]


def test_an_unregistered_producer_and_a_foreign_platform_are_named_as_customs_wants():
    gate.check(
        make_snapshot(owner=Party("NO", "匠人"), platform=Party("无", "Tianguis"))
    )


def test_the_list_waits_for_order_and_waybill():
    gate.check_papers(120, 120)
    with pytest.raises(gate.OrderNotAccepted):
        gate.check_papers(3, 120)
    with pytest.raises(gate.WaybillNotAccepted):
        gate.check_papers(120, 3)
