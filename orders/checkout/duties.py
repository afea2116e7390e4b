"""What the rules in force ask of one parcel: duty, tax and fees, line by line."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from catalog.glossary import book as glossary
from donghai.errors import Refused
from donghai.money import Money, total
from orders.checkout.book import Rule, Tariff
from orders.checkout.lines import (
    Certainty,
    Consignment,
    Item,
    Line,
    LineKind,
    certainty_of,
    digits,
    plain,
    row_of,
)
from orders.checkout.rules import REGIMES

CUT = {"FACETED", "CABOCHON"}  # cut but not set: a class of its own to some tariffs
LABELS = {
    "DUTY": gettext_noop("Customs duty %(pct)s%%"),
    "SIMPLIFIED_DUTY": gettext_noop("Import duty %(pct)s%%"),
    "PER_ITEM_DUTY": gettext_noop("Customs duty, %(count)s × %(each)s"),
    "ADDITIONAL_DUTY": gettext_noop("Additional duty %(pct)s%%"),
    "FEE": gettext_noop("Customs handling fee, %(count)s × %(each)s"),
    "INCLUDED": gettext_noop("Import duty and tax %(pct)s%%"),
    "TAX": gettext_noop("%(tax)s %(pct)s%%"),
    "TAX_ON_DUTY": gettext_noop("%(tax)s %(pct)s%% on the duty"),
}


class NoRuleForCountry(Refused):
    code = "no_rule_for_country"
    title = _("We cannot ship there yet")


class NoRuleForValue(Refused):
    code = "no_rule_for_value"
    title = _("We cannot send goods for %(value)s there in one parcel yet")


class NoTariffForItem(Refused):
    code = "no_tariff_for_item"
    title = _("We cannot send “%(item)s” there yet")


def rules_for(parcel: Consignment) -> list[Rule]:
    """Those whose value band this parcel is in. Unclear who decides: refused."""
    rules = [rule for rule in parcel.book.rules if _is_within(rule, parcel)]
    if sum(rule.topic in REGIMES for rule in rules) != 1:
        raise NoRuleForValue(
            country=parcel.book.country,
            value=str(parcel.goods),
        )
    return rules


def _is_within(rule: Rule, parcel: Consignment) -> bool:
    """Whether the value, in whole cents of the limit's money, is in the rule's band."""
    limit = rule.value_up_to or rule.value_over
    if limit is None:
        return True
    value = parcel.rate_to(limit.currency).convert(parcel.value(rule.value_basis))
    above = rule.value_over is None or rule.value_over < value
    return above and (rule.value_up_to is None or value <= rule.value_up_to)


def asked_by(rules: Sequence[Rule], parcel: Consignment) -> list[Line]:
    """Duty, then tax, then fees, without lines of nothing."""
    charges = {rule.rule_id: _charges(rule, parcel) for rule in rules}
    lines = [line for asked in charges.values() for line in asked]
    duties = [line for line in lines if line.kind == LineKind.DUTY]
    fees = [line for line in lines if line.kind == LineKind.FEE]
    taxes = []
    for rule in rules:
        if rule.vat_mode not in ("NONE", "INCLUDED"):
            own = charges[rule.rule_id] if rule.vat_mode == "DUTY" else duties
            taxes.append(_tax_line(rule, parcel, own))
    return [line for line in (*duties, *taxes, *fees) if line.amount]


def _charges(rule: Rule, parcel: Consignment) -> list[Line]:
    if rule.by_tariff:
        return _tariff_lines(rule, parcel)
    if rule.duty_pct is None and rule.duty_fixed is None:
        return []
    items = [item for item in parcel.items if _concerns(rule, item, parcel)]
    return [_flat_line(rule, items, parcel)] if items else []


def _concerns(rule: Rule, item: Item, parcel: Consignment) -> bool:
    if rule.origin and item.origin != rule.origin:
        return False
    return not rule.only_hs or _tariff_of(item, parcel).hs in rule.only_hs


def _tariff_lines(rule: Rule, parcel: Consignment) -> list[Line]:
    """One line per tariff line; freight, where it counts, is shared out by value."""
    groups: dict[Tariff, list[Item]] = {}
    for item in parcel.items:
        groups.setdefault(_tariff_of(item, parcel), []).append(item)
    tariffs = sorted(groups, key=lambda tariff: tariff.rule_id)
    bases = [_goods_of(groups[tariff], parcel) for tariff in tariffs]
    if rule.duty_basis == "CIF":
        shares = parcel.freight.split([base.minor for base in bases])
        bases = [base + share for base, share in zip(bases, shares, strict=True)]
    return [
        Line(
            kind=LineKind.DUTY,
            label=LABELS["DUTY"],
            amount=base.share(tariff.pct),
            rule=tariff.rule_id,
            certainty=certainty_of(rule.is_certain and tariff.is_certain),
            working={
                "hs": tariff.hs,
                "pct": digits(tariff.pct),
                "base": plain(base),
                "basis": rule.duty_basis,
                "items": [item.ref for item in groups[tariff]],
            }
            | _band(rule, parcel),
        )
        for tariff, base in zip(tariffs, bases, strict=True)
    ]


def _tariff_of(item: Item, parcel: Consignment) -> Tariff:
    """The first line that fits: the book has those that say more in front."""
    for tariff in parcel.book.tariffs:
        if tariff.hs.startswith(item.hs6) and _fits(tariff, item, parcel):
            return tariff
    raise NoTariffForItem(
        country=parcel.book.country, item=item.label, ref=item.ref, hs6=item.hs6
    )


def form_class(form: str) -> str:
    """What tariffs tell forms apart by."""
    if form in CUT:
        return "CUT"
    family = glossary.family(form)
    return family if family in ("JEWELLERY", "FIGURINE", "ROUGH") else "OTHER"


def _fits(tariff: Tariff, item: Item, parcel: Consignment) -> bool:
    mineral = "ROCK_CRYSTAL" if item.mineral == "ROCK_CRYSTAL" else "OTHER"
    if tariff.form_class not in ("", form_class(item.form)):
        return False
    if tariff.mineral_class not in ("", mineral):
        return False
    limit = tariff.piece_up_to
    if limit is None:
        return True
    return parcel.rate_to(limit.currency).convert(item.unit_price) <= limit


def _flat_line(rule: Rule, items: Sequence[Item], parcel: Consignment) -> Line:
    """A percentage, a fixed sum for each, or both (a deduction is below zero)."""
    base = _goods_of(items, parcel)
    if rule.duty_basis == "CIF":
        others = parcel.goods - base
        base += parcel.freight.split([base.minor, others.minor])[0]
    pct = rule.duty_pct or Decimal(0)
    exact = base.amount * pct / 100
    working: dict[str, Any] = {
        "base": plain(base),
        "basis": rule.duty_basis,
        "pct": digits(pct),
    }
    rate = None
    if rule.duty_fixed:
        rate = parcel.rate_from(rule.duty_fixed.currency)
        per_subheading = rule.duty_fixed_per == "SUBHEADING"
        subheadings = sorted({item.hs6 for item in items})
        count = len(subheadings) if per_subheading else 1
        exact += rate.exact(rule.duty_fixed) * count
        working |= {
            "each": plain(rule.duty_fixed),
            "per": rule.duty_fixed_per,
            "count": count,
            "subheadings": subheadings,
            "rates": list(rate.rows),
        }
    return Line(
        kind=LineKind.FEE if rule.topic == "FEE" else LineKind.DUTY,
        label=LABELS["INCLUDED" if rule.vat_mode == "INCLUDED" else rule.topic],
        amount=max(Money.of(exact, parcel.currency), Money.zero(parcel.currency)),
        rule=rule.rule_id,
        certainty=certainty_of(rule.is_certain),
        rate=row_of(rate),
        working=working | _band(rule, parcel),
    )


def _tax_line(rule: Rule, parcel: Consignment, duties: Sequence[Line]) -> Line:
    tax = parcel.book.tax
    if tax is None:
        raise NoRuleForCountry(country=parcel.book.country)
    base = _tax_base(rule.vat_mode, parcel, duties)
    pct = tax.pct
    if rule.vat_mode == "INSIDE":
        pct = pct * 100 / (100 - pct)
    on_duty = rule.vat_mode in ("LANDED", "INSIDE", "DUTY")
    return Line(
        kind=LineKind.TAX,
        label=LABELS["TAX_ON_DUTY" if rule.vat_mode == "DUTY" else "TAX"],
        amount=base.share(pct),
        rule=rule.rule_id,
        certainty=certainty_of(
            rule.is_certain
            and tax.is_certain
            and not (on_duty and _has_estimate(duties))
        ),
        working={
            "tax": tax.name,
            "pct": digits(tax.pct),
            "tax_rule": tax.rule_id,
            "mode": rule.vat_mode,
            "base": plain(base),
        }
        | _band(rule, parcel),
    )


def _tax_base(mode: str, parcel: Consignment, duties: Sequence[Line]) -> Money:
    duty = total([line.amount for line in duties], parcel.currency)
    return {
        "GOODS": parcel.goods,
        "CIF": parcel.goods + parcel.freight,
        "DUTY": duty,
        "LANDED": parcel.goods + parcel.freight + duty,
        "INSIDE": parcel.goods + parcel.freight + duty,
    }[mode]


def _band(rule: Rule, parcel: Consignment) -> dict[str, Any]:
    """The limit that decided, for "why?"."""
    limit = rule.value_up_to or rule.value_over
    if limit is None:
        return {}
    rate = parcel.rate_to(limit.currency)
    return {
        "value": plain(rate.convert(parcel.value(rule.value_basis))),
        "value_basis": rule.value_basis,
        "value_over": rule.value_over and plain(rule.value_over),
        "value_up_to": rule.value_up_to and plain(rule.value_up_to),
        "value_rates": list(rate.rows),
    }


def _goods_of(items: Iterable[Item], parcel: Consignment) -> Money:
    return total([item.value for item in items], parcel.currency)


def _has_estimate(lines: Iterable[Line]) -> bool:
    return any(line.certainty == Certainty.ESTIMATE for line in lines)
