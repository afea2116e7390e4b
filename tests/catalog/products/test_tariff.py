"""Customs codes proposed from facts; the examples are those of crystal's trade."""

import pytest

from catalog.products import tariff

CASES = [
    ("JEWELLERY", "QUARTZ", "NONE", "NONE", "7116200000", "035"),
    ("OBJECT", "CHALCEDONY", "DYED", "NONE", "7116200000", "035"),
    ("FIGURINE", "OTHER", "HEATED", "BASE", "7116200000", "035"),
    ("JEWELLERY", "QUARTZ", "SYNTHETIC", "NONE", "7116200000", "035"),
    ("JEWELLERY", "QUARTZ", "NONE", "SILVER", "711311", ""),
    ("JEWELLERY", "TOURMALINE", "NONE", "GOLD", "711319", ""),
    ("JEWELLERY", "QUARTZ", "GLASS", "NONE", "711790", ""),
    ("JEWELLERY", "QUARTZ", "GLASS", "BASE", "711719", ""),
    ("LOOSE", "QUARTZ", "GLASS", "NONE", "7018100000", "035"),
    ("OBJECT", "QUARTZ", "GLASS", "NONE", "701399", ""),
    ("FIGURINE", "QUARTZ", "GLASS", "NONE", "701890", ""),
    ("LOOSE", "QUARTZ", "NONE", "NONE", "7103992000", "084"),
    ("LOOSE", "QUARTZ", "IRRADIATED", "NONE", "7103992000", "084"),
    ("LOOSE", "TOURMALINE", "NONE", "NONE", "7103993000", "084"),
    ("LOOSE", "JADEITE", "FILLED", "NONE", "7103991000", "084"),
    ("LOOSE", "NEPHRITE", "NONE", "NONE", "7103994000", "084"),
    ("LOOSE", "CORUNDUM_BERYL", "HEATED", "NONE", "7103910000", "084"),
    ("LOOSE", "CHALCEDONY", "DYED", "NONE", "7103999000", "084"),
    ("LOOSE", "QUARTZ", "SYNTHETIC", "NONE", "7104999000", "036"),
    ("LOOSE", "OTHER", "RECONSTITUTED", "NONE", "7104999000", "036"),
    ("ROUGH", "QUARTZ", "NONE", "NONE", "7103100000", "035"),
    ("ROUGH", "OTHER", "SYNTHETIC", "NONE", "7104999000", "036"),
]


@pytest.mark.parametrize(("form", "mineral", "treatment", "metal", "hs", "unit"), CASES)
def test_the_facts_propose_a_code_and_its_unit(
    form, mineral, treatment, metal, hs, unit
):
    proposal = tariff.propose(
        form_family=form, mineral_family=mineral, treatment=treatment, metal=metal
    )
    assert (proposal.hs_code, proposal.unit) == (hs, unit)
    assert proposal.is_complete == (len(hs) == 10)
    assert proposal.why


def test_every_complete_code_of_the_rules_is_a_line_of_the_tariff():
    complete = {rule.hs for rule in tariff._rules() if len(rule.hs) == tariff.TEN}
    assert complete <= set(tariff.goods_codes())
