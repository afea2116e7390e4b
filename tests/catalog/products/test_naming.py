"""What the trade says of pieces finds them: the shipped words, families, countries."""

import pytest

from catalog.search.finding import Query, find
from donghai import memory
from tests.catalog.search.pieces import found, list_piece
from tests.make import make_glossary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def glossary():
    make_glossary()
    memory.forget()
    yield
    memory.forget()


@pytest.mark.parametrize(
    "text",
    ["quartz", "crystal", "cristal", "石英", "水晶", "晶", "Quarz", "кварц", "كوارتز"],
)
def test_a_family_of_stone_means_all_its_minerals(text):
    family = [
        list_piece(facets={"mineral": (mineral,)})
        for mineral in ("ROCK_CRYSTAL", "CITRINE", "RUTILATED_QUARTZ")
    ]
    list_piece(facets={"mineral": ("JADEITE",)})
    named = list_piece(
        facets={"mineral": ("JADEITE",)}, texts=("Clear Spring Crystal", "清泉")
    )

    assert found(text) == family[::-1]
    assert found("clear spring crystal") == [named]
    assert found("clear quartz") == family[:1]


@pytest.mark.parametrize(
    ("text", "facet", "value"),
    [
        ("أساور", "form", "BRACELET"),
        ("браслеты", "form", "BRACELET"),
        ("Armbänder", "form", "BRACELET"),
        ("шары", "form", "SPHERE"),
        ("string", "form", "BEAD_STRAND"),
        ("strings of beads", "form", "BEAD_STRAND"),
        ("tumbled stone", "form", "TUMBLED"),
        ("colares", "form", "NECKLACE"),
        ("anneaux", "form", "RING"),
        ("earring", "form", "EARRINGS"),
        ("нагретый", "treatment", "HEATED"),
        ("teñidas", "treatment", "DYED"),
        ("аметиста", "mineral", "AMETHYST"),
        ("العقيق", "mineral", "AGATE"),
        ("孤品", "one_off", "yes"),
        ("one of a kind", "one_off", "yes"),
        ("peça única", "one_off", "yes"),
        ("Brazil", "origin", "BR"),
        ("brasil", "origin", "BR"),
        ("巴西", "origin", "BR"),
        ("Бразилия", "origin", "BR"),
        ("البرازيل", "origin", "BR"),
    ],
)
def test_a_word_of_any_language_is_read_as_its_fact(text, facet, value):
    plain = {"mineral": ("TOPAZ",), "form": ("CUBE",), "one_off": ("no",)}
    wanted = list_piece(facets=plain | {facet: (value,)})
    list_piece(facets=plain | {"origin": ("MG",), "treatment": ("NONE",)})
    list_piece(facets=plain, texts=("Spring House",))
    memory.forget()

    page = find(Query(text=text))

    assert page.product_ids == [wanted]
    assert page.corrected == page.unknown == []


@pytest.mark.parametrize(
    "text",
    [
        *("undyed", "not dyed", "no heat", "unheated", "untreated", "no treatment"),
        *(
            "无优化",
            "未处理",
            "未加热",
            "无染色",
            "sin teñir",
            "no teñida",
            "non teinte",
        ),
        *("ungefärbt", "nicht erhitzt", "não tingida", "без нагрева", "неокрашенный"),
        *("غير مصبوغ", "非加熱", "無処理", "비가열", "무염색"),
    ],
)
def test_what_was_not_done_to_a_stone_finds_the_untreated_alone(text):
    treatments = ("NONE", "HEATED", "DYED")
    untreated, *_treated = [
        list_piece(facets={"mineral": ("AGATE",), "treatment": (treatment,)})
        for treatment in treatments
    ]

    assert found(text) == [untreated]
    assert found(f"{text} agate") == [untreated]
    assert found(f"agate {text}") == [untreated]
