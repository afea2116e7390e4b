"""The glossary in the admin: clerks change words, and what they changed is kept."""

import pytest
from django.urls import reverse

from catalog.glossary.models import ForbiddenWord, Language, Term, TermName
from catalog.glossary.titles import Facts, compose_titles
from donghai.models import StaffMember
from tests.make import make_client, make_glossary, make_staff, make_variant

pytestmark = pytest.mark.django_db


def form_of(term: Term, **changes: str) -> dict[str, object]:
    """What a browser sends when a term's page is saved; names by language."""
    names = list(term.names.order_by("pk"))
    sent: dict[str, object] = {
        "family": term.family,
        "measures": term.measures,
        "implied": term.implied,
        "position": term.position,
        "is_active": "on",
        "names-TOTAL_FORMS": len(names),
        "names-INITIAL_FORMS": len(names),
    }
    for number, named in enumerate(names):
        key = f"names-{number}"
        sent |= {
            f"{key}-id": named.pk,
            f"{key}-term": term.pk,
            f"{key}-language": named.language,
            f"{key}-name": changes.get(named.language, named.name),
            f"{key}-grammar": "\r\n".join(f"{a}={b}" for a, b in named.grammar.items()),
            f"{key}-synonyms": " | ".join(named.synonyms),
        }
    return sent


def test_a_changed_name_reaches_titles_and_is_marked_as_a_persons(
    django_capture_on_commit_callbacks,
):
    make_glossary()
    client = make_client(make_staff())
    agate = Term.objects.get(code="AGATE")
    facts = Facts(mineral="AGATE", form="SPHERE")
    assert compose_titles(facts)["en"] == "Agate sphere"

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("admin:catalog_term_change", args=[agate.pk]),
            form_of(agate, en="fine agate"),
        )

    assert answer.status_code == 302
    assert compose_titles(facts)["en"] == "Fine agate sphere"
    changed = TermName.objects.filter(changed_by_hand=True)
    assert [(name.term.code, name.language) for name in changed] == [("AGATE", "en")]
    assert not Term.objects.filter(changed_by_hand=True).exists()


def test_a_new_term_is_named_in_each_language_on_one_page():
    make_glossary()
    client = make_client(make_staff())
    add = reverse("admin:catalog_term_add")
    sent = {
        "code": "VARISCITE",
        "kind": "MINERAL",
        "family": "OTHER",
        "implied": ["GREEN"],
        "position": "990",
        "is_active": "on",
        "names-TOTAL_FORMS": len(Language.values),
        "names-INITIAL_FORMS": 0,
    }
    for number, language in enumerate(Language.values):
        sent[f"names-{number}-language"] = language
    sent["names-1-name"] = "variscite"
    sent["names-2-name"] = "variscita"
    sent["names-2-grammar"] = "gender = f"
    sent["names-2-synonyms"] = "variscita verde | utahlita"

    page = client.get(add).content.decode()
    answer = client.post(add, sent)

    assert page.count('value="ar" selected') == 1
    assert answer.status_code == 302
    term = Term.objects.get(code="VARISCITE")
    assert term.implied == ["GREEN"]
    assert term.changed_by_hand
    spanish = term.names.get(language="es")
    assert spanish.grammar == {"gender": "f"}
    assert spanish.synonyms == ["variscita verde", "utahlita"]
    assert term.names.count() == 2


def test_grammar_that_is_no_grammar_is_refused_and_changes_nothing():
    make_glossary()
    client = make_client(make_staff())
    agate = Term.objects.get(code="AGATE")
    sent = form_of(agate, en="fine agate") | {"names-1-grammar": "feminine"}

    answer = client.post(reverse("admin:catalog_term_change", args=[agate.pk]), sent)

    assert "name=form" in answer.content.decode()
    assert agate.names.get(language="en").name == "agate"


@pytest.mark.parametrize("duty", StaffMember.Duty)
def test_only_clerks_and_administrators_change_words(duty):
    make_glossary()
    client = make_client(make_staff(duty))
    word = ForbiddenWord.objects.get(pattern="healing")
    address = reverse("admin:catalog_forbiddenword_change", args=[word.pk])
    sent = {
        "language": "en",
        "kind": "HEALING",
        "match": "WORD",
        "pattern": "healing",
        "note": "still forbidden",
        "is_active": "on",
    }

    answer = client.post(address, sent)

    word.refresh_from_db()
    may = duty in (StaffMember.Duty.CLERK, StaffMember.Duty.ADMIN)
    assert answer.status_code == (302 if may else 403)
    assert word.changed_by_hand == may
    assert word.note == ("still forbidden" if may else "")


def test_terms_are_found_by_a_name_in_any_language():
    make_glossary()
    client = make_client(make_staff())

    page = client.get(reverse("admin:catalog_term_changelist"), {"q": "amatista"})

    text = page.content.decode()
    assert "AMETHYST" in text
    assert "CITRINE" not in text


def test_a_gender_german_does_not_have_is_refused_with_those_it_has():
    make_glossary()
    client = make_client(make_staff())
    agate = Term.objects.get(code="AGATE")
    german = agate.names.get(language="de")
    place = list(agate.names.order_by("pk")).index(german)
    address = reverse("admin:catalog_term_change", args=[agate.pk])

    page = client.get(address).content.decode()
    sent = form_of(agate) | {f"names-{place}-grammar": "gender=z"}
    answer = client.post(address, sent)

    assert "gender=m|f|n|p, nominative=…, dative=…" in page
    assert "For instance “Bergkristall”: gender=m" in page
    assert answer.status_code == 200
    assert "“gender=z” cannot be said in Deutsch" in answer.content.decode()
    german.refresh_from_db()
    assert german.grammar == {"gender": "m"}


@pytest.mark.parametrize(
    ("language", "field", "written", "told"),
    [
        ("es", "name", "Amatista", "(AMETHYST)"),
        ("zh-hans", "name", "紫水晶", "(AMETHYST)"),
        ("ja", "name", "アメジスト", "(AMETHYST)"),
        ("en", "synonyms", "agate | clear quartz", "(ROCK_CRYSTAL)"),
        ("en", "name", "<b>agate</b>", "Leave out"),
        ("en", "synonyms", "a>b", "Leave out"),
    ],
)
def test_a_name_of_another_term_or_with_a_tag_is_refused(
    language, field, written, told
):
    make_glossary()
    client = make_client(make_staff())
    agate = Term.objects.get(code="AGATE")
    before = list(agate.names.order_by("pk").values())
    languages = [row["language"] for row in before]
    key = f"names-{languages.index(language)}-{field}"

    answer = client.post(
        reverse("admin:catalog_term_change", args=[agate.pk]),
        form_of(agate) | {key: written},
    )

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert list(agate.names.order_by("pk").values()) == before


def test_every_shipped_term_can_be_saved_as_it_is():
    make_glossary()
    client = make_client(make_staff())

    for code in ("JADEITE", "NEPHRITE", "GLASS", "FOX", "FACETED", "STONE"):
        term = Term.objects.get(code=code)
        address = reverse("admin:catalog_term_change", args=[term.pk])
        assert client.post(address, form_of(term)).status_code == 302


def test_saving_says_how_many_products_follow():
    make_glossary()
    client = make_client(make_staff())
    product = make_variant().product
    term = Term.objects.get(code=product.mineral)

    answer = client.post(
        reverse("admin:catalog_term_change", args=[term.pk]),
        form_of(term),
        follow=True,
    )

    assert "The titles of 1 product follow in some minutes." in answer.content.decode()
