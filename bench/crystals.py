"""A market of pieces by the hundred thousand, as skewed as a real one, for search.

A few minerals and forms make up most of it. Rows are made as the service makes them and
go into search's own tables; there are no products behind them.
"""

import csv
import io
import multiprocessing
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from catalog.search import lexicon, services
from catalog.search.documents import Document, Row, row_of
from donghai import memory

MERCHANTS = 7000
COINED = 4000  # words of series and makers
NAMED_BY_HAND = 0.4  # of all titles; the others are made of the facts
PROCESSES, AT_ONCE = 2, 20_000
TABLES = [f"catalog_search{name}" for name in ("row", "sku", "word", "fact")]

LANGUAGES = ("en", "zh-hans", "es")
COLOURS, ORIGINS = 12, 20
TREATMENTS = (*["NONE"] * 6, "HEATED", "DYED", "FILLED", "IRRADIATED")
SIZES = ("4", "6", "8", "10", "12", "14", "16")
SYLLABLES = ["".join(pair) for pair in product("bdfgklmnrstvz", ("a", "el", "i", "or"))]
SIGNS = "幸运星河月光晨曦云海灵山清风明珠玉泉金沙雪莲秋水春晓福禄寿喜安康"


def _named(facet: str) -> list[tuple[str, ...]]:
    """What its values are called, in the order of LANGUAGES; frequent ones first."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["facet"] == facet]
    return [tuple(row[language] for language in LANGUAGES) for row in rows]


NAMED = {facet: _named(facet) for facet in ("mineral", "form")}


def names() -> Iterator[lexicon.Name]:
    """The glossary of this market."""
    for facet, things in NAMED.items():
        for number, phrases in enumerate(things):
            for language, phrase in zip(LANGUAGES, phrases, strict=True):
                yield facet, code(facet, number), language, phrase


def code(facet: str, number: int) -> str:
    return NAMED[facet][number][0].upper().replace(" ", "_").replace("'", "")


class Market:
    """Pieces by number, always the same ones."""

    def __init__(self, seed: int = 7) -> None:
        chance = random.Random(seed)
        coined = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(COINED)]
        self.words = list(dict.fromkeys(coined))
        self.signs = ["".join(chance.choices(SIGNS, k=2)) for _ in range(300)]
        self.merchants = [
            (
                " ".join(chance.choices(self.words, k=2)),
                "".join(chance.choices(SIGNS, k=3)),
            )
            for _ in range(MERCHANTS)
        ]
        self.weights = {
            "mineral": _zipf(len(NAMED["mineral"])),
            "form": _zipf(len(NAMED["form"])),
            "word": _zipf(len(self.words)),
            "merchant": _zipf(MERCHANTS, 0.5),
        }

    def piece(self, number: int) -> Document:
        chance = random.Random(number)
        mineral, form = self._of(chance, "mineral"), self._of(chance, "form")
        merchant = self._of(chance, "merchant")
        facets = {
            "mineral": (code("mineral", mineral),),
            "form": (code("form", form),),
            "colour": (f"C{(mineral + chance.choice((0, 0, 0, 1, 5))) % COLOURS}",),
            "treatment": (chance.choice(TREATMENTS),),
            "origin": (f"O{(mineral * 3 + chance.choice((0, 0, 1, 2))) % ORIGINS}",),
            "one_off": (chance.choice(("no", "no", "no", "no", "no", "yes")),),
        }
        if form % 2 == 0:
            facets["size"] = (chance.choice(SIZES),)
        word = signs = ""
        if chance.random() < NAMED_BY_HAND:
            word = f" {self.words[self._of(chance, 'word')]}"
            signs = chance.choice(self.signs)
        en, zh, es = map(
            " ".join, zip(NAMED["mineral"][mineral], NAMED["form"][form], strict=True)
        )
        return Document(
            product_id=number,
            merchant_id=merchant + 1,
            is_public=number % 50 != 0,
            facets=facets,
            price_minor=int(chance.lognormvariate(8.7, 1.2)) + 1,
            texts=(
                f"{en}{word}",
                f"{zh}{signs}",
                f"{es}{word}",
                *self.merchants[merchant],
            ),
            skus=(f"DH{merchant:04}-{number:07}",),
        )

    def _of(self, chance: random.Random, kind: str) -> int:
        return chance.choices(
            range(len(self.weights[kind])), cum_weights=self.weights[kind]
        )[0]


def fill(count: int) -> None:
    """Empty search's tables and write so many pieces; indexes are made afterwards."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context, get_ready) as pool, _bare() as cursor:
        firsts = range(1, count + 1, AT_ONCE)
        for part in pool.map(prepared, firsts, [count] * len(firsts)):
            services._learn_facts(part.facts)
            services._learn_words(part.words)
            cursor.copy_expert(
                "COPY catalog_searchrow FROM STDIN", io.StringIO(part.rows)
            )
            skus = "COPY catalog_searchsku (product_id, sku) FROM STDIN"
            cursor.copy_expert(skus, io.StringIO(part.skus))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


@contextmanager
def _bare() -> Iterator[Any]:
    """The tables empty, without indexes and keys to products; they come back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # there are no products
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " AND indexname NOT LIKE '%%_pkey'",
            [TABLES[0]],
        )
        indexes = cursor.fetchall()
        cursor.execute("".join(f"DROP INDEX {name};" for name, _ in indexes))
        yield cursor
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")


@dataclass(frozen=True, slots=True)
class Part:
    """Some pieces, ready to be copied."""

    rows: str
    skus: str
    facts: set[lexicon.Fact]
    words: set[str]


def get_ready() -> None:
    """In each process, once."""
    import django

    django.setup()
    read_these_names()


def read_these_names() -> None:
    settings.SEARCH_NAMES = "bench.crystals.names"
    memory.forget()


def prepared(first: int, last: int) -> Part:
    words, market = lexicon.current(), _market()
    numbers = range(first, min(first + AT_ONCE, last + 1))
    rows = [row_of(market.piece(number), words) for number in numbers]
    return Part(
        "".join(map(_line, rows)),
        "".join(f"{row.document.product_id}\t{s}\n" for row in rows for s in row.skus),
        {fact for row in rows for fact in row.facts},
        {word for row in rows for word in row.words},
    )


@cache
def _market() -> Market:
    return Market()


def _line(row: Row) -> str:
    """In the order of the columns."""
    chance = random.Random(-row.document.product_id)
    sold = 0 if chance.random() < 0.6 else int(chance.paretovariate(0.8))
    tokens = " ".join(f"'{token}'" for token in row.tokens)
    fields = (
        row.document.product_id,
        row.document.merchant_id,
        row.document.price_minor,
        min(sold, 10**6),
        row.code("mineral"),
        row.code("form"),
        row.signature,
        "t" if row.document.is_public else "f",
        "t" if chance.random() < 0.85 else "f",
        "\\\\x" + row.packed.hex(),
        tokens,
    )
    return "\t".join(map(str, fields)) + "\n"


def _zipf(count: int, power: float = 1.0) -> list[float]:
    """Weights added up, for `random.choices`."""
    return list(accumulate(1 / (rank + 1) ** power for rank in range(count)))
