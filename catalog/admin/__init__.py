"""The market in the admin, one file per folder of catalog/."""

from catalog.admin import artisans, evidence, merchants, products, provenance, stock

__all__ = ["artisans", "evidence", "merchants", "products", "provenance", "stock"]
