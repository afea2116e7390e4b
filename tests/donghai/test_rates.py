"""Exchange rates: how they load, which row holds, how two are crossed."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from donghai import memory, rates
from donghai.models import ExchangeRate
from donghai.money import Money
from donghai.rates import NoExchangeRate, Rate, RateTable, load_ecb

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    memory.forget()
    yield
    memory.forget()


def make_rate(base: str, quote: str, rate: str, day: date, **fields) -> ExchangeRate:
    facts = {"source": ExchangeRate.Source.ECB} | fields
    return ExchangeRate.objects.create(
        base=base, quote=quote, rate=rate, valid_on=day, **facts
    )


def test_loading_twice_adds_nothing():
    assert load_ecb(days=3) > 0
    rows = ExchangeRate.objects.count()

    assert load_ecb(days=3) == 0
    assert load_ecb(days=4) == rows // 3


def test_small_units_are_kept_by_the_hundred_with_all_their_digits():
    load_ecb(days=1)

    yen = ExchangeRate.objects.get(base="JPY", quote="CNY")
    dollar = ExchangeRate.objects.get(base="USD", quote="CNY")
    won = ExchangeRate.objects.get(base="KRW", quote="CNY")

    assert (yen.quantity, dollar.quantity, won.quantity) == (100, 1, 100)
    assert Decimal(4) < yen.rate < Decimal(6)
    assert Decimal("0.4") < won.rate < Decimal("0.6")


def test_every_currency_we_sell_in_reaches_yuan_and_every_threshold():
    load_ecb(days=1)
    day = date(2026, 11, 22)

    for sold_in in rates.SOLD_IN:
        assert len(rates.latest(sold_in, "CNY", day).rows) == 1
        for limit in ("EUR", "GBP", "USD", "NOK", "CHF", "MYR", "JPY", "RON"):
            assert rates.latest(sold_in, limit, day).num > 0


def test_the_newest_reference_rate_not_after_the_day_holds():
    old = make_rate("USD", "CNY", "7.00", date(2026, 10, 1))
    new = make_rate("USD", "CNY", "7.10", date(2026, 10, 2))
    make_rate("USD", "CNY", "6.90", date(2026, 10, 2), source="DEALT")

    assert rates.latest("USD", "CNY", date(2026, 10, 1)).rows == (old.pk,)
    assert rates.latest("USD", "CNY", date(2026, 10, 9)).rows == (new.pk,)
    with pytest.raises(NoExchangeRate):
        rates.latest("USD", "CNY", date(2026, 9, 30))


def test_a_day_costs_one_statement(django_assert_num_queries):
    load_ecb(days=2)

    with django_assert_num_queries(1):
        rates.latest("USD", "CNY", date(2026, 11, 22))
        rates.latest("MXN", "EUR", date(2026, 11, 22))


def test_a_pair_is_turned_round_and_two_pairs_are_crossed_and_rounded_once():
    table = RateTable(
        {
            ("EUR", "USD"): Rate("EUR", "USD", Decimal("1.25"), rows=(1,)),
            ("EUR", "GBP"): Rate("EUR", "GBP", Decimal("0.80"), rows=(2,)),
            ("JPY", "CNY"): Rate("JPY", "CNY", Decimal(5), Decimal(100), rows=(3,)),
        }
    )

    assert table.between("USD", "USD").rows == ()
    turned = table.between("USD", "EUR")
    assert (turned.rows, turned.convert(Money(1000, "USD"))) == (
        (1,),
        Money(800, "EUR"),
    )
    crossed = table.between("USD", "GBP")
    assert crossed.rows == (1, 2)
    assert crossed.convert(Money(1001, "USD")) == Money(641, "GBP")  # 640.64
    assert table.between("CNY", "JPY").convert(Money(100, "CNY")) == Money(20, "JPY")
    with pytest.raises(ValueError, match="cannot convert"):
        crossed.convert(Money(1, "EUR"))
    with pytest.raises(NoExchangeRate, match="from JPY to USD"):
        table.between("JPY", "USD")


def test_the_command_says_how_many_came(capsys):
    call_command("load_rates", days=2)
    call_command("load_rates", days=2)

    first, second = capsys.readouterr().out.splitlines()
    assert int(first.split()[0]) > 20
    assert second == "0 new exchange rates"
