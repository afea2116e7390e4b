"""What is wrong with a piece, field by field, in words that say what to do.

A problem that `blocks` keeps the piece from being saved at all; the others keep it a
draft, which hosts and buyers don't see.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.glossary import book, forbidden
from catalog.glossary.models import Term, reader_language
from catalog.products import declaring, prices, tariff
from catalog.products.models import Metal, Product, Treatment
from catalog.products.pieces import MEASURES, Piece, Problem
from catalog.products.skus import SHAPE
from donghai import countries

HS_CODE = re.compile(r"\d{10}", re.ASCII)
CHINESE_SIGN = re.compile(r"[\u3400-\u9fff]")
FORM, SOME_STONE = Term.Kind.FORM, "STONE"
MOST_GRAMS = Decimal(1_000_000)
MOST_MM = Decimal(10_000)
MOST_PIECES = 10_000_000
LEAST_WRIST = 45  # mm: bangles are told by their inside, from 50
LONGEST_TITLE = 160
LONGEST_STORY = 4000
VOCABULARY = {
    "mineral": Term.Kind.MINERAL,
    "form": FORM,
    "colour": Term.Kind.COLOUR,
    "motif": Term.Kind.MOTIF,
}
NEEDED = ("mineral", "form", "treatment", "colour", "origin")


def problems(piece: Piece, *, promised: int = 0) -> list[Problem]:
    """All that is wrong with one whole piece (unsaid things already filled in)."""
    return [
        *_sku(piece),
        *_facts(piece),
        *_sizes(piece),
        *_prices(piece),
        *_stock(piece, promised),
        *_words(piece),
    ]


def of_code(said: str, piece: Piece | Product) -> Iterator[Problem]:
    """What is wrong with a customs code that is said of a piece."""
    if not said:
        return
    if not HS_CODE.fullmatch(said):
        yield _blocks("hs_code", "bad_hs_code", _("A customs code has ten digits."))
        return
    goods = declaring.goods_of(piece)
    proposal = declaring.propose(goods) if _is_known(goods) else None
    if tariff.may_be(said, proposal):
        return
    if proposal is None:
        words = _(
            "%(said)s is no customs code of stones or jewellery. Leave it out: the "
            "right one is proposed from the facts."
        )
    elif proposal.is_complete:
        words = _(
            "%(said)s is no customs code for such a piece. By its facts it is "
            "%(code)s: give that one, or leave it out."
        )
    else:
        words = _(
            "%(said)s is no customs code for such a piece. By its facts it begins with "
            "%(code)s: ask the centre's customs clerk for the last four digits."
        )
    facts = {"said": said, "code": proposal.hs_code if proposal else ""}
    yield _blocks("hs_code", "unknown_hs_code", words % facts)


def of_customs_name(said: str, treatment: str) -> Iterator[Problem]:
    """What is wrong with the Chinese name under which customs knows goods.

    A form alone (手链, 石头) says nothing of what it is made of.
    """
    if said and not CHINESE_SIGN.search(said):
        words = _("Customs reads Chinese: say it in Chinese, like 紫水晶手链.")
        yield _blocks("customs_name", "not_chinese", words)
    bare = dict(book.choices(FORM, declaring.CHINESE)).values()
    if said.strip() in (*bare, book.name(SOME_STONE, declaring.CHINESE)):
        vague = forbidden.REASONS[forbidden.Kind.VAGUE] % {"word": said.strip()}
        yield _blocks("customs_name", "forbidden_word", vague)
    yield from _forbidden("customs_name", said, declaring.CHINESE, treatment)


def of_customs_elements(said: str, hs_code: str, product: Product) -> Iterator[Problem]:
    """Elements that are fewer than the heading asks for; more are customs' affair."""
    goods = declaring.goods_of(product)
    if not said or not hs_code or not declaring.propose(goods):
        return
    example = declaring.words(goods, hs_code).elements
    asked = example.count("|") + 1
    given = [part.strip() for part in said.split("|")]
    if len(given) < asked or not all(given[:asked]):
        words = _(
            "Customs asks for %(count)s elements under this code, with | between "
            "them. For such a piece: %(example)s"
        )
        sentence = words % {"count": asked, "example": example}
        yield _blocks("customs_elements", "elements_missing", sentence)


def _is_known(goods: declaring.Goods) -> bool:
    return goods.treatment in Treatment.values and goods.metal in ("", *Metal.values)


def disagreements(pieces: Sequence[Piece]) -> Iterator[tuple[int, Problem]]:
    """Pieces of one product that tell different facts of it, by their place."""
    first = pieces[0]
    words = _(
        "%(sku)s is of the same product and says %(other)s. Make them agree, or give "
        "another product number."
    )
    language = reader_language()
    for place, piece in enumerate(pieces[1:], start=1):
        for name in (*NEEDED, "motif", "metal", "hs_code"):
            other = getattr(first, name)
            if getattr(piece, name) != other:
                said = _called(name, other, language) or _("nothing")
                sentence = words % {"sku": first.sku, "other": said}
                yield place, _blocks(name, "differs", sentence)


def _called(name: str, code: str, language: str) -> str:
    """A fact in a person's words."""
    if name == "metal" and code in Metal.values:
        return str(Metal(code).label)
    if name == "origin":
        return countries.names(language).get(code, code)
    return book.name(code, language) if code else ""


def another_product(code: str) -> Problem:
    """A SKU stays with its product: what was sold and counted of it is that one's."""
    if not code:
        words = _("This SKU is a piece of its own. Leave its product number out.")
        return _blocks("product", "another_product", words)
    words = _("This SKU belongs to product %(code)s. Give that number, or a new SKU.")
    return _blocks("product", "another_product", words % {"code": code})


