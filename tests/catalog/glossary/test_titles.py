"""Titles from facts: what a native speaker of each language expects to read."""

import csv
import re
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.glossary.forbidden import find_forbidden
from catalog.glossary.loading import DATA
from catalog.glossary.models import Language
from catalog.glossary.titles import Facts, compose_descriptions, compose_titles
from catalog.glossary.tongues import TONGUES

GOLDEN = Path(__file__).parent / "titles.csv"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def codes(kind: str) -> list[str]:
    return [row["code"] for row in read(DATA / "terms.csv") if row["kind"] == kind]


def facts_of(written: str) -> Facts:
    """`mineral=AGATE bead_mm=8` as facts."""
    facts: dict[str, Any] = {}
    for pair in written.split():
        key, value = pair.split("=")
        sized = key.endswith(("_mm", "_g"))
        facts[key] = Decimal(value) if sized else value
    if "pieces" in facts:
        facts["pieces"] = int(facts["pieces"])
    return Facts(**facts)


def test_facts_make_the_titles_that_were_read_and_approved(glossary):
    rows = read(GOLDEN)

    composed = [
        {"facts": row["facts"], **compose_titles(facts_of(row["facts"]))}
        for row in rows
    ]

    assert len(rows) >= 25
    assert composed == rows


def test_a_description_says_what_it_is_its_treatment_its_sizes_and_where_from(glossary):
    described = compose_descriptions(
        facts_of(
            "mineral=AGATE form=BRACELET treatment=DYED colour=BLUE origin=BR "
            "bead_mm=8 wrist_mm=160 weight_g=25.50"
        )
    )

    assert described["en"] == (
        "Dyed blue agate bracelet. The stone has been dyed. "
        "Bead 8 mm, wrist 16 cm, weight 25.5 g. "
        "Origin of the raw stone: Brazil; worked in Donghai, China."
    )
    assert described["de"] == (
        "Armband aus gefärbtem blauem Achat. Der Stein wurde gefärbt. "
        "Perle 8 mm, Handgelenkumfang 16 cm, Gewicht 25,5 g. "
        "Herkunft des Rohsteins: Brasilien; bearbeitet in Donghai, China."
    )
    assert described["zh-hans"] == (
        "染色蓝玛瑙手链。宝石经染色处理。珠径 8毫米，手围 16厘米，净重 25.5克。"
        "原石产地：巴西；中国东海加工。"
    )


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("mineral=AMETHYST form=GEODE origin=UY", "worked in"),
        ("mineral=AMETHYST form=BRACELET treatment=GLASS origin=UY", "Uruguay"),
        ("mineral=AMETHYST form=RING treatment=SYNTHETIC origin=UY", "Uruguay"),
    ],
    ids=["rough is not worked", "glass has no raw stone", "nor has the lab's"],
)
def test_a_description_says_nothing_that_is_not_so(glossary, written, sentence):
    assert sentence not in compose_descriptions(facts_of(written))["en"]


def test_glass_is_never_called_by_a_stones_name(glossary):
    minerals = {row["code"] for row in read(DATA / "terms.csv")} & set(
        codes("MINERAL")
    ) - {"STONE"}

    for mineral in minerals:
        facts = Facts(mineral=mineral, form="SPHERE", treatment="GLASS")
        for language, title in compose_titles(facts).items():
            plain = compose_titles(Facts(form="SPHERE", treatment="GLASS"))[language]
            assert title == plain


def test_every_treatment_but_none_is_said_in_every_language(glossary):
    plain = compose_titles(Facts(mineral="AGATE", form="BRACELET"))
    for treatment in codes("TREATMENT"):
        titles = compose_titles(
            Facts(mineral="AGATE", form="BRACELET", treatment=treatment)
        )
        for language, title in titles.items():
            assert (title == plain[language]) == (treatment == "NONE"), title


def test_a_code_that_nobody_has_named_stands_for_itself(glossary):
    titles = compose_titles(Facts(mineral="NEW_STONE", form="BRACELET"))

    assert titles["en"] == "NEW_STONE bracelet"
    assert titles["ru"] == "Браслет из NEW_STONE"


SIZES = st.none() | st.decimals("0.1", "3000", places=2)
FACTS = st.builds(
    Facts,
    mineral=st.sampled_from(["", *codes("MINERAL")]),
    form=st.sampled_from(["", *codes("FORM")]),
    treatment=st.sampled_from(["", *codes("TREATMENT")]),
    colour=st.sampled_from(["", *codes("COLOUR")]),
    motif=st.sampled_from(["", *codes("MOTIF")]),
    origin=st.sampled_from(["", "BR", "UY", "CN", "MG", "ZZ", "XX"]),
    weight_g=SIZES,
    bead_mm=SIZES,
    wrist_mm=SIZES,
    length_mm=SIZES,
    width_mm=SIZES,
    height_mm=SIZES,
    diameter_mm=SIZES,
    pieces=st.none() | st.integers(1, 500),
)


@given(facts=FACTS)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_facts_make_whole_sentences_in_every_language(glossary, facts):
    titles, described = compose_titles(facts), compose_descriptions(facts)

    assert list(titles) == list(described) == list(TONGUES) == Language.values
    for language in Language.values:
        for text in (titles[language], described[language]):
            assert text == text.strip()
            assert len(text) > 0
            assert not re.search(r"  |None|[{}_]|\.\.|,,| [,.]|E\+", text), text
            assert unicodedata.is_normalized("NFC", text)
            assert find_forbidden(text, language, facts.treatment) == [], text
        assert 1 <= len(re.findall(r"[.。]( |$)|。", described[language])) <= 5


LATIN = re.compile(r"[A-Za-z]{4,}")


@given(facts=FACTS)
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_language_borrows_english_words(glossary, facts):
    titles = compose_titles(facts)

    for language in ("zh-hans", "ru", "ar", "ja", "ko"):
        assert not LATIN.search(titles[language]), titles[language]
