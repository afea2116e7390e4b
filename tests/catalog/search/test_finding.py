"""What people type, in any language and spelling, finds the pieces they mean."""

import pytest

from catalog.search.finding import Query, find
from tests.catalog.search.pieces import found, list_piece
from tests.make import make_merchant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "amethyst",
        "AMETHYST",
        "ａｍｅｔｈｙｓｔ",
        "Améthyste",
        "amatista",
        "аметист",
        "АМЕТИСТ",
        "جَمَشْت",
        "紫水晶",
        "紫晶",
        "アメジスト",
        "ｱﾒｼﾞｽﾄ",
        "자수정",
        "amethysts",
    ],
)
def test_a_mineral_is_found_by_its_name_in_any_language_and_writing(text):
    amethyst = list_piece()
    list_piece(facets={"mineral": ("CITRINE",)})

    page = find(Query(text=text))

    assert page.product_ids == [amethyst]
    assert page.corrected == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("amethist", [("amethist", "amethyst")]),
        ("amethist braclet", [("amethist", "amethyst"), ("braclet", "bracelet")]),
        ("amatitsa", [("amatitsa", "amatista")]),
        ("аметст браслет", [("аметст", "аметист")]),
        ("браслет аметисд", [("аметисд", "аметист")]),
        ("紫水精", [("紫水精", "紫水晶")]),
        ("紫水精手链", [("紫水精", "紫水晶")]),
        ("紫水手链", []),
    ],
)
def test_what_is_mistyped_is_read_as_the_nearest_word_and_said(text, read):
    amethyst = list_piece()
    list_piece(facets={"mineral": ("CITRINE",)})

    page = find(Query(text=text))

    assert page.product_ids == [amethyst]
    assert page.corrected == read
    assert page.unknown == []


def test_a_phrase_of_several_words_is_mended_word_by_word():
    tiger = list_piece(facets={"mineral": ("TIGER_EYE",)})
    rose = list_piece(facets={"mineral": ("ROSE_QUARTZ",)})

    assert found("tiger eye") == found("Tiger’s  eye") == found("tigrs eye") == [tiger]
    assert found("Rosenqarz") == found("cuarzo rosa") == found("rose quarz") == [rose]


def test_all_that_is_typed_counts_in_any_mixture_of_languages():
    wanted = list_piece(facets={"size": ("8", "10")})
    list_piece(facets={"size": ("6",)})
    list_piece(facets={"size": ("8",), "form": ("PENDANT",)})

    for text in (
        "amatista pulsera 8mm",
        "紫水晶bracelet 8 毫米",
        "8㎜ 手串 amethyst",
        "紫水晶8毫米手链",
    ):
        assert found(text) == [wanted]
    assert found("bracelet with amethyst, 10 mm") == [wanted]


@pytest.mark.parametrize(
    "text", ["11 cm", "11cm", "110 mm", "11 см", "11 厘米", "110毫米"]
)
def test_a_length_is_read_as_the_band_it_lies_in_or_the_bead(text):
    tower = list_piece(facets={"size": ("80-150",)})
    bead = list_piece(facets={"size": ("110",)})
    list_piece(facets={"size": ("40-80",)})

    assert found(text) == [bead, tower]
    assert found("8 mm") == []


def test_a_length_that_no_such_piece_has_is_left_out_and_said():
    bracelet = list_piece(facets={"size": ("8",)})

    page = find(Query(text="amethyst bracelet 18 cm"))

    assert page.product_ids == [bracelet]
    assert page.unknown == ["18 cm"]
    assert found("18 cm") == []


def test_a_lone_sign_is_read_by_what_stands_around_it():
    red = list_piece(facets={"mineral": ("AGATE",), "colour": ("RED",)})
    list_piece(facets={"mineral": ("AGATE",)})

    assert found("红玛瑙") == [red]
    assert found("红 手链") == [red]


def test_a_word_means_first_what_it_means_to_who_asks():
    rose = list_piece(facets={"motif": ("ROSE",)})
    pink = list_piece(facets={"colour": ("PINK",)})

    assert found("rosa", language="es") == [pink]
    assert found("rose", language="en") == [rose]


