"""The market in the admin, one file per folder of catalog/."""

from catalog.admin import (
    artisans,
    evidence,
    merchants,
    products,
    provenance,
    stock,
    work,
)
from catalog.glossary import admin as glossary

__all__ = [
    "artisans",
    "evidence",
    "glossary",
    "merchants",
    "products",
    "provenance",
    "stock",
    "work",
]
