"""Words of sheets become codes, and what isn't done is never read as done."""

import pytest

from catalog.sheets.vocabulary import Vocabulary
from tests.make import make_glossary

pytestmark = pytest.mark.django_db


@pytest.fixture
def vocabulary() -> Vocabulary:
    make_glossary()
    return Vocabulary()


@pytest.mark.parametrize(
    "said",
    [
        *("无优化", "未优化", "未处理", "无处理", "未经处理", "未經優化", "天然无优化"),
        *("Untreated", "no treatment", "not treated", "unenhanced"),
        *("sin tratamiento", "sin tratar", "non traité", "unbehandelt"),
        *("sem tratamento", "без обработки", "無処理", "未処理", "무처리"),
        *("بدون معالجة", "غير معالج"),
    ],
)
def test_treatment_that_is_denied_is_none(vocabulary, said):
    assert vocabulary.code("treatment", said) == "NONE"


@pytest.mark.parametrize(
    "said",
    [
        *("无优化的", "未作优化", "没优化过", "不染色", "非电镀", "天然未镀"),
        *("not dyed at all", "uncoated", "non chauffé au four", "nicht erhitzt!"),
        *("sin calentado", "não aquecido", "без термообработанный", "не окрашенный"),
        *("非加熱処理", "무열처리", "غير مصبوغ"),
    ],
)
def test_a_denied_treatment_is_never_proposed(vocabulary, said):
    assert vocabulary.code("treatment", said) is None
    assert vocabulary.likest("treatment", said) == ""


def test_a_denied_list_of_treatments_names_none_as_the_gravest(vocabulary):
    assert vocabulary.treatments("加热、镀膜") == ["COATED", "HEATED"]
    assert vocabulary.treatments("无加热、染色、镀膜") == []


@pytest.mark.parametrize("said", ["undyed", "未加热", "非加熱", "unerhitzt", "no heat"])
def test_who_denies_one_treatment_is_asked_about_the_others(vocabulary, said):
    assert vocabulary.code("treatment", said) is None
    assert vocabulary.likest("treatment", said) == ""


def test_a_slip_in_a_treatment_still_has_the_word_that_was_meant(vocabulary):
    assert vocabulary.likest("treatment", "heatd") == "heated"
    assert vocabulary.likest("treatment", "经热处理") == "热处理"
