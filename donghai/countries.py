"""Countries by ISO 3166-1 alpha-2 code, from the Unicode CLDR that Babel carries."""

from functools import cache

from babel import Locale

NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})  # CLDR's own


@cache
def codes() -> frozenset[str]:
    """All countries' codes: AF, BR, CN ..."""
    known = map(str, Locale("en").territories)
    return frozenset(x for x in known if len(x) == 2 and x.isalpha()) - NO_COUNTRIES


@cache
def names(language: str) -> dict[str, str]:
    """Countries' names in one language (en, zh-hans, pt-br), by code."""
    territories = Locale.parse(language.replace("-", "_")).territories
    return {code: str(territories.get(code, code)) for code in sorted(codes())}
