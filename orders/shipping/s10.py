"""Item numbers of the post by UPU standard S10, like LK123456785CN."""

import re

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused

WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}")

# The oldest range with a number left gives one; who waits for its row looks again.
NEXT_SQL = """
UPDATE orders_numberrange SET next_serial = next_serial + 1
WHERE id = (
    SELECT id FROM orders_numberrange
    WHERE left(prefix, 1) = %(service)s AND next_serial <= last_serial
      AND NOT (is_demo AND %(production)s)
    ORDER BY received_on, id LIMIT 1 FOR NO KEY UPDATE)
RETURNING prefix, next_serial - 1
"""


class NoNumbersLeft(Refused):
    code = "no_waybill_numbers"
    title = _("No waybill numbers with %(service)s are left: ask the post for a range.")


def check_digit(serial: int) -> int:
    """The ninth digit: weighted sum modulo 11, with 10 written 0 and 11 written 5."""
    digits = (int(digit) for digit in f"{serial:08}")
    rest = 11 - sum(w * d for w, d in zip(WEIGHTS, digits, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def write(prefix: str, serial: int, country: str = "CN") -> str:
    """The whole number for one serial of a range."""
    return f"{prefix}{serial:08}{check_digit(serial)}{country}"


def is_valid(number: str) -> bool:
    """Whether a number has the form of S10 and the right check digit."""
    found = S10.fullmatch(number)
    return found is not None and check_digit(int(found[1])) == int(found[2])


def next_number(service: str) -> str:
    """Take the next number of a service letter, by one guarded UPDATE.

    A rollback gives it back. Raises NoNumbersLeft when every range is used up.
    """
    facts = {"service": service, "production": settings.PRODUCTION}
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SQL, facts)
        taken = cursor.fetchone()
    if taken is None:
        raise NoNumbersLeft(service=service)
    return write(*taken)
