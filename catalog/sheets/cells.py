"""What a cell says: numbers, measures, money, yes and no, as people type them.

Each reader takes a cleaned text and returns a value, or None where it says nothing it
can be sure of; the caller then asks the person.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

# 1,280.00 and 1'280 but not 1,28, which might be a decimal comma
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[,' ]\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+")
ABOUT = re.compile(
    r"^(?:约为?|大约|大概|左右|ca\.?|approx\.?|about|~|≈|净重)\s*|\s*(?:左右|上下)$",
    re.I,
)
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E[+-]\d\d+", re.I)
INVISIBLE = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]"
)
SPACE = re.compile(r"\s+")

MILLIMETRES = {
    "": 1, "mm": 1, "毫米": 1, "cm": 10, "厘米": 10, "公分": 10, "m": 1000, "米": 1000,
}  # fmt: skip
GRAMS = {
    "": "1", "g": "1", "克": "1", "公克": "1", "gram": "1", "grams": "1", "gr": "1",
    "kg": "1000", "公斤": "1000", "千克": "1000", "斤": "500", "两": "50",
    "ct": "0.2", "克拉": "0.2", "mg": "0.001", "毫克": "0.001",
}  # fmt: skip
YUAN = {
    "": 1, "元": 1, "块": 1, "块钱": 1, "cny": 1, "rmb": 1, "¥": 1, "人民币": 1,
    "元整": 1, "圆": 1, "yuan": 1, "万": 10_000, "万元": 10_000,
}  # fmt: skip
PIECES = {
    "": 1, "件": 1, "个": 1, "条": 1, "只": 1, "串": 1, "颗": 1, "粒": 1, "枚": 1,
    "块": 1, "对": 1, "套": 1, "pcs": 1, "pc": 1, "piece": 1, "pieces": 1,
}  # fmt: skip
YES = {
    "是",
    "有",
    "对",
    "y",
    "yes",
    "true",
    "1",
    "√",
    "✓",
    "✔",
    "x",
    "孤品",
    "one-off",
    "t",
}
NO = {"否", "无", "不", "不是", "非", "n", "no", "false", "0", "×", "✗", "-", "f"}
TIER = re.compile(
    r"(\d+)\s*(?:件|个|条|串|pcs)?\s*(?:\+|起|以上|[:：=@]|>=|≥)+\s*¥?\s*(\d+(?:\.\d+)?)",
    re.I,
)
LIVE = re.compile(r"'+[=+\-@\t\r]")  # escaped, so that no program runs it


def clean(text: str) -> str:
    """Half-width, without what can't be seen, one space where there were several."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    plain = SPACE.sub(" ", plain).strip()
    return plain[1:] if LIVE.match(plain) else plain


def clean_text(text: str) -> str:
    """Free words as they were written, without what can't be seen."""
    plain = INVISIBLE.sub("", text).replace("\r\n", "\n").strip()
    return plain[1:] if LIVE.match(plain) else plain


def escaped(text: str) -> str:
    """So that no spreadsheet program runs it; `clean` takes it away again."""
    return f"'{text}" if re.match(r"'*[=+\-@\t\r]", text) else text


def number(text: str, units: Mapping[str, object], unit: str = "") -> Decimal | None:
    """The one number in a text with at most a unit before or behind it.

    `unit` is the column's, for cells that name none.
    """
    bare = ABOUT.sub("", text.strip()).strip()
    found = NUMBER.search(bare)
    if not found:
        return None
    before, behind = bare[: found.start()].strip(), bare[found.end() :].strip()
    said = (before + behind).strip(" ：:").lower().removesuffix(".")
    if before and behind and said not in units:
        said = behind.lower() if before.lower() in units else said
    if said not in units:
        return None
    factor = units[said or unit.lower()] if (said or unit.lower() in units) else 1
    return Decimal(re.sub(r"[,' ]", "", found[0])) * Decimal(str(factor))


def is_bare(text: str) -> bool:
    """Whether a text is a number without a unit."""
    return bool(NUMBER.fullmatch(ABOUT.sub("", text.strip()).strip()))


def millimetres(text: str, unit: str = "") -> Decimal | None:
    """To a tenth."""
    return _rounded(number(text, MILLIMETRES, unit), "0.1")


def grams(text: str, unit: str = "") -> Decimal | None:
    """To a hundredth."""
    return _rounded(number(text, GRAMS, unit), "0.01")


def fen(text: str, unit: str = "") -> int | None:
    """Money of the market in its smallest unit; more decimals are a slip."""
    yuan = number(text, YUAN, unit)
    if yuan is None or yuan * 100 != (minor := int(yuan * 100)):
        return None
    return minor


def whole(text: str, unit: str = "") -> int | None:
    """A count; 8.0 is 8, 8.5 is none."""
    found = number(text, PIECES)
    return int(found) if found is not None and found == int(found) else None


def yes(text: str) -> bool | None:
    """Yes or no in the words and marks that people put there."""
    said = text.lower()
    return True if said in YES else False if said in NO else None


def tiers(text: str) -> tuple[tuple[int, int], ...] | None:
    """Lower prices from some quantity on: "10:50; 50:45" or "10件起50元"."""
    found = TIER.findall(text)
    rest = re.sub(r"[元块¥\s;,/、|；，。]|以上|起", "", TIER.sub("", text))
    prices = {int(many): fen(price) for many, price in found}
    if not found or rest or None in prices.values() or len(prices) < len(found):
        return None
    return tuple(sorted((many, price or 0) for many, price in prices.items()))


def _rounded(value: Decimal | None, step: str) -> Decimal | None:
    if value is None or abs(value) > 10**9:
        return None
    return value.quantize(Decimal(step), ROUND_HALF_UP)
