"""A market of pieces by the hundred thousand, as skewed as a real one, for search.

A few minerals and forms make up most of it. Rows are made as the service makes them and
go into search's own tables; there are no products behind them.
"""

import io
import multiprocessing
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.db import connection

from catalog.search import lexicon, services
from catalog.search.documents import Document, Row, row_of
from donghai import memory

MERCHANTS = 7000
COINED = 4000  # words of series and makers
NAMED_BY_HAND = 0.4  # of all titles; the others are made of the facts
PROCESSES, AT_ONCE = 2, 20_000
TABLES = [f"catalog_search{name}" for name in ("row", "sku", "word", "fact")]

MINERALS = """
amethyst 紫水晶 amatista, rock crystal 白水晶 cristal de roca, rose quartz 粉水晶 cuarzo rosa,
citrine 黄水晶 citrino, agate 玛瑙 ágata, smoky quartz 茶晶 cuarzo ahumado,
obsidian 黑曜石 obsidiana, tiger's eye 虎眼石 ojo de tigre, labradorite 拉长石 labradorita,
moonstone 月光石 piedra de luna, fluorite 萤石 fluorita, green aventurine 东陵玉 aventurina,
lapis lazuli 青金石 lapislázuli, tourmaline 碧玺 turmalina, rutilated quartz 发晶 cuarzo rutilado,
prehnite 葡萄石 prehnita, jasper 碧玉 jaspe, carnelian 红玉髓 cornalina, sodalite 方钠石 sodalita,
malachite 孔雀石 malaquita, garnet 石榴石 granate, aquamarine 海蓝宝 aguamarina,
morganite 摩根石 morganita, rhodonite 蔷薇辉石 rodonita, rhodochrosite 红纹石 rodocrosita,
turquoise 绿松石 turquesa, amazonite 天河石 amazonita, sunstone 太阳石 piedra del sol,
hematite 赤铁矿 hematita, pyrite 黄铁矿 pirita, selenite 透石膏 selenita, celestite 天青石 celestina,
apatite 磷灰石 apatita, kyanite 蓝晶石 cianita, charoite 紫龙晶 charoíta, larimar 海纹石 larimar,
sugilite 舒俱来 sugilita, serpentine 蛇纹石 serpentina, unakite 绿帘花岗岩 unakita,
chrysoprase 绿玉髓 crisoprasa, onyx 缟玛瑙 ónix, howlite 白松石 howlita, peridot 橄榄石 peridoto,
topaz 托帕石 topacio, opal 欧泊 ópalo, spinel 尖晶石 espinela, zircon 锆石 circón,
iolite 堇青石 iolita, kunzite 紫锂辉石 kunzita, lepidolite 锂云母 lepidolita, azurite 蓝铜矿 azurita,
angelite 天使石 angelita, bloodstone 血石 heliotropo, chalcedony 玉髓 calcedonia,
danburite 赛黄晶 danburita, epidote 绿帘石 epidota, jade 翡翠 jade, nephrite 和田玉 nefrita,
seraphinite 绿龙晶 serafinita, shungite 次石墨 shungita
"""
FORMS = """
bracelet 手链 pulsera, necklace 项链 collar, pendant 吊坠 colgante, earrings 耳环 pendientes,
ring 戒指 anillo, sphere 水晶球 esfera, tower 水晶柱 torre, cluster 晶簇 drusa, carving 雕件 talla,
tumbled stone 滚石 piedra rodada, faceted stone 刻面石 piedra facetada, rough stone 原石 piedra bruta,
strand 散珠 hilo de cuentas, bangle 手镯 brazalete, skull 骷髅 calavera, pyramid 金字塔 pirámide,
palm stone 掌石 piedra de palma, wand 按摩棒 varita, geode 晶洞 geoda, slab 板材 placa,
egg 蛋形 huevo, cube 方块 cubo, brooch 胸针 broche, anklet 脚链 tobillera, hairpin 发簪 horquilla,
keyring 钥匙扣 llavero, lamp 灯座 lámpara, bowl 碗 cuenco, seal 印章 sello, figurine 摆件 figura
"""
LANGUAGES = ("en", "zh-hans", "es")
COLOURS = [
    "PURPLE",
    "CLEAR",
    "PINK",
    "YELLOW",
    "RED",
    "BROWN",
    "BLACK",
    "GOLD",
    "BLUE",
    "WHITE",
    "GREEN",
    "TEAL",
]
ORIGINS = [
    "UY",
    "BR",
    "MG",
    "ZA",
    "CN",
    "IN",
    "MX",
    "US",
    "AF",
    "MM",
    "RU",
    "NA",
    "ZM",
    "CO",
    "PK",
    "AR",
    "CA",
    "AU",
    "LK",
    "TZ",
]
TREATMENTS = [
    "NONE",
    "NONE",
    "NONE",
    "NONE",
    "NONE",
    "NONE",
    "HEATED",
    "DYED",
    "FILLED",
    "IRRADIATED",
]
SIZES = ["4", "6", "8", "10", "12", "14", "16"]
SYLLABLES = [
    "lu",
    "mi",
    "ra",
    "so",
    "ven",
    "tar",
    "kel",
    "dor",
    "fin",
    "gal",
    "nor",
    "sha",
    "zel",
    "bri",
    "cor",
    "wyn",
    "ael",
    "thi",
    "mar",
    "ond",
]
SIGNS = "幸运星河月光晨曦云海灵山清风明珠玉泉金沙雪莲秋水春晓福禄寿喜安康"


