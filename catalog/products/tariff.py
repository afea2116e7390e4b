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
IMITATION = ("7013", "7018", "7117")  # glass, and jewellery that only looks like some


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

    @property
    def why(self) -> str:
        """As far as the table has it in the reader's language."""
        return why(self.rule)

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
    return Proposal(rule.hs, unit, rule.rule)


def may_be(code: str, proposal: Proposal | None) -> bool:
    """Whether a person may declare this code where the rules propose another.

    One of our table, for stone where stone is proposed and for glass where glass is;
    or what completes six proposed digits, which nobody but customs knows.
    """
    if proposal and not proposal.is_complete and code.startswith(proposal.hs_code):
        return len(code) == TEN
    if code not in goods_codes():
        return False
    return proposal is None or (
        code.startswith(IMITATION) == proposal.hs_code.startswith(IMITATION)
    )


def why(name: str) -> str:
    """The reason of a rule by its name, in Chinese or English."""
    rule = next((rule for rule in _rules() if rule.rule == name), None)
    reads_chinese = (translation.get_language() or "").startswith("zh")
    return "" if rule is None else rule.because_zh if reads_chinese else rule.because


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(Rule(**row) for row in _rows("customs_rules.csv"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
