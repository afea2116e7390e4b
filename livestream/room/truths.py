"""Checks of what must always be true of rooms; each broken truth is one sentence."""

from collections.abc import Iterator

from django.db import connection

GAPS_SQL = """
SELECT log.session_id, log.last_number, count(event.number), max(event.number)
FROM livestream_roomlog log
LEFT JOIN livestream_roomevent event ON event.session_id = log.session_id
GROUP BY 1, 2
HAVING log.last_number <> count(event.number)
    OR log.last_number <> coalesce(max(event.number), 0)
"""


def broken() -> Iterator[str]:
    """The events of each session are numbered from 1 without a gap."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS_SQL)
        for session, last, count, highest in cursor.fetchall():
            yield (
                f"session {session} counts {last} events, "
                f"stored are {count}, the highest is {highest}"
            )
