"""The demo market: who sells, who presents, what there is. Invented, but believable."""

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

# mineral: names (en, zh, es, de), a colour, raw stone's origin, price factor, treatment
MINERALS = {
    "ROCK_CRYSTAL": (
        ("rock crystal", "白水晶", "cristal de roca", "Bergkristall"),
        "clear",
        "BR",
        1.0,
        "NONE",
    ),
    "AMETHYST": (
        ("amethyst", "紫水晶", "amatista", "Amethyst"),
        "violet",
        "UY",
        1.3,
        "NONE",
    ),
    "CITRINE": (
        ("citrine", "黄水晶", "citrino", "Citrin"),
        "golden",
        "BR",
        1.2,
        "HEATED",
    ),
    "ROSE_QUARTZ": (
        ("rose quartz", "粉水晶", "cuarzo rosa", "Rosenquarz"),
        "pink",
        "MZ",
        0.9,
        "NONE",
    ),
    "SMOKY_QUARTZ": (
        ("smoky quartz", "茶水晶", "cuarzo ahumado", "Rauchquarz"),
        "brown",
        "BR",
        0.9,
        "IRRADIATED",
    ),
    "AGATE": (("agate", "玛瑙", "ágata", "Achat"), "banded", "BW", 0.8, "DYED"),
    "OBSIDIAN": (
        ("obsidian", "黑曜石", "obsidiana", "Obsidian"),
        "black",
        "MX",
        0.7,
        "NONE",
    ),
    "TIGER_EYE": (
        ("tiger's eye", "虎眼石", "ojo de tigre", "Tigerauge"),
        "gold and brown",
        "ZA",
        0.8,
        "NONE",
    ),
    "LABRADORITE": (
        ("labradorite", "拉长石", "labradorita", "Labradorit"),
        "blue flash",
        "MG",
        1.4,
        "NONE",
    ),
    "MOONSTONE": (
        ("moonstone", "月光石", "piedra de luna", "Mondstein"),
        "blue sheen",
        "LK",
        1.6,
        "NONE",
    ),
    "FLUORITE": (
        ("fluorite", "萤石", "fluorita", "Fluorit"),
        "green and violet",
        "CN",
        1.0,
        "NONE",
    ),
    "GREEN_AVENTURINE": (
        ("green aventurine", "东陵玉", "aventurina verde", "Grüner Aventurin"),
        "green",
        "IN",
        0.8,
        "NONE",
    ),
    "LAPIS_LAZULI": (
        ("lapis lazuli", "青金石", "lapislázuli", "Lapislazuli"),
        "deep blue",
        "AF",
        1.7,
        "NONE",
    ),
    "TOURMALINE": (
        ("tourmaline", "碧玺", "turmalina", "Turmalin"),
        "pink and green",
        "NG",
        2.4,
        "NONE",
    ),
    "RUTILATED_QUARTZ": (
        ("rutilated quartz", "发晶", "cuarzo rutilado", "Rutilquarz"),
        "golden needles",
        "BR",
        2.0,
        "NONE",
    ),
    "PREHNITE": (
        ("prehnite", "葡萄石", "prehnita", "Prehnit"),
        "pale green",
        "AU",
        1.5,
        "NONE",
    ),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A form as the market sells it; `pattern` holds the title in en, zh, es, de."""

    pattern: tuple[str, str, str, str]
    sizes: tuple[tuple[str, int], ...]  # size, net weight in grams
    price: float  # wholesale yuan of a plain one
    noun_zh: str


FORMS = {
    "BRACELET": Shape(
        (
            "{} bracelet",
            "{}手链",
            "Pulsera de {}",
            "Armband aus {}",
        ),
        (("6 mm", 15), ("8 mm", 27), ("10 mm", 41)),
        42,
        "手链",
    ),
    "NECKLACE": Shape(
        ("{} necklace", "{}项链", "Collar de {}", "Halskette aus {}"),
        (("45 cm", 38), ("60 cm", 52)),
        88,
        "项链",
    ),
    "PENDANT": Shape(
        ("{} pendant", "{}吊坠", "Colgante de {}", "Anhänger aus {}"),
        (("30 mm", 12), ("40 mm", 21)),
        36,
        "吊坠",
    ),
    "EARRINGS": Shape(
        ("{} earrings", "{}耳环", "Pendientes de {}", "Ohrringe aus {}"),
        (("10 mm", 6),),
        34,
        "耳环",
    ),
    "RING": Shape(
        ("{} ring", "{}戒指", "Anillo de {}", "Ring aus {}"),
        (("16 mm", 7), ("18 mm", 8)),
        28,
        "戒指",
    ),
    "SPHERE": Shape(
        ("{} sphere", "{}球", "Esfera de {}", "Kugel aus {}"),
        (("50 mm", 174), ("70 mm", 476)),
        96,
        "球摆件",
    ),
    "TOWER": Shape(
        ("{} tower", "{}柱", "Torre de {}", "Obelisk aus {}"),
        (("80 mm", 110), ("120 mm", 245)),
        58,
        "柱摆件",
    ),
    "CLUSTER": Shape(
        ("{} cluster", "{}晶簇", "Drusa de {}", "Stufe aus {}"),
        (("one of a kind", 620),),
        168,
        "晶簇",
    ),
    "CARVING": Shape(
        ("Carved {} animal", "{}雕件", "Talla de {}", "Schnitzerei aus {}"),
        (("50 mm", 96), ("75 mm", 210)),
        128,
        "雕件",
    ),
    "TUMBLED": Shape(
        ("Tumbled {}", "{}滚石", "{}, piedras rodadas", "{}, Trommelsteine"),
        (("250 g", 250), ("500 g", 500)),
        26,
        "滚石",
    ),
    "FACETED": Shape(
        ("Faceted {}", "{}裸石", "{} facetado", "{}, facettiert"),
        (("8 x 10 mm", 1), ("12 x 16 mm", 2)),
        118,
        "裸石",
    ),
    "ROUGH": Shape(
        ("Rough {}", "{}原石", "{} en bruto", "{}, roh"),
        (("300 g", 300), ("1 kg", 1000)),
        30,
        "原石",
    ),
}

QUARTZ = {
    "ROCK_CRYSTAL",
    "AMETHYST",
    "CITRINE",
    "ROSE_QUARTZ",
    "SMOKY_QUARTZ",
    "RUTILATED_QUARTZ",
}


def customs_code(mineral: str, form: str) -> str:
    """Ten-digit code of the Chinese tariff: chapter 71, by the working of the stone."""
    if form in ("ROUGH", "CLUSTER"):
        return "7103100000"
    if form in ("FACETED", "TUMBLED"):
        return "7103992000" if mineral in QUARTZ else "7103999000"
    return "7116200000"


def titles(mineral: str, form: str) -> dict[str, str]:
    """Titles in the languages of the demo sessions."""
    names = MINERALS[mineral][0]
    made = {
        language: pattern.format(name)
        for language, pattern, name in zip(
            ("en", "zh-hans", "es", "de"), FORMS[form].pattern, names, strict=True
        )
    }
    return {language: title[:1].upper() + title[1:] for language, title in made.items()}
