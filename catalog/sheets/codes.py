"""What keeps an import's pieces drafts: facts that lack, codes nobody confirmed yet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from catalog.products import declaring, tariff
from catalog.products.declaring import Goods
from catalog.sheets.models import SheetImport
from donghai import sql

FACTS = ("mineral", "form", "treatment", "colour", "metal")
SAID = ", ".join(
    f"coalesce(r.said->>'{name}', p.{name}, '') AS {name}" for name in FACTS
)
STANDS = ", ".join(f"p.{name} AS was_{name}" for name in FACTS)
LACKS = """'{"blocks": false, "warns": false}'::jsonb"""
ROWS = f"""
SELECT r.problems @> jsonb_build_array({LACKS}) AS lacks,
    coalesce(r.said->>'hs_code', '') AS said, p.id IS NOT NULL AS is_there,
    coalesce(p.hs_code, '') AS stands,
    p.customs_confirmed_at IS NOT NULL AS is_confirmed,
    {SAID}, {STANDS}, count(*) AS pieces
FROM catalog_sheetrow r
LEFT JOIN catalog_variant v ON v.merchant_id = %(merchant)s
    AND upper(v.sku COLLATE "C") = upper(r.sku COLLATE "C")
LEFT JOIN catalog_product own ON own.merchant_id = %(merchant)s AND own.code <> ''
    AND v.id IS NULL AND own.code = r.said->>'product'
LEFT JOIN catalog_product p ON p.id = coalesce(v.product_id, own.id)
WHERE r.sheet_import_id = %(sheet)s AND r.action IN ('NEW', 'CHANGE')
GROUP BY {", ".join(map(str, range(1, 16)))}
"""
FIELDS = f"""
SELECT problem->>'field' AS field, count(*) AS pieces
FROM catalog_sheetrow r, jsonb_array_elements(r.problems) AS problem
WHERE r.sheet_import_id = %(sheet)s AND r.action IN ('NEW', 'CHANGE')
    AND problem @> {LACKS}
GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A code, how many pieces get it, and why; an `is_own` one a person chose."""

    code: str
    pieces: int
    name: str
    why: str
    is_own: bool
    is_complete: bool


def to_confirm(sheet: SheetImport) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Each code that rows to be taken over get and nobody confirmed, most pieces first.

    `rule` is what proposes it or, for a code that the sheet chose, what else. And how
    many rows stay drafts: those that lack facts, those whose code lacks digits, those
    whose code nobody confirms; and how many lack which field.
    """
    found: Counter[tuple[str, str, bool]] = Counter()
    drafts: dict[str, Any] = {"facts": 0, "digits": 0, "word": 0}
    for row in sql.rows(ROWS, sheet=sheet.pk, merchant=sheet.merchant_id):
        goods = Goods(*row[5:10])
        was = Goods(*row[10:15]) if row.is_there else None
        proposal = declaring.propose(goods)
        code = declaring.code_of(row.said, row.stands, was, goods)
        is_confirmed = row.is_confirmed and code == row.stands
        if row.lacks or not proposal:
            drafts["facts"] += row.pieces
        elif not is_confirmed:
            drafts["word" if code else "digits"] += row.pieces
        if proposal and not is_confirmed:
            proposed = proposal.hs_code
            is_own = bool(code) and code != proposed
            found[code or proposed, proposal.rule, is_own] += row.pieces
    drafts["fields"] = list(map(list, sql.rows(FIELDS, sheet=sheet.pk)))
    codes = [
        {"code": code, "rule": rule, "is_own": is_own, "pieces": pieces}
        for (code, rule, is_own), pieces in found.most_common()
    ]
    return codes, drafts


def shown(sheet: SheetImport) -> Iterator[CodeShown]:
    """The same for a person to read."""
    reads_chinese = (translation.get_language() or "").startswith("zh")
    for each in sheet.codes:
        goods = tariff.goods_codes().get(each["code"])
        names = (goods.name_zh, goods.name_en) if goods else ("", "")
        yield CodeShown(
            each["code"],
            each["pieces"],
            names[0] if reads_chinese else names[1],
            tariff.why(each["rule"]),
            each["is_own"],
            len(each["code"]) == tariff.TEN,
        )
