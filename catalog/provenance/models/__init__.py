"""Where a stone comes from, who worked it, what a laboratory found, and on what proof.

Lots, uses, works, reports and honours are claims. Evidence hangs on each of them, and
only what the centre's staff has checked is shown as checked.
"""

from catalog.provenance.models.artisans import Artisan, Honour
from catalog.provenance.models.evidence import CLAIMS, Evidence
from catalog.provenance.models.lots import RawLot
from catalog.provenance.models.pieces import LabReport, Passport, RawUse, Work

__all__ = [
    "CLAIMS",
    "Artisan",
    "Evidence",
    "Honour",
    "LabReport",
    "Passport",
    "RawLot",
    "RawUse",
    "Work",
]
