"""The demo market: who sells, who presents, what there is. Invented, but believable."""

from collections.abc import Mapping
from dataclasses import dataclass

MERCHANTS = [
    ("Clear Spring Crystal", "清泉水晶行"),
    ("Jade Moon Studio", "玉月工坊"),
    ("East Sea Stone", "东海石轩"),
    ("Purple Cloud Beads", "紫云珠饰"),
    ("Fang Carving", "方氏雕刻"),
    ("Mountain Light", "山光矿晶"),
    ("Lucky Fish Bracelets", "福鱼手链"),
    ("Old Street Agate", "老街玛瑙"),
    ("Six Sides", "六方水晶柱"),
    ("Morning Dew Gems", "朝露宝石"),
    ("Liu Brothers Minerals", "刘氏兄弟矿石"),
    ("White Heron Workshop", "白鹭作坊"),
]

HOSTS = [
    ("Lin Yue", ["en", "es"], "Ten years behind a stall; loves smoky quartz."),
    ("Zhou Mei", ["es", "en"], "Taught Spanish in Lianyungang before she went on air."),
    ("Chen Hao", ["de", "en"], "Cuts stones by day and explains them by night."),
    ("Wang Jing", ["en", "fr"], "Knows every bead size by touch."),
    ("Sun Li", ["es", "pt-br"], "Sings while she packs."),
    ("He Fang", ["en", "de"], "Third generation of carvers."),
    ("Xu Ning", ["en", "ja"], "Shows the flaw before the beauty."),
    ("Gao Rui", ["de", "ru"], "Weighs everything on camera."),
]

MARKETS = [
    ("US", "United States", "America/New_York", "USD", "en"),
    ("DE", "Germany", "Europe/Berlin", "EUR", "de"),
    ("GB", "United Kingdom", "Europe/London", "GBP", "en"),
    ("MX", "Mexico", "America/Mexico_City", "MXN", "es"),
]

# mineral: colour, raw stone's origin, price factor, treatment (codes of the glossary)
MINERALS = {
    "ROCK_CRYSTAL": ("CLEAR", "BR", 1.0, "NONE"),
    "AMETHYST": ("VIOLET", "UY", 1.3, "NONE"),
    "CITRINE": ("GOLDEN", "BR", 1.2, "HEATED"),
    "ROSE_QUARTZ": ("PINK", "MZ", 0.9, "NONE"),
    "SMOKY_QUARTZ": ("SMOKY", "BR", 0.9, "IRRADIATED"),
    "AGATE": ("BLUE", "BW", 0.8, "DYED"),
    "OBSIDIAN": ("BLACK", "MX", 0.7, "NONE"),
    "TIGER_EYE": ("BROWN", "ZA", 0.8, "NONE"),
    "LABRADORITE": ("GREY", "MG", 1.4, "NONE"),
    "MOONSTONE": ("BLUE_SHEEN", "LK", 1.6, "NONE"),
    "FLUORITE": ("MULTICOLOURED", "CN", 1.0, "NONE"),
    "GREEN_AVENTURINE": ("GREEN", "IN", 0.8, "NONE"),
    "LAPIS_LAZULI": ("NAVY", "AF", 1.7, "NONE"),
    "TOURMALINE": ("MULTICOLOURED", "NG", 2.4, "NONE"),
    "RUTILATED_QUARTZ": ("GOLDEN", "BR", 2.0, "NONE"),
    "PREHNITE": ("PALE_GREEN", "AU", 1.5, "NONE"),
}


@dataclass(frozen=True, slots=True)
class Size:
    """One size a form is sold in: what people call it, net grams, millimetres."""

    words: str
    grams: str
    mm: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """A form as the market sells it: its sizes and a plain one's price in yuan."""

    price: float
    sizes: tuple[Size, ...]
    motif: str = ""


FORMS = {
    "BRACELET": Shape(
        42,
        (
            Size("6 mm", "15", {"bead_mm": 6, "wrist_mm": 160}),
            Size("8 mm", "27", {"bead_mm": 8, "wrist_mm": 165}),
            Size("10 mm", "41", {"bead_mm": 10, "wrist_mm": 175}),
        ),
    ),
    "NECKLACE": Shape(
        88,
        (
            Size("45 cm", "38", {"bead_mm": 6, "length_mm": 450}),
            Size("60 cm", "52", {"bead_mm": 6, "length_mm": 600}),
        ),
    ),
    "PENDANT": Shape(
        36,
        (
            Size("30 mm", "12", {"length_mm": 30, "width_mm": 18}),
            Size("40 mm", "21", {"length_mm": 40, "width_mm": 24}),
        ),
    ),
    "EARRINGS": Shape(34, (Size("10 mm", "6", {"length_mm": 10, "width_mm": 10}),)),
    "RING": Shape(
        28,
        (
            Size("16 mm", "7", {"diameter_mm": 16}),
            Size("18 mm", "8", {"diameter_mm": 18}),
        ),
    ),
    "SPHERE": Shape(
        96,
        (
            Size("50 mm", "174", {"diameter_mm": 50}),
            Size("70 mm", "476", {"diameter_mm": 70}),
        ),
    ),
    "TOWER": Shape(
        58,
        (
            Size("80 mm", "110", {"height_mm": 80, "width_mm": 25}),
            Size("120 mm", "245", {"height_mm": 120, "width_mm": 32}),
        ),
    ),
    "CLUSTER": Shape(
        168,
        (Size("", "620", {"length_mm": 110, "width_mm": 80, "height_mm": 60}),),
    ),
    "CARVING": Shape(
        128,
        (
            Size("50 mm", "96", {"length_mm": 50, "height_mm": 40}),
            Size("75 mm", "210", {"length_mm": 75, "height_mm": 58}),
        ),
    ),
    "TUMBLED": Shape(
        26,
        (
            Size("250 g", "250", {"length_mm": 25}),
            Size("500 g", "500", {"length_mm": 25}),
        ),
    ),
    "FACETED": Shape(
        118,
        (
            Size("8 x 10 mm", "0.52", {"length_mm": 10, "width_mm": 8}),
            Size("12 x 16 mm", "1.86", {"length_mm": 16, "width_mm": 12}),
        ),
    ),
    "ROUGH": Shape(
        30,
        (
            Size("300 g", "300", {"length_mm": 70}),
            Size("1 kg", "1000", {"length_mm": 110}),
        ),
    ),
}
