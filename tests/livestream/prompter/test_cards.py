"""Phrase cards: complete, sayable, lawful and true in ten languages."""

import csv
from decimal import Decimal
from itertools import product

import pytest

from catalog.glossary.forbidden import find_forbidden
from catalog.glossary.loading import DATA
from catalog.glossary.titles import Facts
from donghai.money import Money
from hosts.models import Language
from livestream.prompter.cards import (
    CASES,
    PLACE,
    Topic,
    answer,
    cards,
    faults,
    places,
)
from livestream.prompter.knowing import (
    Door,
    Evening,
    Piece,
    cared_for,
    cases_of,
    words_of,
)
from livestream.prompter.paging import prompt

STOPS = tuple(".!?。！？؟…：」”")
EVENING = Evening("Lin Yu", "MX")


def codes(kind):
    with (DATA / "terms.csv").open(encoding="utf-8", newline="") as file:
        found = csv.DictReader(file)
        return [row["code"] for row in found if row["kind"] == kind]


def piece(**said):
    facts = {
        "mineral": "AMETHYST",
        "form": "BRACELET",
        "treatment": "NONE",
        "colour": "VIOLET",
        "origin": "UY",
        "bead_mm": Decimal("8.0"),
        "wrist_mm": Decimal(160),
        "weight_g": Decimal("25.50"),
    }
    facts |= {key: said.pop(key) for key in list(said) if key in Facts.__slots__}
    known = {
        "price": Money.of(41, "MXN"),
        "left": 3,
        "merchant": "Crystal Hall",
        "artisan": ("Wang Li", "王丽"),
        "door": Door(Money.of("52.50", "MXN"), is_estimate=False, days=(10, 20)),
    }
    return Piece(Facts(**facts), **known | said)


def said(key, language, of):
    words = words_of(of, EVENING, language)
    return answer(cards()[key], language, cases_of(of), words)


def test_the_shipped_cards_are_whole_in_every_language():
    assert list(faults()) == []
    assert len(cards()) >= 200
    assert {card.topic for card in cards().values()} == set(Topic.values)


def test_every_mineral_of_the_glossary_is_known_to_hardness_water_and_sun():
    assert set(cared_for()) == set(codes("MINERAL")) - {"STONE"}
    for found in cared_for().values():
        assert all(
            (one,) in CASES[by]
            for by, one in zip(("hardness", "water", "sun"), found, strict=True)
        )


def test_every_case_of_every_card_is_whole_and_lawful_in_every_language(glossary):
    """Whatever the treatment it may be said of: "natural" only of untreated stone."""
    for language in Language.values:
        words = {
            code: words_of(piece(treatment=code, form=form), EVENING, language)
            for code, form in product(codes("TREATMENT"), ("BRACELET", "RING"))
        }
        for card in cards().values():
            for case, text in card.texts[language].answers.items():
                for code in treatments_of(card.by, case):
                    filled = PLACE.sub(lambda x, w=words[code]: w.get(x[1], "1"), text)
                    found = find_forbidden(filled, language, code)
                    assert found == [], f"{language} {card.key} {case}: {filled}"
                    assert filled.endswith(STOPS), filled
                    assert "  " not in filled and "{" not in filled, filled
                    assert ".." not in filled.replace("...", ""), filled


def treatments_of(by, case):
    """Those a text may be said of; where the treatment decides nothing, all."""
    if by != "treatment":
        return ["DYED"]
    held = [chain[0] for chain in CASES[by] if case in chain]
    return [code for code in held if code != "UNKNOWN"]


def test_a_card_is_never_untrue_of_the_piece(glossary):
    dyed = piece(treatment="DYED", mineral="AGATE")
    glass = piece(treatment="GLASS")
    unknown = Piece(Facts(mineral="AGATE"), Money.of(41, "MXN"), left=0)

    assert said("dyed", "en", dyed).startswith("Yes, it's dyed")
    assert said("heated", "en", dyed) == (
        "What its record says is this: The stone has been dyed."
    )
    assert "natural" in said("real", "en", piece())
    assert "natural" not in said("real", "en", dyed)
    assert "amethyst" not in said("what_piece", "en", glass)
    assert said("water", "en", dyed).startswith("Better keep it away from water")
    wait = "One moment, I'll check that for you."
    for key in ("origin", "treated", "wrist", "weight", "seller", "how_long", "colour"):
        assert said(key, "en", unknown) == wait
    assert said("left", "en", unknown).startswith("None free right now")
    assert said("tax", "en", unknown).startswith("Tax and duty are added up")
    assert "isn't recorded" in said("maker", "en", unknown)


def test_numbers_and_money_are_said_as_each_language_says_them(glossary):
    assert said("bead", "es", piece()) == "Cada cuenta mide 8 milímetros."
    assert said("weight", "ru", piece()) == "Вес: 25,5 грамма."
    assert said("wrist", "zh-hans", piece()) == "适合手围16厘米。"
    assert said("price", "de", piece()).startswith(
        "Das Stück kostet 41 Mexikanische Pesos."
    )
    assert said("total", "fr", piece()).startswith(
        "Tout compris, Mexique : 52,50 pesos mexicains"
    )
    assert said("hold", "ar", piece()).startswith("مدة الدفع 10 دقائق")
    slab = piece(
        form="SLAB",
        length_mm=Decimal(240),
        width_mm=Decimal(120),
        height_mm=Decimal("9.5"),
    )
    assert said("size", "pt-br", slab) == "A medida dela: 24 × 12 × 0,95 centímetros."


@pytest.mark.parametrize("language", Language.values)
def test_the_prompter_speaks_whole_sentences_of_every_form_and_treatment(
    glossary, language
):
    for form, treatment in product(codes("FORM"), codes("TREATMENT")):
        one = piece(
            form=form, treatment=treatment, mineral="AGATE", height_mm=Decimal(30)
        )
        shown = prompt(one, EVENING, language, {})
        assert 5 <= len(shown.pages) <= 6
        assert 3 <= len(shown.likely) <= 6
        for page in shown.pages:
            for text in (page.spoken, page.chinese):
                assert text.endswith(STOPS), text
                assert not PLACE.search(text) and "None" not in text
        first = shown.pages[0].spoken
        assert first.isupper() or first[0] == first[0].upper()
        assert find_forbidden(first, language, treatment) == [], first


def test_the_prompter_leaves_out_what_nobody_knows(glossary):
    bare = Piece(Facts(mineral="QUARTZ_X"), Money.of(41, "MXN"), left=1)

    shown = prompt(bare, EVENING, "en", {})

    assert [page.spoken for page in shown.pages] == [
        "In my hand: QUARTZ_X.",
        "Just one left. The piece costs 41 Mexican pesos. "
        "On your screen you see it with everything to your door.",
    ]
    assert prompt(None, EVENING, "en", {}).pages == ()


def test_likely_questions_follow_the_facts_and_what_was_asked_before(glossary):
    used = {"closer": 9, "mine": 7, "hello": 99}

    shown = prompt(piece(treatment="HEATED"), EVENING, "en", used)

    assert shown.likely == ("heated", "fits", "origin", "tax", "closer", "mine")


def test_a_place_is_filled_only_where_its_fact_decides():
    assert "origin" in places("origin", "KNOWN")
    assert "origin" not in places("", "")
    assert "artisan" not in places("artisan", "UNKNOWN")
