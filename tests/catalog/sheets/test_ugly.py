"""Real-world spreadsheets: each gives a clear report, and harms nothing."""

from typing import Any

import pytest

from catalog.models import Product, StockMovement, Variant
from catalog.products.current import current
from catalog.sheets.models import SheetImport
from donghai.errors import Refused
from tests.catalog.sheets.sheets import checked
from tests.catalog.sheets.ugly import FILES
from tests.make import make_glossary, make_merchant, make_variant

State = SheetImport.State

# What is said of each file: why it's refused, or what each of its rows would do and,
# for rows with something wrong, in which row of the file, which field and what it is
REPORTS: dict[str, Any] = {
    "merged_product_cells": {"NEW": 3},
    "merged_skus": {"NEW": 1, "BAD": 1, (3, "sku", "merged")},
}
