"""The landed price on both sides of every limit: value, piece, day, form."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from donghai.rates import Rate, RateTable
from orders.checkout.book import RuleBook
from orders.checkout.landed import (
    Certainty,
    NoRuleForCountry,
    NoRuleForValue,
)
from tests.orders.checkout.make import bracelet, told

pytestmark = pytest.mark.django_db  # or pytest-django makes no test database


def test_germany_above_150_euro_asks_tariff_duty_and_import_tax(landed):
    within = landed("DE", bracelet("150.00", "EUR"), freight="10")
    above = landed("DE", bracelet("150.01", "EUR"), freight="10")

    assert told(within) == [
        ("DUTY", "EU-DUTY-3", "3.00"),
        ("TAX", "EU-IOSS", "30.40"),
        ("TAX", "EU-DUTY-3", "0.57"),
    ]
    assert told(above) == [
        ("DUTY", "EU-71162080", "4.00"),  # 2.5 % of 160.01
        ("TAX", "EU-DUTY-STD", "31.16"),  # 19 % of 164.01
    ]
    assert above.certainty == Certainty.ESTIMATE


def test_freight_above_the_limit_is_shared_out_by_value(landed):
    answer = landed(
        "DE",
        bracelet("100", "EUR"),
        bracelet("100", "EUR", hs6="710399", form="TUMBLED"),
        freight="20",
    )

    assert told(answer) == [
        ("DUTY", "EU-71162080", "2.75"),  # 2.5 % of 110; the stones are free
        ("TAX", "EU-DUTY-STD", "42.32"),  # 19 % of 222.75
    ]


@pytest.mark.parametrize(
    ("day", "lines"),
    [
        (date(2026, 6, 30), [("TAX", "EU-IOSS", "19.00")]),
        (
            date(2026, 7, 1),
            [
                ("DUTY", "EU-DUTY-3", "3.00"),
                ("TAX", "EU-IOSS", "19.00"),
                ("TAX", "EU-DUTY-3", "0.57"),
            ],
        ),
        (
            date(2028, 6, 30),
            [
                ("DUTY", "EU-DUTY-3", "3.00"),
                ("TAX", "EU-IOSS", "19.00"),
                ("TAX", "EU-DUTY-3", "0.57"),
            ],
        ),
        (
            date(2028, 7, 1),
            [
                ("DUTY", "EU-71162080", "2.50"),
                ("TAX", "EU-IOSS", "19.00"),
                ("TAX", "EU-DUTY-2028", "0.48"),
            ],
        ),
    ],
)
def test_the_three_euro_hold_from_july_2026_to_june_2028(landed, day, lines):
    assert told(landed("DE", bracelet("100", "EUR"), on=day)) == lines


def test_britain_above_135_pounds_asks_tariff_duty_and_import_tax(landed):
    within = landed("GB", bracelet("135.00", "GBP"), freight="50")
    above = landed("GB", bracelet("135.01", "GBP"), freight="50")

    assert told(within) == [("TAX", "GB-VAT135", "37.00")]
    assert told(above) == [
        ("DUTY", "GB-71162080", "4.63"),  # 2.5 % of 185.01
        ("TAX", "GB-DUTY-STD", "37.93"),  # 20 % of 189.64
    ]
    assert above.certainty == Certainty.ESTIMATE


def test_american_jewellery_is_dearer_above_40_dollars_a_piece(landed):
    within = landed("US", bracelet("40.00", "USD", quantity=3))
    above = landed("US", bracelet("40.01", "USD", quantity=3))

    assert told(within)[0] == ("DUTY", "US-71162005", "3.96")
    assert told(above)[0] == ("DUTY", "US-71162015", "7.80")


def test_america_takes_2500_dollars_by_post(landed):
    assert landed("US", bracelet("2500.00", "USD"), freight="40")

    with pytest.raises(NoRuleForValue) as refusal:
        landed("US", bracelet("2500.01", "USD"))
    assert refusal.value.details["country"] == "US"
    with translation.override("en"):
        assert "$2,500.01" in str(refusal.value)


@pytest.mark.parametrize(
    ("day", "rule", "amount"),
    [
        (date(2026, 2, 24), "US-S122", "10.00"),
        (date(2026, 7, 23), "US-S122", "10.00"),
        (date(2026, 7, 24), "US-S301FL", "12.50"),
    ],
)
def test_the_american_surcharge_changed_in_july(landed, day, rule, amount):
    assert told(landed("US", bracelet("100", "USD"), on=day))[1:] == [
        ("DUTY", rule, amount)
    ]


def test_america_has_no_rule_of_ours_before_its_de_minimis_ended(landed):
    assert landed("US", bracelet("30", "USD"), on=date(2025, 8, 29))
    with pytest.raises(NoRuleForCountry):
        landed("US", bracelet("30", "USD"), on=date(2025, 8, 28))


@pytest.mark.parametrize(
    ("hs6", "form", "mineral", "rule", "duty"),
    [
        ("711620", "NECKLACE", "ROCK_CRYSTAL", "US-71162015", "6.50"),
        ("711620", "CARVING", "AMETHYST", "US-71162035", "4.50"),
        ("711620", "CARVING", "ROCK_CRYSTAL", None, "0.00"),
        ("711620", "SPHERE", "ROSE_QUARTZ", "US-71162040", "10.50"),
        ("711620", "TOWER", "ROCK_CRYSTAL", None, "0.00"),
        ("710310", "ROUGH", "FLUORITE", None, "0.00"),
        ("710310", "CLUSTER", "AMETHYST", None, "0.00"),
        ("710310", "TOWER", "AMETHYST", "US-71031040", "10.50"),
        ("710399", "FACETED", "CITRINE", None, "0.00"),
        ("710399", "TUMBLED", "AGATE", "US-71039950", "10.50"),
    ],
)
def test_american_duty_is_by_form_and_mineral(landed, hs6, form, mineral, rule, duty):
    piece = bracelet("100", "USD", hs6=hs6, form=form, mineral=mineral)

    *ordinary, surcharge = told(landed("US", piece))

    assert ordinary == ([("DUTY", rule, duty)] if rule else [])
    assert surcharge == ("DUTY", "US-S301FL", "12.50")


def test_the_american_surcharge_is_for_goods_of_china(landed):
    answer = landed(
        "US", bracelet("10", "USD"), bracelet("20", "USD", origin="BR", ref="2")
    )

    assert told(answer) == [
        ("DUTY", "US-71162005", "0.99"),
        ("DUTY", "US-S301FL", "1.25"),
    ]


def test_a_rule_may_be_for_some_tariff_lines_only(landed):
    def only_dear_jewellery(book: RuleBook) -> RuleBook:
        rules = tuple(
            replace(rule, only_hs=("71162015",))
            if rule.topic == "ADDITIONAL_DUTY"
            else rule
            for rule in book.rules
        )
        return replace(book, rules=rules)

    answer = landed(
        "US",
        bracelet("30", "USD"),
        bracelet("80", "USD"),
        changed=only_dear_jewellery,
    )

    assert told(answer)[-1] == ("DUTY", "US-S301FL", "10.00")


def test_mexico_takes_2500_dollars_of_goods_and_freight(landed):
    at_20 = RateTable({("USD", "MXN"): Rate("USD", "MXN", Decimal(20), rows=(8,))})

    def changed(book: RuleBook) -> RuleBook:
        return replace(book, rates=at_20)

    within = landed("MX", bracelet("49900", "MXN"), freight="100", changed=changed)
    assert told(within) == [("DUTY", "MX-COURIER", "16750.00")]
    assert within.lines[-1].working["value"] == "2500.00 USD"
    assert within.lines[-1].working["value_rates"] == [8]
    with pytest.raises(NoRuleForValue):
        landed("MX", bracelet("49900.20", "MXN"), freight="100", changed=changed)


def test_the_mexican_rate_begins_in_august_2025(landed):
    assert landed("MX", bracelet("900", "MXN"), on=date(2025, 8, 15))
    with pytest.raises(NoRuleForCountry):
        landed("MX", bracelet("900", "MXN"), on=date(2025, 8, 14))
