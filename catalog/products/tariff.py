"""Which customs code a piece has, by its facts; a person confirms what is proposed.

Goods codes, their statutory units and the rules stand in `data/`: the ten-digit lines
of the Chinese tariff that crystal falls under (sources in facts of the trade: tariff
pages of 2025, confidence medium), and what decides between them: metal, treatment,
form, mineral. The first rule that fits holds; an empty cell fits everything.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils import translation

DATA = Path(__file__).parent / "data"
TEN = 10  # digits of a complete code


@dataclass(frozen=True, slots=True)
class GoodsCode:
    """A ten-digit line of the tariff; `unit` is the statutory one in customs' code."""

    code: str
    unit: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """When these facts meet, this code. `hs` has six digits where nobody knows ten."""

    rule: str
    metal: str
    treatment: str
    form: str
    mineral: str
    hs: str
    because: str
    because_zh: str

    def fits(self, **facts: str) -> bool:
        return all(getattr(self, name) in ("", fact) for name, fact in facts.items())


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code and why. Incomplete codes have six digits: a person gives the other four.

    `unit` is empty for a code whose statutory unit is not in our table.
    """

    hs_code: str
    unit: str
    rule: str
    because: str
    because_zh: str

    @property
    def why(self) -> str:
        """As far as the table has it in the reader's language."""
        reads_chinese = (translation.get_language() or "").startswith("zh")
        return self.because_zh if reads_chinese else self.because

    @property
    def is_complete(self) -> bool:
        return len(self.hs_code) == TEN


@cache
def goods_codes() -> dict[str, GoodsCode]:
    """The lines of the tariff that our goods fall under, by ten digits."""
    return {
        row["cn10"]: GoodsCode(
            row["cn10"], row["unit1"], row["name_zh"], row["name_en"]
        )
        for row in _rows("goods_codes.csv")
    }


@cache
def propose(
    *, form_family: str, mineral_family: str, treatment: str, metal: str = "NONE"
) -> Proposal:
    """The code for what the facts say. Families are the glossary's.

    The last rule fits everything, so that there is always an answer.
    """
    rule = next(
        rule
        for rule in _rules()
        if rule.fits(
            metal=metal,
            treatment=treatment,
            form=form_family,
            mineral=mineral_family,
        )
    )
    goods = goods_codes().get(rule.hs)
    unit = goods.unit if goods else ""
    return Proposal(rule.hs, unit, rule.rule, rule.because, rule.because_zh)


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(Rule(**row) for row in _rows("customs_rules.csv"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
