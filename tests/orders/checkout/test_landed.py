"""The landed price: the worked examples, other money, weight, places and words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from donghai.money import Money
from donghai.rates import NoExchangeRate, Rate, RateTable
from orders.checkout.book import RuleBook
from orders.checkout.landed import (
    Certainty,
    Destination,
    LineKind,
    NoRuleForCountry,
    NoRuleForPlace,
    NoRuleForValue,
    NoTariffForItem,
    TooHeavy,
    price,
)
from tests.orders.checkout.make import MONEY_OF, TODAY, bracelet, switched_off, told

pytestmark = pytest.mark.django_db  # or pytest-django makes no test database


def test_germany_asks_tax_on_goods_and_freight_three_euro_and_tax_on_them(landed):
    answer = landed("DE", bracelet("60", "EUR"), freight="10")

    assert told(answer) == [
        ("DUTY", "EU-DUTY-3", "3.00"),
        ("TAX", "EU-IOSS", "13.30"),
        ("TAX", "EU-DUTY-3", "0.57"),
    ]
    assert answer.total == Money.of("86.87", "EUR")
    assert answer.certainty == Certainty.GUARANTEED


def test_france_asks_three_euro_for_each_of_two_subheadings_and_its_own_fee(landed):
    parcel = (bracelet("40", "EUR"), bracelet("60", "EUR", hs6="710399"))
    without_fee = [
        ("DUTY", "EU-DUTY-3", "6.00"),
        ("TAX", "EU-IOSS", "20.00"),
        ("TAX", "EU-DUTY-3", "1.20"),
    ]

    answer = landed("FR", *parcel, changed=switched_off("FR-FEE"))
    assert told(answer) == without_fee
    assert answer.total == Money.of("127.20", "EUR")

    answer = landed("FR", *parcel)
    assert told(answer) == [*without_fee, ("FEE", "FR-FEE", "4.00")]
    assert answer.certainty == Certainty.ESTIMATE


def test_five_equal_bracelets_are_one_subheading(landed):
    answer = landed("DE", bracelet("20", "EUR", quantity=5))

    assert answer.sum_of(LineKind.DUTY) == Money.of("3.00", "EUR")


def test_britain_taxes_goods_and_freight_and_asks_no_duty(landed):
    answer = landed("GB", bracelet("100", "GBP"), freight="8")

    assert told(answer) == [("TAX", "GB-VAT135", "21.60")]
    assert answer.certainty == Certainty.GUARANTEED


def test_a_cheap_bracelet_to_america(landed):
    answer = landed("US", bracelet("30", "USD"), freight="9")

    assert told(answer) == [
        ("DUTY", "US-71162005", "0.99"),
        ("DUTY", "US-S301FL", "3.75"),
    ]
    assert answer.total == Money.of("43.74", "USD")
    assert answer.certainty == Certainty.ESTIMATE


def test_a_dear_bracelet_to_america(landed):
    answer = landed("US", bracelet("80", "USD"))

    assert told(answer) == [
        ("DUTY", "US-71162015", "5.20"),
        ("DUTY", "US-S301FL", "10.00"),
    ]


def test_mexico_asks_one_courier_rate_on_goods_and_freight(landed):
    answer = landed("MX", bracelet("900", "MXN"), freight="100")

    assert told(answer) == [("DUTY", "MX-COURIER", "335.00")]
    assert answer.certainty == Certainty.ESTIMATE


def test_norway_looks_at_each_piece_and_not_at_the_parcel(landed):
    answer = landed("NO", bracelet("2000", "NOK"), freight="100")
    assert told(answer) == [("TAX", "NO-VOEC", "525.00")]

    assert landed("NO", bracelet("3000", "NOK", quantity=2))
    with pytest.raises(NoRuleForValue):
        landed("NO", bracelet("3001", "NOK"), bracelet("10", "NOK"))


@pytest.mark.parametrize(
    ("country", "amount", "freight", "lines"),
    [
        ("CH", "50", "10", []),
        ("CH", "60", "10", [("TAX", "CH-VAT-OVER", "5.67")]),
        (
            "BR",
            "40",
            "0",
            [("DUTY", "BR-PRC-50", "8.00"), ("TAX", "BR-PRC-50", "9.83")],
        ),
        (
            "BR",
            "90",
            "10",
            [("DUTY", "BR-PRC-3000", "40.00"), ("TAX", "BR-PRC-3000", "28.67")],
        ),
        ("MY", "200", "30", [("TAX", "MY-LVG", "20.00")]),
        ("JP", "9000", "500", []),
        ("KR", "140", "20", []),
    ],
)
def test_countries_that_wait_only_for_a_freight_card(
    landed, country, amount, freight, lines
):
    answer = landed(country, bracelet(amount, MONEY_OF[country]), freight=freight)

    assert told(answer) == lines


def test_a_limit_in_other_money_is_compared_in_its_own_cents(landed):
    at_1_25 = RateTable(
        {("EUR", "USD"): Rate("EUR", "USD", Decimal("1.25"), rows=(7,))}
    )

    def changed(book: RuleBook) -> RuleBook:
        return replace(book, rates=at_1_25)

    within = landed("DE", bracelet("187.50", "USD"), currency="USD", changed=changed)
    above = landed("DE", bracelet("187.52", "USD"), currency="USD", changed=changed)

    assert told(within)[0] == ("DUTY", "EU-DUTY-3", "3.75")
    assert within.lines[2].rate == 7
    assert told(above)[0][1] == "EU-71162080"


def test_freight_is_converted_from_yuan_by_one_named_row(books):
    book = books["US", TODAY]
    rate = book.rates.between("CNY", "USD")

    answer = price(
        destination=Destination("US"),
        currency="USD",
        items=[bracelet("30", "USD", quantity=4)],
        ship_on=TODAY,
        book=book,
    )

    freight = answer.lines[1]
    assert (freight.rule, freight.working["price"]) == ("EPACKET-US-DEMO", "28.50 CNY")
    assert freight.amount == rate.convert(Money.of("28.50", "CNY"))
    assert [freight.rate] == list(rate.rows) == freight.working["rates"]


@pytest.mark.parametrize(
    ("weight_g", "channel", "asked"),
    [
        (1, "EPACKET", "22.00"),
        (50, "EPACKET", "22.00"),
        (51, "EPACKET", "25.75"),
        (2000, "EPACKET", "168.25"),
        (2001, "EMS", "400.00"),
        (20000, "EMS", "2150.00"),
    ],
)
def test_the_cheapest_channel_that_carries_the_weight_is_taken(
    books, weight_g, channel, asked
):
    answer = price(
        destination=Destination("DE"),
        currency="EUR",
        items=[bracelet("30", "EUR", weight_g=weight_g)],
        ship_on=TODAY,
        book=books["DE", TODAY],
    )

    working = answer.lines[1].working
    assert (working["channel"], working["price"]) == (channel, f"{asked} CNY")


def test_too_heavy_for_every_channel_is_refused(landed):
    with pytest.raises(TooHeavy) as refusal:
        landed("DE", bracelet("30", "EUR", weight_g=100_001))
    assert refusal.value.details == {"country": "DE", "weight_g": 100_001}


def test_a_country_without_rules_or_without_freight_is_refused(landed):
    with pytest.raises(NoRuleForCountry) as refusal:
        landed("AQ", bracelet("30", "USD"))
    assert refusal.value.details == {"country": "AQ"}
    assert str(refusal.value) == "We cannot ship there yet"

    with pytest.raises(NoRuleForCountry):
        landed(
            "DE", bracelet("30", "EUR"), changed=lambda book: replace(book, cards=())
        )


@pytest.mark.parametrize(
    ("country", "postcode"), [("GB", "bt1 5gs"), ("GB", "JE2 3AB"), ("DE", "27498")]
)
def test_places_with_other_rules_are_refused(landed, country, postcode):
    with pytest.raises(NoRuleForPlace):
        landed(country, bracelet("30", MONEY_OF[country]), postcode=postcode)


def test_goods_of_an_unknown_tariff_line_are_refused(landed):
    with pytest.raises(NoTariffForItem) as refusal:
        landed("US", bracelet("30", "USD", hs6="940510", ref="77"))
    assert refusal.value.details["ref"] == "77"


def test_money_that_cannot_be_compared_is_refused(landed):
    with pytest.raises(NoExchangeRate):
        landed(
            "DE",
            bracelet("30", "USD"),
            currency="USD",
            changed=lambda book: replace(book, rates=RateTable({})),
        )


def test_a_book_of_another_day_is_a_bug(books):
    with pytest.raises(ValueError, match="another country or day"):
        price(
            destination=Destination("DE"),
            currency="EUR",
            items=[bracelet("30", "EUR")],
            ship_on=date(2026, 7, 1),
            book=books["DE", TODAY],
        )


def test_every_line_can_be_explained_in_words(landed):
    answer = landed("DE", bracelet("60", "EUR"), freight="10")

    with translation.override("en"):
        assert [line.text for line in answer.lines] == [
            "Amethyst bracelet, 8 mm",
            "Shipping",
            "Customs duty, 1 × 3.00 EUR",
            "VAT 19%",
            "VAT 19% on the duty",
        ]
    assert answer.lines[3].working == {
        "tax": "VAT",
        "pct": "19",
        "tax_rule": "VAT-DE",
        "mode": "CIF",
        "base": "70.00 EUR",
        "value": "60.00 EUR",
        "value_basis": "GOODS",
        "value_over": None,
        "value_up_to": "150.00 EUR",
        "value_rates": [],
    }
