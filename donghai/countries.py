"""Countries by ISO 3166-1 alpha-2 code, from the Unicode CLDR that Babel carries."""

from collections.abc import Sequence
from functools import cache
from unicodedata import category, normalize

from babel import Locale

# CLDR's own, and Sark, which ISO has not
NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "CQ"})

# Named in the way of Hong Kong and Macao
OURS = {"zh": {"TW": "中国台湾"}, "en": {"TW": "Taiwan, China"}}


@cache
def codes() -> frozenset[str]:
    """All countries' codes: AF, BR, CN ..."""
    known = map(str, Locale("en").territories)
    return frozenset(x for x in known if len(x) == 2 and x.isalpha()) - NO_COUNTRIES


@cache
def names(language: str) -> dict[str, str]:
    """Countries' names in one language (en, zh-hans, pt-br), by code."""
    locale = Locale.parse(language.replace("-", "_"))
    named = {**locale.territories, **OURS.get(locale.language, {})}
    return {code: str(named.get(code, code)) for code in sorted(codes())}


def choices(language: str, first: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Codes and names: some first as given, all others as the language sorts them."""
    named = names(language)
    rest = sorted(set(named) - set(first), key=lambda code: _place(named[code]))
    return [(code, named[code]) for code in (*first, *rest)]


def _place(name: str) -> bytes:
    """Accents don't count; GB's first level of Chinese characters stands by pinyin."""
    bare = (c for c in normalize("NFD", name.casefold()) if category(c) != "Mn")
    return normalize("NFC", "".join(bare)).encode("gb18030")