def _parsed(table: str) -> list[tuple[str, ...]]:
    """Each thing's names, in the order of LANGUAGES."""
    things = []
    for entry in table.replace("\n", " ").split(","):
        words = entry.split()
        at = next(n for n, word in enumerate(words) if not word.isascii())
        things.append((" ".join(words[:at]), words[at], " ".join(words[at + 1 :])))
    return things


NAMED = {"mineral": _parsed(MINERALS), "form": _parsed(FORMS)}


def names() -> Iterator[lexicon.Name]:
    """The glossary of this market."""
    for facet, things in NAMED.items():
        for number, phrases in enumerate(things):
            for language, phrase in zip(LANGUAGES, phrases, strict=True):
                yield facet, code(facet, number), language, phrase


def code(facet: str, number: int) -> str:
    return NAMED[facet][number][0].upper().replace(" ", "_").replace("'", "")


class Market:
    """Pieces by number, always the same ones."""

    def __init__(self, seed: int = 7) -> None:
        chance = random.Random(seed)
        coined = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(COINED)]
        self.words = list(dict.fromkeys(coined))
        self.signs = ["".join(chance.choices(SIGNS, k=2)) for _ in range(300)]
        self.merchants = [
            (
                " ".join(chance.choices(self.words, k=2)),
                "".join(chance.choices(SIGNS, k=3)),
            )
            for _ in range(MERCHANTS)
        ]
        self.weights = {
            "mineral": _zipf(len(NAMED["mineral"])),
            "form": _zipf(len(NAMED["form"])),
            "word": _zipf(len(self.words)),
            "merchant": _zipf(MERCHANTS, 0.5),
        }

    def piece(self, number: int) -> Document:
        chance = random.Random(number)
        mineral, form = self._of(chance, "mineral"), self._of(chance, "form")
        merchant = self._of(chance, "merchant")
        facets = {
            "mineral": (code("mineral", mineral),),
            "form": (code("form", form),),
            "colour": (COLOURS[(mineral + chance.choice((0, 0, 0, 1, 5))) % 12],),
            "treatment": (chance.choice(TREATMENTS),),
            "origin": (ORIGINS[(mineral * 3 + chance.choice((0, 0, 1, 2))) % 20],),
            "one_off": (chance.choice(("no", "no", "no", "no", "no", "yes")),),
        }
        if form % 2 == 0:
            facets["size"] = (chance.choice(SIZES),)
        word = signs = ""
        if chance.random() < NAMED_BY_HAND:
            word = f" {self.words[self._of(chance, 'word')]}"
            signs = chance.choice(self.signs)
        en, zh, es = map(" ".join, zip(NAMED["mineral"][mineral], NAMED["form"][form]))
        return Document(
            product_id=number,
            merchant_id=merchant + 1,
            is_public=number % 50 != 0,
            facets=facets,
            price_minor=int(chance.lognormvariate(8.7, 1.2)) + 1,
            texts=(
                f"{en}{word}",
                f"{zh}{signs}",
                f"{es}{word}",
                *self.merchants[merchant],
            ),
            skus=(f"DH{merchant:04}-{number:07}",),
        )

    def _of(self, chance: random.Random, kind: str) -> int:
        return chance.choices(
            range(len(self.weights[kind])), cum_weights=self.weights[kind]
        )[0]


