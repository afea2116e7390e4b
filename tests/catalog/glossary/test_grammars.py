"""What may be said of words, and that nothing else can spoil a title."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.glossary import grammars
from catalog.glossary.loading import DATA, _name
from catalog.glossary.models import Language, Term, TermName
from catalog.glossary.titles import Facts, compose_descriptions, compose_titles
from donghai import memory

FACTS = (
    Facts(mineral="AGATE", form="SPHERE", treatment="DYED", colour="BLUE"),
    Facts(mineral="AGATE", form="CARVING", motif="FOX"),
    Facts(mineral="AGATE", form="FACETED", colour="BLUE"),
    Facts(mineral="AGATE"),
    Facts(form="FIGURINE", motif="FOX", treatment="GLASS"),
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_all_that_the_shipped_words_say_can_be_said():
    kinds = {row["code"]: row["kind"] for row in rows("terms.csv")}

    for row in rows("names.csv"):
        written = _name(row, 1).grammar
        assert grammars.fault(row["language"], kinds[row["term"]], written) == ""


@pytest.mark.parametrize(
    ("language", "kind", "written", "told"),
    [
        ("de", "MINERAL", {"gender": "z"}, "gender=m|f|n|p"),
        ("de", "MINERAL", {"gender": "m", "genus": "m"}, "genus=m"),
        ("es", "MINERAL", {}, "needs “gender”"),
        ("es", "MINERAL", {"gender": "n"}, "gender=m|f"),
        ("ru", "MINERAL", {"gender": "f"}, "needs “genitive”"),
        ("fr", "MINERAL", {"gender": "f", "elides": "oui"}, "elides=yes|no"),
        ("es", "COLOUR", {"after": "no"}, "after=yes"),
        ("en", "MINERAL", {"gender": "f"}, "Leave this empty"),
    ],
)
def test_what_a_language_does_not_know_is_refused_with_what_it_does(
    language, kind, written, told
):
    assert told in grammars.fault(language, kind, written)


@given(
    st.sampled_from(Language.values),
    st.sampled_from(Term.Kind.values),
    st.dictionaries(
        st.sampled_from(["gender", "after", "link", "carved", "adjective", "x"]),
        st.sampled_from([None, 3, "", "m", "z", "yes", ["m"]]),
    ),
)
def test_only_text_with_values_that_are_known_is_understood(language, kind, written):
    can = grammars.uses(language, kind)

    for key, form in grammars.understood(language, kind, written).items():
        assert isinstance(form, str)
        assert form in (can[key] or (form,))


@pytest.mark.parametrize(
    "bad", [{"gender": "z", "dative": 3, "adjective": None}, ["gender"], "m", 7]
)
def test_wrong_grammar_that_is_there_already_takes_no_title_down(glossary, bad):
    plain = {"en": "Agate sphere", "de": "Kugel aus gefärbtem blauem Achat"}
    TermName.objects.update(grammar=bad)
    memory.forget()

    try:
        for facts in FACTS:
            assert all(compose_titles(facts).values())
            assert all(compose_descriptions(facts).values())
        titles = compose_titles(FACTS[0])
    finally:
        memory.forget()

    assert plain["de"] == titles["de"]