def _sku(piece: Piece) -> Iterator[Problem]:
    if not SHAPE.fullmatch(piece.sku):
        yield _blocks(
            "sku",
            "bad_sku",
            _(
                "A SKU has 1 to 20 letters, digits, dots or dashes, without spaces, "
                "and begins with a letter or digit."
            ),
        )
    if len(piece.product) > 40:
        yield _blocks("product", "too_long", _("At most 40 characters."))


def _facts(piece: Piece) -> Iterator[Problem]:
    for name in NEEDED:
        if not getattr(piece, name):
            yield Problem(
                name, "missing", _("Say this: nothing is listed without it."), False
            )
    for name, kind in VOCABULARY.items():
        code = getattr(piece, name)
        if code and not book.knows(code, kind):
            yield _unknown(name, code)
    if piece.treatment and piece.treatment not in Treatment.values:
        yield _unknown("treatment", piece.treatment)
    if piece.metal and piece.metal not in Metal.values:
        yield _unknown("metal", piece.metal)
    if piece.origin and piece.origin not in countries.codes():
        yield _unknown("origin", piece.origin)


def _sizes(piece: Piece) -> Iterator[Problem]:
    for name in MEASURES:
        size = getattr(piece, name)
        if size is not None and not _fits(size, MOST_MM, places=1):
            yield _blocks(
                name, "out_of_range", _("Between 0.1 and 10,000 mm, to a tenth.")
            )
    if piece.wrist_mm is not None and 0 < piece.wrist_mm < LEAST_WRIST:
        words = _(
            "No wrist is as small as %(said)s mm. Centimetres were probably meant: "
            "16 cm are 160 mm."
        )
        sentence = words % {"said": f"{piece.wrist_mm.normalize():f}"}
        yield Problem("wrist_mm", "small_wrist", sentence, blocks=False, warns=True)
    if piece.weight_g is None:
        yield _blocks("weight_g", "missing", _("Give the net weight in grams."))
    elif not _fits(piece.weight_g, MOST_GRAMS, places=2):
        words = _("Between 0.01 g and 1,000,000 g (a tonne), to a hundredth.")
        yield _blocks("weight_g", "out_of_range", words)
    asked = book.measures(piece.form)
    if asked and not piece.size and all(getattr(piece, x) is None for x in asked):
        yield Problem(asked[0], "missing", _("Give a size in millimetres."), False)


def _fits(size: Decimal, most: Decimal, *, places: int) -> bool:
    return 0 < size <= most and size == round(size, places)


def _prices(piece: Piece) -> Iterator[Problem]:
    if piece.wholesale_minor is None:
        yield _blocks("wholesale_minor", "missing", _("Give the wholesale price."))
        return
    asked = prices.Prices(
        wholesale_minor=piece.wholesale_minor,
        min_quantity=1 if piece.min_quantity is None else piece.min_quantity,
        tiers=piece.tiers or (),
        suggested_retail_minor=piece.suggested_retail_minor,
        least_retail_minor=piece.least_retail_minor,
    )
    seen = set()
    for found in prices.problems(asked):
        name = found.field.partition(".")[0]  # a tier's place says nothing in a sheet
        if name not in seen:
            seen.add(name)
            yield _blocks(name, found.code, found.sentence)


def _stock(piece: Piece, promised: int) -> Iterator[Problem]:
    if piece.alarm_at is not None and not 0 <= piece.alarm_at <= MOST_PIECES:
        yield _blocks("alarm_at", "out_of_range", _("Between 0 and 10,000,000."))
    if piece.on_hand is None:
        return
    if not 0 <= piece.on_hand <= MOST_PIECES:
        yield _blocks("on_hand", "out_of_range", _("Between 0 and 10,000,000."))
    elif piece.on_hand < promised:
        yield _blocks(
            "on_hand",
            "stock_is_promised",
            _("%(promised)s are held or sold: there can't be fewer.")
            % {"promised": promised},
        )
    if piece.is_one_off and piece.on_hand > 1:
        yield _blocks("on_hand", "one_off", _("A one-off piece is there once."))
    if 0 < piece.on_hand < (piece.min_quantity or 1):
        words = _("Nobody can buy it now: only %(there)s are there.")
        sentence = words % {"there": piece.on_hand}
        code = "minimum_above_stock"
        yield Problem("min_quantity", code, sentence, blocks=False, warns=True)


def _words(piece: Piece) -> Iterator[Problem]:
    for language, title in piece.titles.items():
        if len(title) > LONGEST_TITLE:
            yield _blocks(f"title_{language}", "too_long", _("At most 160 letters."))
        yield from _forbidden(f"title_{language}", title, language, piece.treatment)
    if len(piece.story) > LONGEST_STORY:
        yield _blocks("story", "too_long", _("At most 4,000 letters."))
    yield from _forbidden("story", piece.story, "", piece.treatment)


def _forbidden(
    field: str, text: str, language: str, treatment: str
) -> Iterable[Problem]:
    for found in forbidden.find_forbidden(text, language, treatment):
        yield _blocks(field, "forbidden_word", found.reason)


def _unknown(name: str, code: str) -> Problem:
    words = _("“%(said)s” is not a word we know here. Choose one from the list.")
    return _blocks(name, "unknown_word", words % {"said": code[:40]})


def _blocks(field: str, code: str, sentence: object) -> Problem:
    return Problem(field, code, sentence, blocks=True)  # type: ignore[arg-type]
