"""Customs' own code tables: countries, currencies, units, districts, goods.

The tables are of 2018 and of a few lines of goods: an administrator renews them before
live use. A number means different things by table (303 is the pound and the United
Kingdom), so every look-up names its table.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.products import tariff

DATA = Path(__file__).parent / "data"
KILOGRAM, GRAM, CARAT = "035", "036", "084"
PIECE = "011"


@dataclass(frozen=True, slots=True)
class Code:
    """One row: the number, the letters that ordinary declarations use, the names."""

    code: str
    iso: str
    letters: str
    name_zh: str
    name_en: str


@cache
def table(name: str) -> dict[str, Code]:
    """All codes of one table by number."""
    with (DATA / "cn_customs_codes.csv").open(encoding="utf-8") as file:
        return {
            row["code"]: Code(
                row["code"], row["iso"], row["letters"], row["name_zh"], row["name_en"]
            )
            for row in csv.DictReader(file)
            if row["table"] == name
        }


@cache
def by_iso(name: str) -> dict[str, Code]:
    """Countries or currencies by the code the rest of the program uses."""
    return {code.iso: code for code in table(name).values() if code.iso}


@cache
def statutory_units() -> dict[str, str]:
    """The unit in which customs counts each ten-digit goods code."""
    return {code: goods.unit for code, goods in tariff.goods_codes().items()}
