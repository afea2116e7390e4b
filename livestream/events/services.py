"""The numbered log of a room: written with its cause, hinted to Redis after commit."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from psycopg2.extras import Json

from donghai import sql

log = logging.getLogger(__name__)

APPEND_SQL = """
WITH next AS (
    UPDATE livestream_roomlog SET last_number = last_number + 1
    WHERE session_id = %(session)s RETURNING last_number)
INSERT INTO livestream_roomevent (session_id, number, kind, payload, at)
SELECT %(session)s, last_number, %(kind)s, %(payload)s, %(now)s FROM next
RETURNING number
"""

# The listing's counter gives the place, the room's counter the number: one statement,
# listing before room, so that pinning and claiming lock in the same order.
CLAIM_SQL = """
WITH line AS (
    UPDATE livestream_listing SET claims_made = claims_made + 1
    WHERE id = %(listing)s RETURNING session_id, claims_made),
next AS (
    UPDATE livestream_roomlog log SET last_number = last_number + 1
    FROM line WHERE log.session_id = line.session_id
    RETURNING log.session_id, log.last_number)
INSERT INTO livestream_roomevent (session_id, number, kind, payload, at)
SELECT next.session_id, next.last_number, 'claim',
       %(payload)s::jsonb || jsonb_build_object('place', line.claims_made), %(now)s
FROM next, line
RETURNING session_id, number, (payload->>'place')::int AS place
"""

REWRITE_SQL = """
UPDATE livestream_roomevent SET payload = %(payload)s
WHERE session_id = %(session)s AND number = %(number)s AND kind = 'chat'
"""


def append(session_id: int, kind: str, payload: Mapping[str, Any]) -> int:
    """Add an event to a room and return its number. Locks the room's counter row."""
    now = timezone.now()
    made = sql.row(
        APPEND_SQL, session=session_id, kind=kind, payload=Json(payload), now=now
    )
    _hint(session_id, made.number, kind, payload, now)
    return int(made.number)


def append_claim(listing_id: int, payload: Mapping[str, Any], now: datetime) -> int:
    """Add a claim of a listing and return its place in line, counted from 1."""
    made = sql.row(CLAIM_SQL, listing=listing_id, payload=Json(payload), now=now)
    said = {**payload, "place": made.place}
    _hint(made.session_id, made.number, "claim", said, now)
    return int(made.place)


def rewrite(session_id: int, number: int, payload: Mapping[str, Any]) -> None:
    """Put other words into a line of chat that stands in the log already."""
    sql.change(REWRITE_SQL, session=session_id, number=number, payload=Json(payload))


def encode(number: int, kind: str, payload: Mapping[str, Any], at: datetime) -> bytes:
    """An event as it travels: JSON with number, kind, payload and the server's time."""
    return json.dumps(
        {"number": number, "kind": kind, "payload": payload, "at": at.isoformat()},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def _hint(
    session_id: int, number: int, kind: str, payload: Mapping[str, Any], at: datetime
) -> None:
    message = encode(number, kind, payload, at)
    transaction.on_commit(lambda: publish(session_id, message))


def publish(session_id: int, message: bytes) -> None:
    """Tell the processes that serve the room; what this loses they find themselves."""
    try:
        _client().publish(f"room:{session_id}", message)
    except redis.RedisError as error:
        log.warning("hint lost", extra={"error": type(error).__name__})


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    )
