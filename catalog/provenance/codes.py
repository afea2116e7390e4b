"""Codes of passports: nine random characters and one that checks them.

Crockford's alphabet has no I, L, O and U, so that a printed code is read as it was
meant. The last character (ISO 7064, 37-2) tells every single wrong character and every
two neighbours that changed places; bodies whose check would not be in the alphabet are
not given out.
"""

import secrets

from stdnum.iso7064 import mod_37_2

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
READ_AS = str.maketrans("OIL", "011", "- ")


def new_code() -> str:
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        check = str(mod_37_2.calc_check_digit(body))
        if check in ALPHABET:
            return body + check


def read(typed: str) -> str | None:
    """The code that was meant, whatever case, gaps and look-alikes; None if wrong."""
    code = typed.upper().translate(READ_AS)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if mod_37_2.is_valid(code) else None
