"""What a clerk may forbid: words, and none that goods are called by."""

import pytest
from django.urls import reverse

from catalog.glossary import forbidding
from catalog.glossary.models import ForbiddenWord
from tests.make import make_client, make_glossary, make_staff

pytestmark = pytest.mark.django_db
ADD = "admin:catalog_forbiddenword_add"


def facts(pattern, **others):
    return {
        "language": "en",
        "kind": "CLAIM",
        "match": "WORD",
        "pattern": pattern,
        "is_active": "on",
    } | others


@pytest.mark.parametrize(
    ("pattern", "others", "told"),
    [
        ("(", {}, "no letter"),
        ("99 %", {}, "no letter"),
        ("a", {}, "three letters"),
        ("a.b", {"match": "ANYWHERE"}, "three letters"),
        ("да", {"language": "ru"}, "three letters"),
        ("γη", {"language": "*"}, "three letters"),
        ("水", {"language": "zh-hans", "match": "ANYWHERE"}, "two signs"),
        ("石", {"language": "*", "match": "ANYWHERE"}, "two signs"),
        ("돌", {"language": "ko", "match": "ANYWHERE"}, "two signs"),
        ("amethyst", {}, "Amethyst (AMETHYST)"),
        ("ＡＭＥＴＨＹＳＴ", {"language": "*"}, "(AMETHYST)"),
        ("Amatista", {"language": "en"}, "(AMETHYST)"),
        ("amet", {"match": "STEM"}, "(AMETHYST)"),
        ("crystal", {}, "(ROCK_CRYSTAL)"),
        ("аметиста", {"language": "ru"}, "(AMETHYST)"),
        ("水晶", {"language": "zh-hans", "match": "ANYWHERE"}, "水晶"),
        ("amethyst", {"kind": "VAGUE"}, "(AMETHYST)"),
        ("amethyst", {"kind": "NATURAL"}, "(AMETHYST)"),
    ],
)
def test_what_would_be_found_nearly_everywhere_is_not_forbidden(pattern, others, told):
    make_glossary()
    before = ForbiddenWord.objects.count()

    sent = facts(pattern, **others)
    answer = make_client(make_staff()).post(reverse(ADD), sent)

    errors = answer.context["adminform"].form.errors
    assert list(errors) == ["pattern"]
    assert told.lower() in errors["pattern"][0].lower()
    assert ForbiddenWord.objects.count() == before


@pytest.mark.parametrize(
    ("pattern", "others"),
    [
        ("abracadabra", {}),
        ("spa", {}),
        ("crystal healer", {}),
        ("水疗", {"language": "zh-hans", "match": "ANYWHERE"}),
        ("A货", {"language": "zh-hans", "match": "ANYWHERE"}),
    ],
)
def test_a_word_that_goods_are_not_called_by_is_forbidden(pattern, others):
    make_glossary()

    answer = make_client(make_staff()).post(reverse(ADD), facts(pattern, **others))

    assert answer.status_code == 302, answer.context["errors"]
    assert ForbiddenWord.objects.filter(pattern=pattern).exists()


def test_a_word_that_should_not_be_there_can_be_switched_off():
    make_glossary()
    word = ForbiddenWord.objects.create(**facts("a", is_active=True))
    address = reverse("admin:catalog_forbiddenword_change", args=[word.pk])

    answer = make_client(make_staff()).post(address, facts("a", is_active=""))

    assert answer.status_code == 302, answer.context["errors"]
    word.refresh_from_db()
    assert not word.is_active


def test_every_shipped_word_may_be_forbidden():
    make_glossary()

    words = ForbiddenWord.objects.all()
    wrong = {word.pattern: said for word in words if (said := forbidding.fault(word))}

    assert wrong == {}
