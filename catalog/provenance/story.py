"""A stone's way, told in dated lines, each with its proof and how far to trust it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.products.models import Product, Variant
from catalog.provenance import names
from catalog.provenance.models import (
    CLAIMS,
    Evidence,
    LabReport,
    RawLot,
    RawUse,
    Work,
)
from donghai.templatetags.pages import country

HOME = ZoneInfo(settings.HOME_ZONE)


class Trust(TextChoices):
    """How far a line can be trusted, the best first."""

    CHECKED = "CHECKED", gettext_lazy("Checked")
    RECORDED = "RECORDED", gettext_lazy("Recorded by Donghai")
    DECLARED = "DECLARED", gettext_lazy("Declared by the merchant, not checked")
    DOUBTED = "DOUBTED", gettext_lazy("Contradicted")
    UNSAID = "UNSAID", gettext_lazy("Not said")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact of a stone's way. `proof` vouches for it where it is CHECKED."""

    kind: str  # raw, arrival, worked, treatment, test, listed
    title: str
    trust: Trust
    note: str = ""
    on: date | None = None
    since: date | None = None
    href: str = ""
    doubt: str = ""
    papers: tuple[Evidence, ...] = ()

    @property
    def proof(self) -> Evidence | None:
        """The newest check of what is checked."""
        checked = [paper for paper in self.papers if paper.checked_on]
        checked.sort(key=lambda paper: paper.checked_on or date.min)
        return checked[-1] if checked and self.trust == Trust.CHECKED else None

    @property
    def label(self) -> str:
        """How far to trust it, in words: a lot is its importer's word."""
        if self.kind == "arrival" and self.trust == Trust.DECLARED:
            return _("Declared by the importer, not checked")
        return str(self.trust.label)

    @property
    def photos(self) -> list[Evidence]:
        """Pictures among the proofs that everybody may see."""
        photo = Evidence.Kind.PHOTO
        return [one for one in self.papers if one.kind == photo and one.is_open]


@dataclass(frozen=True, slots=True)
class Story:
    """What is said of one product, or of one one-off of it."""

    product: Product
    uses: tuple[RawUse, ...]
    works: tuple[Work, ...]
    reports: tuple[LabReport, ...]
    papers: dict[tuple[str, int], tuple[Evidence, ...]]

    @classmethod
    def of(cls, product: Product, variant: Variant | None = None) -> Self:
        """Four queries, however much there is."""
        uses = RawUse.objects.of(product, variant).select_related("lot")
        works = Work.objects.of(product, variant).select_related("artisan")
        reports = LabReport.objects.of(product, variant)
        told = cls(
            product,
            tuple(uses.order_by("lot__arrived_on", "pk")),
            tuple(works.order_by("to_on", "pk")),
            tuple(reports.order_by("issued_on", "pk")),
            {},
        )
        for report in told.reports:
            report.product = product
        told.papers.update(_papers_of([*told.uses, *told.works, *told.reports]))
        return told

    def lines(self) -> list[Line]:
        return [
            *self._raw(),
            *self._worked(),
            self._treatment(),
            *self._tested(),
            self._listed(),
        ]

    def short(self) -> list[Line]:
        """One line for each thing a buyer asks: whence, by whom, treated, tested."""
        wanted = ("raw", "worked", "treatment", "test")
        return [line for line in self.lines() if line.kind in wanted]

    def doubts(self) -> list[str]:
        """What in here contradicts itself, for those who must mend it."""
        return [line.doubt for line in self.lines() if line.doubt]

    def _raw(self) -> Iterator[Line]:
        if not self.uses:
            yield Line(
                kind="raw",
                title=_("%(stone)s from %(country)s")
                % {
                    "stone": self._stone(self.product.mineral),
                    "country": country(self.product.origin),
                },
                note=_("The merchant names the country, not the lot."),
                trust=Trust.DECLARED,
            )
        for use in self.uses:
            papers = self.papers.get(("use", use.pk), ())
            doubt = self._doubt_of_lot(use.lot)
            yield Line(
                kind="raw",
                title=_("%(stone)s from %(country)s")
                % {
                    "stone": self._stone(use.lot.mineral),
                    "country": country(use.lot.origin),
                },
                note=_said_of(use),
                trust=_trust(papers, doubt),
                doubt=doubt,
                href=reverse("catalog:lot", args=[use.lot.code]),
                papers=papers,
            )
            yield arrival(use.lot, self.papers.get(("lot", use.lot_id), ()))

    def _worked(self) -> Iterator[Line]:
        if not self.works:
            yield Line(
                kind="worked",
                title=_("Worked in Donghai"),
                note=_("The merchant has not named who did it."),
                trust=Trust.UNSAID,
            )
        for work in self.works:
            papers = self.papers.get(("work", work.pk), ())
            yield Line(
                kind="worked",
                title=WORKED_BY[work.role] % {"who": work.artisan},
                note=capfirst(work.artisan.get_craft_display()),
                on=work.to_on or work.from_on,
                since=work.from_on if work.to_on != work.from_on else None,
                trust=_trust(papers),
                href=reverse("catalog:artisan", args=[work.artisan.slug]),
                papers=papers,
            )

    def _treatment(self) -> Line:
        """Checked only where a checked report found just this."""
        product = self.product
        doubt = next((self._doubt(r) for r in self.reports if r.doubts_treatment), "")
        papers = tuple(
            paper
            for report in self.reports
            if report.found_treatment == product.treatment
            for paper in self.papers.get(("report", report.pk), ())
        )
        notes = {
            "NONE": _("Cut and polished, otherwise as it grew."),
            "SYNTHETIC": _("Grown by people, not by the earth."),
            "GLASS": _("Made of glass, not of crystal."),
        }
        return Line(
            kind="treatment",
            title=capfirst(names.treatment(product.treatment)),
            note=notes.get(product.treatment, _("Done after it left the earth.")),
            trust=_trust(papers, doubt),
            doubt=doubt,
            papers=papers if any(paper.checked_on for paper in papers) else (),
        )

    def _tested(self) -> Iterator[Line]:
        if not self.reports:
            yield Line(
                kind="test",
                title=_("No test report"),
                note=_("No laboratory has been asked, or the merchant shows none."),
                trust=Trust.UNSAID,
            )
        for report in self.reports:
            papers = self.papers.get(("report", report.pk), ())
            doubt = "" if report.doubts_treatment else self._doubt(report)
            yield Line(
                kind="test",
                title=_("Tested by %(laboratory)s") % {"laboratory": report.laboratory},
                note=_found_by(report),
                on=report.issued_on,
                trust=_trust(papers, doubt),
                doubt=doubt,
                href=report.link if _is_checked(papers) else "",
                papers=papers,
            )

    def _listed(self) -> Line:
        stall = self.product.merchant.stall
        return Line(
            kind="listed",
            title=_("Listed by %(merchant)s") % {"merchant": self.product.merchant},
            note=_("Stall %(stall)s") % {"stall": stall} if stall else "",
            on=timezone.localdate(
                self.product.created_at, ZoneInfo(settings.HOME_ZONE)
            ),
            trust=Trust.RECORDED,
        )

    def _doubt(self, report: LabReport) -> str:
        """Where a report and the merchant disagree; empty where they don't."""
        if report.doubts_treatment:
            found, said = map(
                names.treatment, (report.found_treatment, self.product.treatment)
            )
        elif report.doubts_mineral:
            found, said = map(
                names.mineral, (report.found_mineral, self.product.mineral)
            )
        else:
            return ""
        return _(
            "The laboratory found: %(found)s. The merchant says: %(said)s. "
            "The centre is asking which is true."
        ) % {"found": found, "said": said}

    def _doubt_of_lot(self, lot: RawLot) -> str:
        """A piece's facts may have been changed after its lot was named."""
        if (lot.mineral, lot.origin) == (self.product.mineral, self.product.origin):
            return ""
        return _(
            "The lot is %(there)s. The merchant says: %(here)s. "
            "The centre is asking which is true."
        ) % {"there": _named(lot), "here": _named(self.product)}

    @staticmethod
    def _stone(mineral: str) -> str:
        return _("Raw %(stone)s") % {"stone": names.mineral(mineral)}


