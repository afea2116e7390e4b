"""The shipped words: whole, loaded once, and never put over a person's own."""

import csv
from time import process_time

import pytest
from django.core.management import call_command
from django.template import Context, Template
from django.utils import translation

from catalog.glossary import book
from catalog.glossary.loading import DATA, load_glossary
from catalog.glossary.models import ForbiddenWord, Language, Measure, Term, TermName
from catalog.glossary.titles import Facts, compose_titles
from catalog.models import Treatment
from donghai import memory
from orders.management import market
from tests.make import make_glossary

Kind = Term.Kind


def test_every_term_is_named_in_every_language(glossary):
    for language in Language.values:
        assert set(glossary.words[language]) == set(glossary.terms)


def test_nothing_in_the_files_has_a_stray_space_or_an_unknown_code(glossary):
    names = [phrase.phrase for phrase in glossary.phrases]
    names += [
        form
        for words in glossary.words.values()
        for word in words.values()
        for pair in word.grammar.items()
        for form in pair
    ]

    assert [name for name in names if name != " ".join(name.split()) or not name] == []
    for term in glossary.terms.values():
        assert set(term.measures) <= set(Measure.values)
        assert set(term.implied) <= set(glossary.terms)
        if term.kind in (Kind.MINERAL, Kind.FORM):
            assert term.family in Term.Family.values


def test_words_that_must_agree_have_the_forms_for_it(glossary):
    for code, term in glossary.terms.items():
        words = {
            language: glossary.words[language][code] for language in glossary.words
        }
        if term.kind == Kind.MINERAL or code == "GLASS":
            for language in ("es", "fr", "pt-br", "de", "ru", "ar"):
                assert words[language].grammar["gender"] in ("m", "f", "n")
            assert "genitive" in words["ru"].grammar
            assert "definite" in words["ar"].grammar
        elif term.kind in (Kind.COLOUR, Kind.TREATMENT):
            for language in ("ru", "ar"):
                grammar = words[language].grammar
                assert "after" in grammar or "feminine" in grammar, (code, language)
        if term.kind == Kind.MOTIF:
            assert "genitive" in words["ru"].grammar
        if term.kind == Kind.TREATMENT:
            assert all("sentence" in word.grammar for word in words.values())


def test_the_catalogue_is_large_enough_for_the_market(glossary):
    counts = {
        kind: sum(term.kind == kind for term in glossary.terms.values())
        for kind in Kind
    }

    assert counts[Kind.MINERAL] >= 60
    assert counts[Kind.FORM] >= 30
    assert counts[Kind.TREATMENT] == 9
    assert counts[Kind.COLOUR] >= 30
    assert counts[Kind.MOTIF] >= 45


def test_every_code_that_products_have_is_a_term(glossary):
    for kind, known in ((Kind.MINERAL, market.MINERALS), (Kind.FORM, market.FORMS)):
        assert {glossary.terms[code].kind for code in known} == {kind}
    treatments = {
        code for code, term in glossary.terms.items() if term.kind == Kind.TREATMENT
    }
    assert treatments == set(Treatment.values)


def test_a_name_falls_back_to_its_nearest_language_then_english(glossary):
    assert book.name("AMETHYST", "es-mx") == "amatista"
    assert book.name("AMETHYST", "pt") == "ametista"
    assert book.name("AMETHYST", "zh-cn") == "紫水晶"
    assert book.name("AMETHYST", "nl") == "amethyst"
    assert book.name("UNHEARD_OF", "en") == "UNHEARD_OF"


def test_choices_leave_out_what_is_not_offered_and_keep_the_order(glossary):
    minerals = book.choices(Kind.MINERAL, "es")

    assert minerals[:2] == [
        ("ROCK_CRYSTAL", "cristal de roca"),
        ("AMETHYST", "amatista"),
    ]
    assert "STONE" not in dict(minerals)


def test_the_search_is_told_every_name_and_synonym_with_its_language(glossary):
    said = {
        (one.code, one.language, one.phrase, one.is_synonym) for one in book.names()
    }

    assert ("AMETHYST", "zh-hans", "紫水晶", False) in said
    assert ("AMETHYST", "zh-hans", "紫晶", True) in said
    assert ("BRACELET", "zh-hans", "手串", True) in said
    assert ("BRACELET", "es", "pulsera de piedras", True) in said


def test_a_template_calls_a_code_by_its_name_in_the_readers_language(glossary):
    page = Template("{% load glossary %}{{ code|term }}")

    with translation.override("zh-hans"):
        assert page.render(Context({"code": "AMETHYST"})) == "紫水晶"


@pytest.mark.django_db
def test_loading_again_writes_nothing_and_the_command_says_so(capsys):
    Term.objects.all().delete()
    ForbiddenWord.objects.all().delete()
    began = process_time()
    first = load_glossary()
    took = process_time() - began

    assert first == Term.objects.count() + TermName.objects.count() + (
        ForbiddenWord.objects.count()
    )
    assert load_glossary() == 0
    call_command("load_glossary")
    assert capsys.readouterr().out == "0 terms, names and forbidden words written\n"
    assert took < 2  # seconds of CPU; 0.15 measured


@pytest.mark.django_db
def test_loading_takes_few_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        load_glossary()


@pytest.mark.django_db
def test_what_a_person_changed_outlives_the_next_loading():
    make_glossary()
    amethyst = Term.objects.get(code="AMETHYST")
    mine = amethyst.names.filter(language="es")
    mine.update(name="amatista fina", changed_by_hand=True)
    old = amethyst.names.filter(language="fr")
    old.update(name="amethyste")
    ForbiddenWord.objects.filter(pattern="healing").update(
        is_active=False, changed_by_hand=True
    )
    Term.objects.filter(code="TOPAZ").update(is_active=False, changed_by_hand=True)

    assert load_glossary() == 1

    assert mine.get().name == "amatista fina"
    assert old.get().name == "améthyste"
    assert not ForbiddenWord.objects.get(pattern="healing").is_active
    assert not Term.objects.get(code="TOPAZ").is_active


def test_titles_follow_the_rows_once_the_old_ones_are_forgotten(glossary):
    facts = Facts(mineral="AMETHYST", form="BRACELET")
    amethyst = Term.objects.get(code="AMETHYST")
    amethyst.names.filter(language="es").update(name="cuarzo")

    memory.forget()

    assert compose_titles(facts)["es"] == "Pulsera de cuarzo"
    memory.forget()


def test_the_files_are_sorted_by_term_and_hold_no_row_twice():
    with (DATA / "names.csv").open(newline="", encoding="utf-8") as file:
        keys = [(row["term"], row["language"]) for row in csv.DictReader(file)]

    assert len(keys) == len(set(keys))
