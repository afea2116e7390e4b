"""The rules as rows: what the database refuses, how they load, what a quote costs."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from donghai import memory
from donghai.models import ExchangeRate
from donghai.rates import load_ecb
from orders.checkout.book import RuleBook
from orders.checkout.freight import FreightCard, FreightStep
from orders.checkout.loading import load_rules
from orders.checkout.rules import (
    DestinationRule,
    TariffLine,
    TaxRate,
)

TODAY = date(2026, 11, 22)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    memory.forget()
    yield
    memory.forget()


def make_rule(**fields: object) -> DestinationRule:
    """A rule of the place ZZ for goods up to 100 euro."""
    facts = {
        "rule_id": "ZZ-1",
        "scope": "ZZ",
        "topic": "LOW_VALUE_VAT",
        "effective_from": date(2026, 1, 1),
        "effective_to": date(2026, 12, 31),
        "value_up_to_minor": 10_000,
        "value_currency": "EUR",
        "source": "test",
        "certainty": "HIGH",
    }
    return DestinationRule(**(facts | fields))


def make_card(**fields: object) -> FreightCard:
    facts = {
        "name": "CARD",
        "channel": "EMS",
        "country": "ZZ",
        "effective_from": date(2026, 1, 1),
        "days_min": 5,
        "days_max": 9,
    }
    return FreightCard(**(facts | fields))


def refused(row) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        row.save()
    return str(error.value)


def test_two_rules_cannot_decide_about_one_value_on_one_day():
    make_rule().save()

    clash = make_rule(
        rule_id="ZZ-2", effective_from=date(2026, 12, 31), effective_to=None
    )

    assert "one_regime_per_place_value_and_day" in refused(clash)
    with pytest.raises(ValidationError, match="already decides"):
        clash.validate_constraints()


@pytest.mark.parametrize(
    "other",
    [
        {"effective_from": date(2027, 1, 1), "effective_to": None},
        {"effective_from": None, "effective_to": date(2025, 12, 31)},
        {"value_over_minor": 10_000, "value_up_to_minor": None, "topic": "DUTY"},
        {"scope": "ZX"},
        {"switched_on": False},
        {"topic": "FEE"},
    ],
)
def test_rules_that_follow_adjoin_or_only_add_are_taken(other):
    make_rule().save()

    make_rule(**({"rule_id": "ZZ-2"} | other)).save()

    assert DestinationRule.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"effective_to": date(2025, 1, 1)}, "a_rule_ends_after_it_begins"),
        ({"value_currency": ""}, "a_value_limit_has_a_currency"),
        ({"value_over_minor": 10_000}, "a_value_band_is_not_empty"),
        ({"duty_fixed_minor": 300}, "a_fixed_duty_says_for_what_and_in_which_money"),
        ({"by_tariff": True, "duty_pct": 5}, "duty_is_by_tariff_or_flat"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(wrong, name):
    assert name in refused(make_rule(**wrong))


def test_a_channel_has_one_freight_card_per_country_and_day():
    make_card(effective_to=date(2026, 6, 30)).save()

    assert "one_freight_card_per_channel_country_and_day" in refused(
        make_card(name="CLASH", effective_from=date(2026, 6, 30))
    )
    make_card(name="NEXT", effective_from=date(2026, 7, 1)).save()
    make_card(name="OTHER CHANNEL", channel="EPACKET").save()
    make_card(name="OTHER COUNTRY", country="ZX").save()


def test_a_tax_rate_and_a_tariff_line_say_one_thing_a_day():
    load_rules()

    tax = TaxRate.objects.get(rule_id="VAT-DE")
    tax.pk, tax.rule_id = None, "VAT-DE-AGAIN"
    assert "one_tax_rate_per_country_and_day" in refused(tax)

    line = TariffLine.objects.get(rule_id="US-71162005")
    line.pk, line.rule_id = None, "US-AGAIN"
    assert "a_tariff_says_one_thing" in refused(line)


def test_loading_twice_adds_nothing_and_keeps_what_a_clerk_changed():
    assert load_rules() > 100
    DestinationRule.objects.filter(rule_id="FR-FEE").update(switched_on=False)
    steps = FreightStep.objects.count()

    assert load_rules() == 0

    assert not DestinationRule.objects.get(rule_id="FR-FEE").switched_on
    assert FreightStep.objects.count() == steps


def test_every_shipped_rule_says_its_source_and_passes_its_own_checks():
    load_rules()

    for model in (DestinationRule, TaxRate, TariffLine):
        for row in model.objects.all():
            assert row.source, row.rule_id
            assert row.certainty in ("HIGH", "MEDIUM", "LOW"), row.rule_id
            row.full_clean()
    for card in FreightCard.objects.all():
        card.full_clean()


def test_a_newer_tax_rate_holds_from_its_day():
    load_rules()
    TaxRate.objects.create(
        rule_id="VAT-DE-2027",
        country="DE",
        union="EU",
        tax="VAT",
        pct=20,
        since=date(2027, 1, 1),
        source="test",
        certainty="HIGH",
    )

    before = RuleBook.load("DE", date(2026, 12, 31)).tax
    after = RuleBook.load("DE", date(2027, 1, 1)).tax

    assert before and after
    assert (before.pct, after.pct) == (19, 20)


def test_a_newer_tariff_line_replaces_the_older_one():
    load_rules()
    line = TariffLine.objects.get(rule_id="EU-71162080")
    line.pk, line.rule_id = None, "EU-71162080-2027"
    line.since, line.duty_pct = date(2027, 1, 1), 3
    line.save()

    def rates(day: date) -> list[str]:
        return [
            tariff.rule_id
            for tariff in RuleBook.load("DE", day).tariffs
            if tariff.hs == "71162080"
        ]

    assert rates(TODAY) == ["EU-71162080"]
    assert rates(date(2027, 1, 1)) == ["EU-71162080-2027"]


def test_a_book_costs_six_statements_and_then_none(django_assert_num_queries):
    load_rules()
    load_ecb(days=2)

    with django_assert_num_queries(6):
        first = RuleBook.load("DE", TODAY)
    with django_assert_num_queries(0):
        assert RuleBook.load("DE", TODAY) is first
    with django_assert_num_queries(5):  # the rates are remembered by day
        RuleBook.load("GB", TODAY)


def test_a_book_is_read_again_after_half_a_minute(time_machine):
    load_rules()
    time_machine.move_to("2026-11-22T12:00:00Z", tick=False)
    first = RuleBook.load("DE", TODAY)

    time_machine.shift(29)
    assert RuleBook.load("DE", TODAY) is first

    time_machine.shift(2)
    assert RuleBook.load("DE", TODAY) is not first


def test_the_command_says_how_many_rules_came(capsys):
    call_command("load_rules")
    call_command("load_rules")

    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("new rules and freight cards")
    assert second == "0 new rules and freight cards"
    assert ExchangeRate.objects.count() == 0
