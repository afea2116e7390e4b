"""The rules that come with the program, written into an empty or older database.

Rows are only added: what a clerk has corrected or switched stays as it is, and a rule
that changes gets a new row with a new name and a first day.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import models, transaction

from donghai import memory
from donghai.money import Money
from orders.checkout.freight import FreightCard, FreightStep
from orders.checkout.rules import (
    DestinationRule,
    TariffLine,
    TaxRate,
)

DATA = Path(__file__).parent / "data"
FILES: tuple[tuple[str, type[models.Model]], ...] = (
    ("destination_rules.csv", DestinationRule),
    ("tax_rates.csv", TaxRate),
    ("tariff_lines.csv", TariffLine),
)
# The files speak of major units; each sum's currency stands in another column
MONEY = {
    "value_over": "value_currency",
    "value_up_to": "value_currency",
    "duty_fixed": "duty_fixed_currency",
    "piece_up_to": "piece_currency",
}


@transaction.atomic
def load_rules() -> int:
    """Add every rule and freight card we don't have yet; how many came."""
    new = sum(_add_missing(name, model) for name, model in FILES)
    new += _add_freight_cards()
    memory.forget()
    return new


def _add_missing(name: str, model: type[models.Model]) -> int:
    known = set(model._default_manager.values_list("rule_id", flat=True))
    rows = [row for row in _rows(name) if row["rule_id"] not in known]
    model._default_manager.bulk_create([model(**_values(model, row)) for row in rows])
    return len(rows)


def _add_freight_cards() -> int:
    known = set(FreightCard.objects.values_list("name", flat=True))
    rows = [row for row in _rows("freight_cards.csv") if row["name"] not in known]
    for row in rows:
        card = FreightCard.objects.create(**_values(FreightCard, row))
        FreightStep.objects.bulk_create(_steps(card, row))
    return len(rows)


def _steps(card: FreightCard, row: Mapping[str, str]) -> Iterator[FreightStep]:
    """A linear tariff, spelled out: the first weight, then so much for each step."""
    price = Money.of(row["first_price"], card.currency)
    for up_to_g in range(
        int(row["first_g"]), int(row["last_g"]) + 1, int(row["step_g"])
    ):
        yield FreightStep(card=card, up_to_g=up_to_g, price_minor=price.minor)
        price += Money.of(row["step_price"], card.currency)


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _values(model: type[models.Model], row: Mapping[str, str]) -> dict[str, object]:
    """The row as the model's fields; an empty cell is the field's default."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    values: dict[str, object] = {}
    for name, text in row.items():
        if text and name in MONEY:
            values[f"{name}_minor"] = Money.of(text, row[MONEY[name]]).minor
        elif text and name in fields:
            values[name] = fields[name].to_python(text)
    return values
