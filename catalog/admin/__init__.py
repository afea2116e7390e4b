"""The market in the admin, one file per folder of catalog/."""

from catalog.admin import (
    artisans,
    connections,
    evidence,
    glossary,
    merchants,
    products,
    provenance,
    sheets,
    stock,
    work,
)

__all__ = [
    "artisans",
    "connections",
    "evidence",
    "glossary",
    "merchants",
    "products",
    "provenance",
    "sheets",
    "stock",
    "work",
]