def fill(count: int) -> None:
    """Empty search's tables and write so many pieces; indexes are made afterwards."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context, get_ready) as pool, _bare() as cursor:
        firsts = range(1, count + 1, AT_ONCE)
        for part in pool.map(prepared, firsts, [count] * len(firsts)):
            services._learn_facts(part.facts)
            services._learn_words(part.words)
            cursor.copy_expert(
                "COPY catalog_searchrow FROM STDIN", io.StringIO(part.rows)
            )
            skus = "COPY catalog_searchsku (product_id, sku) FROM STDIN"
            cursor.copy_expert(skus, io.StringIO(part.skus))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


@contextmanager
def _bare() -> Iterator[Any]:
    """The tables empty, without indexes and keys to products; they come back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # there are no products
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
            " AND indexname NOT LIKE '%%_pkey'",
            [TABLES[0]],
        )
        indexes = cursor.fetchall()
        cursor.execute("".join(f"DROP INDEX {name};" for name, _ in indexes))
        yield cursor
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")


@dataclass(frozen=True, slots=True)
class Part:
    """Some pieces, ready to be copied."""

    rows: str
    skus: str
    facts: set[lexicon.Fact]
    words: set[str]


def get_ready() -> None:
    """In each process, once."""
    import django

    django.setup()
    read_these_names()


def read_these_names() -> None:
    settings.SEARCH_NAMES = "bench.crystals.names"
    memory.forget()


def prepared(first: int, last: int) -> Part:
    words, market = lexicon.current(), _market()
    numbers = range(first, min(first + AT_ONCE, last + 1))
    rows = [row_of(market.piece(number), words) for number in numbers]
    return Part(
        "".join(map(_line, rows)),
        "".join(f"{row.document.product_id}\t{s}\n" for row in rows for s in row.skus),
        {fact for row in rows for fact in row.facts},
        {word for row in rows for word in row.words},
    )


@cache
def _market() -> Market:
    return Market()


def _line(row: Row) -> str:
    """In the order of the columns."""
    chance = random.Random(-row.document.product_id)
    sold = 0 if chance.random() < 0.6 else int(chance.paretovariate(0.8))
    tokens = " ".join(f"'{token}'" for token in row.tokens)
    fields = (
        row.document.product_id,
        row.document.merchant_id,
        row.document.price_minor,
        min(sold, 10**6),
        row.code("mineral"),
        row.code("form"),
        row.signature,
        "t" if row.document.is_public else "f",
        "t" if chance.random() < 0.85 else "f",
        "\\\\x" + row.packed.hex(),
        tokens,
    )
    return "\t".join(map(str, fields)) + "\n"


def _zipf(count: int, power: float = 1.0) -> list[float]:
    """Weights added up, for `random.choices`."""
    return list(accumulate(1 / (rank + 1) ** power for rank in range(count)))
