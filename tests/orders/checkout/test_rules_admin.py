"""Tariff lines as administrators add them, and how a slip is mended the same day."""

from typing import Any

import pytest
from django.urls import reverse

from donghai import memory
from donghai.models import StaffMember
from orders.checkout.book import RuleBook, source_of
from orders.checkout.loading import load_rules
from orders.checkout.rules import DestinationRule, TariffLine
from tests.make import make_client, make_staff
from tests.orders.checkout.test_rules import TODAY

pytestmark = pytest.mark.django_db
LINE = {
    "rule_id": "EU-SLIP",
    "source": "Council Reg (EU) 2026/382: annex",
    "certainty": "HIGH",
    "note": "",
    "scope": "EU",
    "hs": "71162080",
    "form_class": "",
    "mineral_class": "",
    "piece_up_to_minor": "",
    "piece_currency": "",
    "duty_pct": "12",
    "since": "2026-01-01",
    "switched_on": "on",
}


@pytest.fixture(autouse=True)
def nothing_remembered():
    load_rules()
    memory.forget()
    yield
    memory.forget()


def add(**said: str) -> Any:
    client = make_client(make_staff(StaffMember.Duty.ADMIN))
    return client.post(reverse("admin:orders_tariffline_add"), LINE | said)


def change(row: Any, **said: str) -> Any:
    """Sends what the page lets an administrator change; a box left out is off."""
    kind = row._meta.model_name
    address = reverse(f"admin:orders_{kind}_change", args=[row.pk])
    kept = {"certainty": row.certainty, "note": row.note, "source": row.source}
    client = make_client(make_staff(StaffMember.Duty.ADMIN))
    return client.post(address, kept | said)


def duty_now() -> tuple[str, str]:
    memory.forget()
    lines = RuleBook.load("DE", TODAY).tariffs
    return next((x.rule_id, str(x.pct)) for x in lines if x.hs == "71162080")


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("duty_pct", "-50", "between 0 and 100"),
        ("duty_pct", "999", "between 0 and 100"),
        ("scope", "XX", "XX is no country"),
        ("scope", "de", "de is no country"),
        ("piece_up_to_minor", "-100", "never less"),
        ("hs", "99999999", "Nothing sold here falls under 99999999"),
        ("hs", "7116", "eight digits"),
        ("source", "javascript:alert(1)", "from https:// on"),
        ("source", "read on http://example.org/", "from https:// on"),
        ("source", "DATA:text/html,x", "from https:// on"),
    ],
)
def test_a_line_that_can_not_be_is_refused_at_its_field(field, said, words):
    limit = {"piece_currency": "EUR"} if field == "piece_up_to_minor" else {}

    answer = add(**limit, **{field: said})

    assert answer.status_code == 200
    found = dict(answer.context["adminform"].form.errors)
    assert list(found) == [field]
    assert [words in sentence for sentence in found[field]] == [True]
    assert not TariffLine.objects.filter(rule_id="EU-SLIP").exists()


@pytest.mark.parametrize("source", ["https://eur-lex.europa.eu/x", "the law: annex II"])
def test_a_line_that_can_be_is_taken(source):
    assert add(source=source, duty_pct="100").status_code == 302

    assert duty_now() == ("EU-SLIP", "100.000")


def test_a_slip_is_switched_off_and_said_right_on_the_same_day():
    add(duty_pct="21")
    slip = TariffLine.objects.get(rule_id="EU-SLIP")
    twice = add(rule_id="EU-RIGHT", duty_pct="2.1")
    assert "Switch that one off first" in twice.content.decode().replace("\n", " ")
    assert duty_now() == ("EU-SLIP", "21.000")

    assert change(slip).status_code == 302
    assert add(rule_id="EU-RIGHT", duty_pct="2.1").status_code == 302

    assert duty_now() == ("EU-RIGHT", "2.100")
    assert source_of("EU-SLIP") == LINE["source"]  # a quote that named it


def test_a_slip_can_not_be_switched_on_beside_the_right_line():
    add()
    slip = TariffLine.objects.get(rule_id="EU-SLIP")
    change(slip)
    add(rule_id="EU-RIGHT")

    answer = change(slip, switched_on="on")

    assert "Switch that one off first" in answer.content.decode()
    slip.refresh_from_db()
    assert not slip.switched_on


def test_a_rule_is_not_stretched_over_the_one_that_follows_it():
    rule = DestinationRule.objects.get(rule_id="GB-VAT135")
    rule.effective_to = TODAY
    rule.save()
    rule.pk, rule.rule_id = None, "GB-NEXT"
    rule.effective_from, rule.effective_to = TODAY.replace(year=2030), None
    rule.save()
    first = DestinationRule.objects.get(rule_id="GB-VAT135")

    answer = change(first, effective_to="2031-01-01", switched_on="on")

    assert "Another rule already decides" in answer.content.decode()
    first.refresh_from_db()
    assert first.effective_to == TODAY