WORKED_BY: dict[str, Any] = {
    Work.Role.CUT: gettext_lazy("Cut by %(who)s"),
    Work.Role.CARVED: gettext_lazy("Carved by %(who)s"),
    Work.Role.POLISHED: gettext_lazy("Polished by %(who)s"),
    Work.Role.SET: gettext_lazy("Set by %(who)s"),
    Work.Role.STRUNG: gettext_lazy("Strung by %(who)s"),
}


def arrival(lot: RawLot, papers: tuple[Evidence, ...]) -> Line:
    """A lot's coming to Donghai, with the papers of the lot."""
    if lot.declaration_number:
        note = _("Import declaration %(number)s") % {"number": lot.masked_declaration}
    elif lot.origin == "CN":
        note = _("From inside the country: there is nothing to declare.")
    else:
        note = _("The number of the import declaration is not said.")
    return Line(
        kind="arrival",
        title=_("Arrived in Donghai"),
        note=note,
        on=lot.arrived_on,
        trust=_trust(papers),
        papers=papers,
    )


def papers_of(claims: Iterable[Any]) -> dict[int, tuple[Evidence, ...]]:
    """The proofs of claims of one kind, by the claim's key, in one query."""
    return {key: found for (_kind, key), found in _papers_of(list(claims)).items()}


def _papers_of(claims: list[Any]) -> dict[tuple[str, int], tuple[Evidence, ...]]:
    """Proofs by kind and key of the claim; those of a use's lot come along."""
    wanted: dict[str, set[int]] = {}
    for claim in claims:
        wanted.setdefault(CLAIMS[type(claim)], set()).add(claim.pk)
        if isinstance(claim, RawUse):
            wanted.setdefault("lot", set()).add(claim.lot_id)
    if not wanted:
        return {}
    either = Q()
    for name, keys in wanted.items():
        either |= Q(**{f"{name}__in": keys})
    found: dict[tuple[str, int], tuple[Evidence, ...]] = {}
    papers = Evidence.objects.filter(either).select_related("checked_by")
    for paper in papers.order_by("pk"):
        name = next(one for one in wanted if getattr(paper, f"{one}_id"))
        key = (name, getattr(paper, f"{name}_id"))
        found[key] = (*found.get(key, ()), paper)
    return found


def _is_checked(papers: Iterable[Evidence]) -> bool:
    return any(paper.checked_on for paper in papers)


def _trust(papers: Iterable[Evidence], doubt: str = "") -> Trust:
    if doubt:
        return Trust.DOUBTED
    return Trust.CHECKED if _is_checked(papers) else Trust.DECLARED


def _said_of(use: RawUse) -> str:
    where = [use.lot.place] if use.lot.place else []
    return " · ".join([*where, _("lot %(lot)s") % {"lot": use.lot.code}])


def _found_by(report: LabReport) -> str:
    found = [_("report %(number)s") % {"number": report.number}]
    if report.found_mineral:
        found.append(names.mineral(report.found_mineral))
    if report.found_treatment:
        found.append(names.treatment(report.found_treatment))
    return capfirst(" · ".join(found))


def _named(what: RawLot | Product) -> str:
    return f"{names.mineral(what.mineral)}, {country(what.origin)}"
