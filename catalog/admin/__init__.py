"""The market in the admin, one file per folder of catalog/."""

from catalog.admin import merchants, products, stock
from catalog.glossary import admin as glossary

__all__ = ["glossary", "merchants", "products", "stock"]
