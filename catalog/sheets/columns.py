"""From the words over a column to the field of a piece it fills."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.sheets.cells import clean

# Selling languages: code, English, words in Chinese headers
LANGUAGES = {
    "zh-hans": ("Chinese", "中文"),
    "en": ("English", "英文 英语"),
    "es": ("Spanish", "西班牙文 西班牙语 西语"),
    "fr": ("French", "法文 法语"),
    "de": ("German", "德文 德语"),
    "pt-br": ("Portuguese", "葡萄牙文 葡萄牙语 葡语"),
    "ru": ("Russian", "俄文 俄语"),
    "ar": ("Arabic", "阿拉伯文 阿拉伯语 阿语"),
    "ja": ("Japanese", "日文 日语"),
    "ko": ("Korean", "韩文 韩语"),
}
PROBLEM = "problem"  # the column that an error file adds
UNIT = re.compile(
    r"[(/\[]\s*(mm|cm|毫米|厘米|公分|g|kg|克|公斤|千克|斤|ct|克拉|元|万元)\s*[)\]]?\s*$",
    re.I,
)
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a piece and what people call it; `words` are split at blanks.

    Facts `of_product` are the same for all its variants: a cell merged over several
    rows says them of each.
    """

    field: str
    zh: str
    en: str
    label: str | Promise
    words: str = ""
    of_product: bool = False


COLUMNS = [
    Column("sku", "货号", "SKU", "SKU", "编号 商品编号 产品编号 货品编号 商品编码 编码 条码 条形码 商家编码 item itemno itemnumber itemcode code articleno barcode sn 款式编号 序列号"),
    Column("product", "款号", "Product no.", _("product number"), "款式号 商品款号 spu style styleno product productno productnumber model 型号 parent", True),
    Column("title:zh-hans", "品名", "Title (Chinese)", "", "名称 商品名称 产品名称 货品名称 标题 商品标题 中文名 中文名称 中文标题 titlezh titlechinese chinesename", True),
    Column("title:en", "英文标题", "Title", "", "name productname itemname title titleen englishname 英文名 英文名称 英文品名 description", True),
    Column("mineral", "材质", "Mineral", _("mineral"), "矿物 材料 石种 宝石 晶种 品种 水晶种类 种类 material stone gemstone crystal 质地 成分", True),
    Column("treatment", "处理", "Treatment", _("treatment"), "优化处理 优化 处理方式 加工处理 是否优化 enhancement treated", True),
    Column("form", "形制", "Form", _("form"), "款式 类型 类别 品类 分类 形状 器型 产品类型 商品分类 type category shape kind", True),
    Column("colour", "颜色", "Colour", _("colour"), "色 色系 主色 color colours", True),
    Column("motif", "题材", "Motif", _("motif"), "雕刻题材 图案 主题 纹样 寓意 theme design pattern subject", True),
    Column("origin", "产地", "Origin", _("origin of the raw stone"), "原产地 原石产地 矿区 来源 国家 country countryoforigin source madein", True),
    Column("size", "规格", "Size", _("size"), "尺寸 尺码 大小 规格尺寸 spec specification dimensions sizes"),
    Column("bead_mm", "珠径", "Bead mm", _("bead size in mm"), "珠子直径 珠子大小 珠子尺寸 圆珠直径 beadsize bead beaddiameter"),
    Column("wrist_mm", "手围", "Wrist mm", _("wrist size in mm"), "圈口 内径 手寸 适合手围 wrist wristsize innercircumference"),
    Column("length_mm", "长", "Length mm", _("length in mm"), "长度 长mm length"),
    Column("width_mm", "宽", "Width mm", _("width in mm"), "宽度 width"),
    Column("height_mm", "高", "Height mm", _("height in mm"), "高度 厚度 厚 height thickness"),
    Column("diameter_mm", "直径", "Diameter mm", _("diameter in mm"), "球径 外径 直径大小 diameter"),
    Column("weight_g", "净重", "Net weight g", _("net weight in grams"), "克重 重量 单重 净重量 单件重量 weight netweight weightg grams gram"),
    Column("wholesale", "批发价", "Wholesale price", _("wholesale price"), "拿货价 批价 进价 供货价 供价 出厂价 成本价 单价 价格 wholesale wholesalecny price unitprice cost pricecny"),
    Column("min_quantity", "起批量", "Minimum quantity", _("fewest at once"), "起订量 起批数 起批 最小起订量 moq minquantity minimum minimumorder minqty"),
    Column("tiers", "阶梯价", "Price tiers", _("price tiers"), "批量价 阶梯价格 梯度价 量价 tiers pricetiers volumeprices"),
    Column("suggested_retail", "建议零售价", "Suggested retail price", _("suggested retail price"), "零售价 建议售价 售价 吊牌价 市场价 retail retailprice rrp msrp suggestedretail"),
    Column("least_retail", "最低零售价", "Lowest retail price", _("lowest retail price"), "最低售价 最低价 控价 限价 底价 leastretail minretail minimumretailprice map lowestprice"),
    Column("on_hand", "库存", "Stock", _("stock on hand"), "数量 库存数量 现货 现有库存 件数 现货数量 库存量 stock qty quantity onhand inventory instock available"),
    Column("is_one_off", "孤品", "One of a kind", _("one of a kind"), "是否孤品 单件 独一无二 oneoff unique oneofakind"),
    Column("alarm_at", "库存预警", "Alarm at", _("warn when fewer are left"), "预警 预警数量 安全库存 最低库存 alarm lowstock reorderpoint alarmat safetystock"),
    Column("hs_code", "海关编码", "HS code", _("customs code (10 digits)"), "hs编码 税号 商品编码hs 税则号 hs hscode tariff tariffcode", True),
    Column("story", "描述", "Story", _("the merchant's own words"), "介绍 商品描述 产品描述 详情 故事 卖点 备注说明 story text details longdescription", True),
]  # fmt: skip
REPORT_WORDS = ("问题", "what is wrong", "problem")


