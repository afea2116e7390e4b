"""What countries are called, and in which order they are offered."""

import pytest

from donghai import countries


def test_every_country_has_a_name_in_english_and_chinese():
    for language in ("en", "zh-hans"):
        named = countries.names(language)
        assert [code for code, name in named.items() if code == name] == []
    assert "CQ" not in countries.codes()


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "中国台湾"), ("en", "Taiwan, China")]
)
def test_taiwan_is_named_in_the_way_of_hong_kong_and_macao(language, name):
    assert countries.names(language)["TW"] == name


def test_countries_stand_as_the_reader_sorts_them():
    chinese = [name for _, name in countries.choices("zh-hans", first=("CN",))]
    german = [name for _, name in countries.choices("de")]

    some = ["中国", "阿富汗", "巴西", "德国", "法国", "美国", "南非", "印度", "智利"]
    assert [name for name in chinese if name in some] == some
    assert german.index("Ägypten") < german.index("Bolivien")
