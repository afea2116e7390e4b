"""What the demo market says of origins and people. None of it exists."""

from typing import NamedTuple


class Lot(NamedTuple):
    """A delivery; `days_ago` nought is still at sea."""

    mineral: str
    origin: str
    place: str
    weight_kg: int
    days_ago: int


LOTS = [
    Lot("ROCK_CRYSTAL", "BR", "Corinto, Minas Gerais", 18_400, 612),
    Lot("AMETHYST", "UY", "Artigas", 12_250, 540),
    Lot("ROSE_QUARTZ", "MZ", "Alto Ligonha", 21_600, 498),
    Lot("AGATE", "BW", "Bobonong", 9_800, 455),
    Lot("LAPIS_LAZULI", "AF", "Sar-e Sang, Badakhshan", 2_150, 430),
    Lot("CITRINE", "BR", "Rio Grande do Sul", 7_900, 402),
    Lot("SMOKY_QUARTZ", "BR", "Governador Valadares", 11_300, 377),
    Lot("TIGER_EYE", "ZA", "Prieska, Northern Cape", 15_750, 341),
    Lot("LABRADORITE", "MG", "Maniry", 13_900, 322),
    Lot("GREEN_AVENTURINE", "IN", "Mysuru", 16_200, 298),
    Lot("OBSIDIAN", "MX", "Sierra de las Navajas, Hidalgo", 10_450, 263),
    Lot("AMETHYST", "UY", "Artigas", 8_640, 231),
    Lot("MOONSTONE", "LK", "Meetiyagoda", 1_280, 207),
    Lot("FLUORITE", "CN", "Xianghualing, Hunan", 9_100, 188),
    Lot("TOURMALINE", "NG", "Oyo", 640, 166),
    Lot("PREHNITE", "AU", "Wave Hill, Northern Territory", 2_700, 149),
    Lot("RUTILATED_QUARTZ", "BR", "Novo Horizonte, Bahia", 1_950, 131),
    Lot("ROCK_CRYSTAL", "BR", "Corinto, Minas Gerais", 22_000, 104),
    Lot("AMETHYST", "ZM", "Mapatizya", 6_300, 92),
    Lot("ROSE_QUARTZ", "MZ", "Alto Ligonha", 19_400, 77),
    Lot("LABRADORITE", "MG", "Maniry", 5_500, 58),
    Lot("SMOKY_QUARTZ", "BR", "Governador Valadares", 9_700, 41),
    Lot("AMETHYST", "UY", "Catalán Grande, Artigas", 14_800, 23),
    Lot("CITRINE", "BR", "Rio Grande do Sul", 6_100, 9),
    Lot("AGATE", "BW", "Bobonong", 12_000, 0),
]

IMPORTERS = [
    "Donghai Rough Stone Import (demo)",
    "Lianyungang Harbour Minerals (demo)",
    "Six Sides Trading (demo)",
]
LABORATORIES = ["East Harbour Gem Laboratory (demo)", "Jiangsu Stone Testing (demo)"]

PROVES = {
    "DECLARATION": "what was declared on import, and its weight",
    "INVOICE": "bought of this lot",
    "WEIGHT": "weighed out of this lot",
    "REPORT": "the report itself",
    "OTHER": "a clerk saw it at the workshop",
}
PAPER = """Donghai demo market

Here would be the paper.
It was invented with the
rest of the demo
and proves nothing."""


class Person(NamedTuple):
    """An artisan; honours are year, title, title in Chinese, given by."""

    slug: str
    name: str
    name_zh: str
    craft: str
    since: int
    about: str
    about_zh: str
    honours: list[tuple[int, str, str, str]]


COUNTY = "Donghai County (demo)"
ARTISANS = [
    Person(
        "fang-liwen",
        "Fang Liwen",
        "方立文",
        "CARVER",
        1989,
        "Carves what the stone already holds: she draws on it with a wet finger first, "
        "and a cloud in the quartz becomes the mist her cranes fly out of.",
        "先用湿指在石上勾画,顺着水晶里的云雾,让鹤从雾中飞出。",
        [
            (2011, "Master carver of the county", "县级雕刻大师", COUNTY),
            (2019, "Gold prize, carvings of transparent stone", "透明石雕金奖", COUNTY),
            (2024, "Keeper of the craft", "工艺传承人", COUNTY),
        ],
    ),
    Person(
        "qiao-yun",
        "Qiao Yun",
        "乔云",
        "CUTTER",
        2004,
        "Cuts towers by eye and checks them by candle: six faces, one straight flame.",
        "凭眼力切柱,用烛光校正:六面,一束直焰。",
        [(2021, "Silver prize, six-sided cut", "六方切割银奖", COUNTY)],
    ),
    Person(
        "liu-shan",
        "Liu Shan",
        "刘珊",
        "STRINGER",
        2012,
        "Sorts four hundred beads a day into bracelets that look grown together, "
        "and keeps the odd ones in a jar for her daughter.",
        "每天把四百颗珠子配成浑然一体的手串,挑剩的留在罐子里给女儿。",
        [],
    ),
    Person(
        "bai-heng",
        "Bai Heng",
        "白衡",
        "POLISHER",
        1996,
        "Turns spheres for a week where others take a day. "
        "She says a ball is finished when the lamp in it stops moving.",
        "别人一天磨一个球,她磨一周。她说:球里的灯不再晃,才算好。",
        [
            (2016, "Master polisher of the county", "县级抛光大师", COUNTY),
            (2023, "Teacher of the year, stone school", "年度石艺教师", COUNTY),
        ],
    ),
    Person(
        "meng-ke",
        "Meng Ke",
        "孟可",
        "SETTER",
        2015,
        "Sets small stones in plain silver, and never glues what can be held.",
        "用素银镶小石,能扣住的绝不用胶。",
        [(2022, "Young setter's prize", "青年镶嵌奖", COUNTY)],
    ),
]
