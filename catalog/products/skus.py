"""SKUs as people write them: AM-8, am-8 and ＡＭ－８ are the same piece."""

import re
import string
import unicodedata

from django.db import models

SHAPE = re.compile(r"[^\W_][\w.+-]{0,19}")
UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
# The same in the database. By "C", since what else has cases depends on the machine
ALIKE = models.Func(
    models.F("sku"),
    template='UPPER(%(expressions)s COLLATE "C")',
    output_field=models.CharField(),
)


def plain(text: str) -> str:
    """Half-width, without space around: as a SKU is kept."""
    return unicodedata.normalize("NFKC", text).strip()


def alike(text: str) -> str:
    """The same for all ways to write one SKU."""
    return plain(text).translate(UPPER)
