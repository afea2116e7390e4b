"""Rules of places and prices in the admin: what can't stand is said in sentences."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from donghai.models import StaffMember
from orders.checkout.freight import FreightCard
from orders.checkout.rules import DestinationRule, TariffLine, TaxRate
from orders.shipping.models import NumberRange
from tests.make import make_client, make_staff

pytestmark = pytest.mark.django_db

SOURCED = {"rule_id": "ZZ-1", "source": "test", "certainty": "HIGH"}
RULE = SOURCED | {
    "scope": "ZZ",
    "topic": "DUTY",
    "effective_from": "2026-01-01",
    "switched_on": "on",
    "value_basis": "GOODS",
    "duty_basis": "GOODS",
    "vat_mode": "NONE",
}
LINE = SOURCED | {
    "scope": "NZ",
    "hs": "71162015",
    "duty_pct": "5",
    "switched_on": "on",
}
RATE = SOURCED | {"country": "ZZ", "tax": "VAT", "pct": "19"}
CARD = {
    "name": "CARD",
    "channel": "EMS",
    "country": "ZZ",
    "currency": "CNY",
    "weight_step_g": "1",
    "effective_from": "2026-01-01",
    "days_min": "5",
    "days_max": "9",
}
RANGE = {
    "prefix": "LZ",
    "first_serial": "1",
    "last_serial": "9",
    "received_on": "2026-01-01",
}
NO_STEPS = {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}


@pytest.fixture
def boss() -> Client:
    return make_client(make_staff(StaffMember.Duty.ADMIN))


def add(boss: Client, model: Any, facts: dict[str, Any]) -> Any:
    name = model._meta.model_name
    return boss.post(reverse(f"admin:orders_{name}_add"), facts | NO_STEPS)


def change(boss: Client, row: Any, **facts: Any) -> Any:
    name = row._meta.model_name
    address = reverse(f"admin:orders_{name}_change", args=[row.pk])
    return boss.post(address, facts | NO_STEPS)


def said(answer: Any) -> str:
    """Everything the page holds against the form, which is no constraint's name."""
    words = str(answer.context["errors"])
    assert "Constraint" not in words
    return words


@pytest.mark.parametrize(
    ("model", "facts", "field", "words"),
    [
        (TariffLine, LINE | {"hs": "7116"}, "hs", "eight digits"),
        (TariffLine, LINE | {"piece_up_to_minor": 9}, "__all__", "value a piece"),
        (TaxRate, RATE | {"pct": "100"}, "__all__", "less than 100"),
        (
            DestinationRule,
            RULE | {"effective_to": "2025-01-01"},
            "effective_to",
            "last day",
        ),
        (DestinationRule, RULE | {"value_over_minor": 9}, "__all__", "currency"),
        (
            DestinationRule,
            RULE
            | {"value_currency": "EUR", "value_over_minor": 9, "value_up_to_minor": 8},
            "value_up_to_minor",
            "greater",
        ),
        (DestinationRule, RULE | {"duty_fixed_minor": 9}, "__all__", "fixed sum"),
        (
            DestinationRule,
            RULE | {"by_tariff": "on", "duty_pct": "5"},
            "__all__",
            "by tariff line, or",
        ),
        (
            FreightCard,
            CARD | {"effective_to": "2025-01-01"},
            "effective_to",
            "last day",
        ),
        (FreightCard, CARD | {"weight_step_g": "0"}, "__all__", "1 g or more"),
        (NumberRange, RANGE | {"last_serial": "0"}, "last_serial", "below the first"),
    ],
)
def test_what_a_rule_can_not_be_is_said_in_a_sentence(boss, model, facts, field, words):
    before = model.objects.count()

    answer = add(boss, model, facts)

    assert words in said(answer)
    assert list(answer.context["adminform"].form.errors) == [field]
    assert model.objects.count() == before


@pytest.mark.parametrize(
    ("model", "facts", "words"),
    [
        (TariffLine, LINE, "Another line says the duty"),
        (TaxRate, RATE, "has a rate since that day"),
        (DestinationRule, RULE, "End that one first"),
        (FreightCard, CARD, "End that one first"),
    ],
)
def test_a_rule_that_stands_already_is_said_in_a_sentence(boss, model, facts, words):
    before = model.objects.count()
    name = "name" if model is FreightCard else "rule_id"

    first = add(boss, model, facts)
    second = add(boss, model, facts | {name: "ZZ-2"})

    assert first.status_code == 302, said(first)
    assert words in said(second)
    assert model.objects.count() == before + 1


def test_a_rule_does_not_end_before_the_first_day_that_is_only_shown(boss):
    add(boss, FreightCard, CARD)
    add(boss, DestinationRule, RULE)
    card = FreightCard.objects.get(name="CARD")
    rule = DestinationRule.objects.get(rule_id="ZZ-1")

    for row in (card, rule):
        answer = change(boss, row, **SOURCED, effective_to="2025-01-01")
        assert "The last day lies before the first one" in said(answer)
        row.refresh_from_db()
        assert row.effective_to is None
        good = change(boss, row, **SOURCED, effective_to="2026-12-31")
        assert good.status_code == 302
        row.refresh_from_db()
        assert row.effective_to == date(2026, 12, 31)


def test_a_rule_is_not_switched_on_beside_another(boss):
    add(boss, DestinationRule, RULE)
    off = {"rule_id": "ZZ-2", "switched_on": ""}
    assert add(boss, DestinationRule, RULE | off).status_code == 302
    second = DestinationRule.objects.get(rule_id="ZZ-2")

    answer = change(boss, second, **SOURCED, switched_on="on")

    assert "Another rule already decides" in said(answer)
    second.refresh_from_db()
    assert not second.switched_on


def test_a_card_names_a_weight_once(boss):
    steps = {"steps-TOTAL_FORMS": 2, "steps-INITIAL_FORMS": 0}
    for number in range(2):
        steps |= {f"steps-{number}-up_to_g": 100, f"steps-{number}-price_minor": 500}

    answer = boss.post(reverse("admin:orders_freightcard_add"), CARD | steps)

    assert "Two rows have the same: up to (g)." in said(answer)
    assert not FreightCard.objects.filter(name="CARD").exists()
