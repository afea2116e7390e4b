"""The short address on a bag: SITE_URL/s/ and a code that a slip of the pen breaks.

The code is the variant's number in Crockford's base 32 (no I, L, O, U to misread), at
least five characters, and a check character by ISO 7064 MOD 33,32. Printed labels live
for years: never change what a code means.
"""

import re

from django.conf import settings
from stdnum.iso7064 import mod_37_36

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("ILO", "110")
CODE = re.compile(rf"[{LETTERS}]{{6,14}}")
ADDRESS = re.compile(r"https?://[^/\s]+/s/([0-9A-Za-z]{6,14})/?", re.IGNORECASE)


def code_of(variant_id: int) -> str:
    digits = ""
    left = variant_id
    while left:
        left, digit = divmod(left, len(LETTERS))
        digits = LETTERS[digit] + digits
    digits = digits.rjust(5, LETTERS[0])
    return digits + mod_37_36.calc_check_digit(digits, LETTERS)


def address_of(variant_id: int) -> str:
    """What the QR on a bag says."""
    return f"{settings.SITE_URL}/s/{code_of(variant_id)}"


def variant_of(code: str) -> int | None:
    """The variant's number; None when the code is none of ours or mistyped."""
    typed = code.strip().upper().translate(LOOKALIKES)
    if not CODE.fullmatch(typed) or not mod_37_36.is_valid(typed, LETTERS):
        return None
    number = 0
    for letter in typed[:-1]:
        number = number * len(LETTERS) + LETTERS.index(letter)
    return number if number < 2**63 else None


def variant_scanned(text: str) -> int | None:
    """The variant of a whole address as a camera reads it, on whatever host."""
    found = ADDRESS.fullmatch(text.strip())
    return variant_of(found[1]) if found else None