def _titles() -> list[Column]:
    made = []
    for code, (english, chinese) in LANGUAGES.items():
        if code in ("zh-hans", "en"):
            continue
        short = code.split("-")[0]
        words = [f"title{short}", f"title{code}", f"title{english}", f"{english}title"]
        for name in chinese.split():
            words += [f"{name}{what}" for what in ("标题", "品名", "名称", "名")]
        first = chinese.split(maxsplit=1)[0]
        made.append(
            Column(
                f"title:{code}",
                f"{first}标题",
                f"Title ({english})",
                "",
                " ".join(words),
                of_product=True,
            )  # fmt: skip
        )
    return made


COLUMNS += _titles()
BY_FIELD = {column.field: column for column in COLUMNS}


def label_of(field: str) -> str | Promise:
    """What a field is called to a person."""
    if field == PROBLEM:
        return _("what was wrong")
    column = BY_FIELD.get(field)
    if column is None:
        return field
    if field.startswith("title:"):
        language = LANGUAGES[field.removeprefix("title:")][0]
        return format_lazy(_("title ({language})"), language=_(language))
    return column.label


def header(field: str, language: str) -> str:
    """What stands over its column in a sheet of ours."""
    column = BY_FIELD[field]
    return column.zh if language.startswith("zh") else column.en


def report_header(language: str) -> str:
    """What stands over the column of an error file that says what to mend."""
    return REPORT_WORDS[0] if language.startswith("zh") else REPORT_WORDS[1]


def field_of(header: str) -> str:
    """The field that a header means, empty where nobody can say."""
    text = clean(header).lower()
    known = _known()
    for candidate in (text, ASIDE.sub("", text), UNIT.sub("", text)):
        if found := known.get(NO_WORD.sub("", candidate)):
            return found
    return ""


def unit_of(header: str) -> str:
    """The unit a header names in brackets: 净重(kg)."""
    found = UNIT.search(clean(header))
    return found[1].lower() if found else ""


def guess(headers: Sequence[str]) -> list[str]:
    """A field for each column; of two that mean the same the first has it."""
    taken: set[str] = set()
    guessed = []
    for each in headers:
        field = field_of(each)
        guessed.append("" if field in taken else field)
        taken.add(field)
    return guessed


def recognised(headers: Iterable[str]) -> int:
    """How many different fields a row would name, were it the headers."""
    return len({field for each in headers if each and (field := field_of(each))})


def fingerprint(headers: Sequence[str]) -> str:
    """The same for sheets with the same headers, an error file's own column aside."""
    words = [NO_WORD.sub("", clean(each).lower()) for each in headers]
    words = [
        word for word, each in zip(words, headers, strict=True) if not is_report(each)
    ]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def is_report(header: str) -> bool:
    return clean(header).lower() in REPORT_WORDS


@cache
def _known() -> dict[str, str]:
    known = {NO_WORD.sub("", word): PROBLEM for word in REPORT_WORDS}
    for column in COLUMNS:
        names = (column.field, column.zh, column.en, *column.words.split())
        for name in names:
            known.setdefault(NO_WORD.sub("", name.lower()), column.field)
    return known
