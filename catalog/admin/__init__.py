"""The market in the admin, one file per folder of catalog/."""

from catalog.admin import merchants, products, stock

__all__ = ["merchants", "products", "stock"]