def test_free_words_of_titles_and_merchants_are_found_with_accents_folded():
    house = make_merchant()
    named = list_piece(
        merchant=house,
        texts=("Céleste galaxy bracelet", "星河幸运手链", "Moonlight 晶品汇 House"),
    )
    list_piece()

    for text in (
        "celeste",
        "GALAXY amethyst",
        "幸运",
        "星河 手链",
        "晶品汇",
        "幸运手链",
    ):
        assert found(text) == [named]
    assert found("galaxi") == [named]
    assert find(Query(text="galaxi")).corrected == [("galaxi", "galaxy")]
    assert found("河") == [named]


def test_a_merchant_is_found_by_a_name_with_words_of_the_trade():
    house = make_merchant()
    other = list_piece(
        merchant=house, texts=("Amethyst House",), facets={"mineral": ("CITRINE",)}
    )
    own = list_piece(merchant=house, texts=("Amethyst House",))
    list_piece()

    assert found("amethyst house") == [own, other]
    assert found("citrine house") == [other]
    assert found("amethyst house", filters={"mineral": frozenset({"CITRINE"})}) == [
        other
    ]


def test_a_name_of_nothing_but_words_of_the_trade_is_found():
    jade = make_merchant()
    theirs = [
        list_piece(merchant=jade, texts=("Agate Rose Studio",), facets=facets)
        for facets in ({}, {"mineral": ("CITRINE",)})
    ][::-1]

    for text in ("Agate Rose", "agate", "Rose", "agate rose studio"):
        assert found(text) == theirs


def test_a_word_of_the_trade_in_a_name_doesnt_shut_out_what_it_means():
    bracelet = list_piece()
    named = list_piece(texts=("Lucky Fish Bracelets",), facets={"form": ("SPHERE",)})

    assert found("bracelet") == [bracelet]
    assert found("bracelets") == [bracelet]
    assert found("lucky bracelets") == [named]


def test_pages_of_names_follow_one_another():
    named = [list_piece(texts=("Agate Studio",)) for _ in range(4)]

    first = find(Query(text="agate", size=3))
    second = find(Query(text="agate", size=3, after=first.next))

    assert first.product_ids == named[:0:-1]
    assert second.product_ids == [named[0]]
    assert second.next == ""


@pytest.mark.parametrize(
    "text",
    [
        "Amethystarmband",
        "Amethystsarmband",
        "Bracelet amethyst stone",
        "the stone bracelet",
    ],
)
def test_a_compound_means_its_words_and_stone_means_anything(text):
    bracelet = list_piece(facets={"mineral": ("AMETHYST",), "form": ("BRACELET",)})
    list_piece(facets={"mineral": ("AMETHYST",), "form": ("SPHERE",)})

    page = find(Query(text=text, language="de"))

    assert page.product_ids == [bracelet]
    assert page.corrected == page.unknown == []


def test_a_word_of_a_longer_name_is_enough():
    rose = list_piece(facets={"mineral": ("ROSE_QUARTZ",)})
    carved = list_piece(facets={"motif": ("ROSE",)})
    clear = list_piece(facets={"mineral": ("ROCK_CRYSTAL",)})

    tiger = list_piece(facets={"mineral": ("TIGER_EYE",)})

    assert found("rock") == [clear]
    assert found("虎眼") == found("虎") == [tiger]
    assert find(Query(text="虎眼")).corrected == []
    assert found("rose") == [carved]
    assert found("rose", filters={"mineral": frozenset({"ROSE_QUARTZ"})}) == [rose]


