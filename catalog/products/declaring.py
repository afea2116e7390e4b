"""What customs is told of a product: code, Chinese name, declaration elements.

Elements (规范申报要素, the message's `gmodel`) differ by heading: 7116 asks for brand,
export preference, kind and material; 7103 and 7104 for working, state, nature, grade,
mineral, size, composition and colour. Source: tariff pages, confidence medium; that is
why a person confirms.
"""

from dataclasses import dataclass

from catalog.glossary import book
from catalog.products import tariff
from catalog.products.models import Product, Treatment
from catalog.products.pieces import Piece

CHINESE = "zh-hans"
NO_BRAND, NO_PREFERENCE = "无品牌", "不享惠"
NATURE = {
    Treatment.NONE: "天然",
    Treatment.RECONSTITUTED: "再造",
    Treatment.SYNTHETIC: "合成",
    Treatment.GLASS: "玻璃",
}
TREATED = "天然经{}处理"
SILICA = "二氧化硅"
LONGEST = 250


@dataclass(frozen=True, slots=True)
class Goods:
    """The facts customs asks for, as the glossary's codes."""

    mineral: str
    form: str
    treatment: str
    colour: str
    metal: str = "NONE"
    size: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What the list says of the goods besides their number."""

    name: str
    elements: str


def goods_of(product: Product | Piece) -> Goods:
    """What customs asks about."""
    return Goods(
        mineral=product.mineral,
        form=product.form,
        treatment=product.treatment,
        colour=product.colour,
        metal=product.metal,
    )


def propose(goods: Goods) -> tariff.Proposal | None:
    """The customs code for these facts; None while any of them is unsaid."""
    if not (goods.mineral and goods.form and goods.treatment):
        return None
    return tariff.propose(
        form_family=book.family(goods.form),
        mineral_family=book.family(goods.mineral),
        treatment=goods.treatment,
        metal=goods.metal or "NONE",
    )


def code_of(
    said: str, stands: str, was: Goods | None, goods: Goods, *, anew: bool = False
) -> str:
    """The code that facts get: what is said, what stands, or what is proposed.

    What stands is kept while `was` proposes the same as `goods`, unless all is said
    `anew`.
    """
    proposal = propose(goods)
    if said or not proposal:
        return said or stands
    is_new = was is None or propose(was) != proposal
    if is_new or anew or not stands:
        return proposal.hs_code if proposal.is_complete else ""
    return stands


def words(goods: Goods, hs_code: str) -> Words:
    """The Chinese name and the elements under a code."""
    name = _name(goods)
    kind = book.name(goods.form, CHINESE)
    parts: tuple[str, ...]
    if hs_code.startswith(("7103", "7104")):
        parts = (
            name,
            "未加工" if book.family(goods.form) == "ROUGH" else "抛光",
            "未镶嵌",
            _nature(goods),
            "无等级",
            _mineral(goods),
            goods.size or "大小不一",
            _composition(goods),
            book.name(goods.colour, CHINESE),
        )
    else:
        material = f"{_nature(goods)}{_mineral(goods)}"
        parts = (name, NO_BRAND, NO_PREFERENCE, kind, material)
    return Words(name[:LONGEST], "|".join(parts)[:LONGEST])


def _name(goods: Goods) -> str:
    """紫水晶手链; what is made or glass says so in its name."""
    kind = book.name(goods.form, CHINESE)
    if goods.treatment == Treatment.GLASS:
        return f"玻璃{kind}"
    made = goods.treatment in (Treatment.SYNTHETIC, Treatment.RECONSTITUTED)
    nature = _nature(goods) if made else ""
    return f"{nature}{_mineral(goods)}{kind}"


def _mineral(goods: Goods) -> str:
    if goods.treatment == Treatment.GLASS:
        return ""
    return book.name(goods.mineral, CHINESE)


def _nature(goods: Goods) -> str:
    treatment = Treatment(goods.treatment)
    if treatment in NATURE:
        return NATURE[treatment]
    return TREATED.format(book.name(treatment, CHINESE).removesuffix("处理"))


def _composition(goods: Goods) -> str:
    if goods.treatment == Treatment.GLASS:
        return "玻璃"
    quartz = book.family(goods.mineral) in ("QUARTZ", "CHALCEDONY")
    return SILICA if quartz else _mineral(goods)