def test_two_minerals_or_two_forms_bring_either():
    both = [list_piece(facets={"mineral": (m,)}) for m in ("AMETHYST", "CITRINE")]
    list_piece(facets={"mineral": ("ROSE_QUARTZ",)})

    assert found("citrine, amethyst") == both[::-1]
    assert found("紫水晶黄水晶") == both[::-1]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("bracelets", "bracelet"),
        ("Pulseras", "pulsera"),
        ("spheres", "esfera"),
        ("esferas", "sphere"),
        ("colgantes", "pendant"),
        ("браслеты", "браслет"),
        ("браслетов", "браслет"),
        ("кулоны", "кулон"),
        ("аметиста", "аметист"),
        ("السوار", "سوار"),
        ("rose quartzes", "rose quartz"),
        ("cuarzos rosas", "cuarzo rosa"),
    ],
)
def test_a_plural_means_what_the_singular_means(text, read):
    for form in ("BRACELET", "SPHERE", "PENDANT"):
        for mineral in ("AMETHYST", "ROSE_QUARTZ"):
            list_piece(facets={"form": (form,), "mineral": (mineral,)})

    page = find(Query(text=text))

    assert page.product_ids == found(read)
    assert 0 < len(page.product_ids) < 6
    assert page.corrected == page.unknown == []


def test_a_mistyped_word_is_rather_one_of_the_trade_than_a_name():
    agate = list_piece(facets={"mineral": ("AGATE",)})
    list_piece(texts=("Agare House",), facets={"mineral": ("CITRINE",)})

    page = find(Query(text="agade"))

    assert page.product_ids == [agate]
    assert page.corrected == [("agade", "agate")]


@pytest.mark.parametrize("text", ["AB-1029", "ab10", "ab-102", "ＡＢ１０２"])
def test_four_signs_of_a_sku_find_it(text):
    wanted = list_piece(skus=("AB-1029", "CD-1"))
    list_piece(skus=("AC-1029",))

    assert found(text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "DH-0046",
        "0046",
        "46-1",
        "046-1",
        "DH 0046",
        "dh 0046 1",
        "0046-1",
        "DH 0046 手链",
    ],
)
def test_a_sku_is_found_by_its_parts_and_its_end(text):
    wanted = list_piece(skus=("DH-0046-1",))
    list_piece(skus=("DH-0047-2",))
    list_piece(skus=("DH-0046-1-X",), facets={"form": ("PENDANT",)}, is_public=False)

    assert found(text) == [wanted]


def test_a_number_beside_words_is_no_end_of_a_sku():
    shop = list_piece(texts=("Galaxy 1688",))
    list_piece(skus=("AB-1688",))

    assert found("galaxy 1688") == [shop]


def test_a_sku_of_letters_is_found_and_goes_with_other_words():
    wanted = list_piece(skus=("QUARK-A",))
    list_piece(skus=("QUARK-B",), facets={"form": ("PENDANT",)})

    assert found("quarka") == [wanted]
    assert found("quar pulsera") == [wanted]
    assert len(found("quar")) == 2


def test_what_nobody_has_is_left_out_and_said():
    amethyst = list_piece()

    page = find(Query(text="amethyst zzqqxxyy"))

    assert page.product_ids == [amethyst]
    assert page.unknown == ["zzqqxxyy"]
    assert found("zzqqxxyy") == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("晶" * 5000, ["晶" * 24]),
        ("amethyst Zzqqxxyy zzqqxxyy ZZQQXXYY", ["ZZQQXXYY"]),
        ("греибый Ёжиккй", ["греибый", "Ёжиккй"]),
        ("ロシア", ["ロシア"]),
        (
            "qqaa1 qqbb2 qqcc3 qqdd4 qqee5 qqff6",
            ["qqaa1", "qqbb2", "qqcc3", "qqdd4", "qqee5"],
        ),
    ],
)
def test_what_nobody_has_is_told_as_it_was_typed_once_and_at_most_five_times(
    text, unknown
):
    list_piece()

    assert find(Query(text=text)).unknown == unknown


@pytest.mark.parametrize("text", ["🔥", "💎✨", "!?", "“”"])
def test_signs_without_a_word_find_nothing_and_that_is_told(text):
    list_piece()

    page = find(Query(text=text))

    assert page.product_ids == []
    assert page.is_unreadable


@pytest.mark.parametrize(
    "text",
    ["", "   ", "'", "\\", "' | 'x", "&!:*()", "\x00", "%(size)s", "a" * 5000, "“”"],
)
def test_no_text_is_too_odd(text):
    list_piece()

    find(Query(text=text))
    find(Query(filters={"colour": frozenset({text}), text: frozenset({"RED"})}))
