"""How fast one may write: a few lines at once, then one a second, never the same twice.

A bucket of lines for each viewer and one for each network address, a row each. A line
takes one out of both by a guarded statement, so two tabs at once can't take the same.
The viewer's row comes before the address's, everywhere: that is the order of locks. A
refused line rolls back and takes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from donghai import sql
from donghai.errors import Refused
from livestream.chat.folding import words

SAME_AGAIN = 30  # seconds in which the same words are not heard twice


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many lines at once, so many a second for long."""

    most: float
    a_second: float


VIEWER = Bucket(most=3, a_second=1)
ADDRESS = Bucket(most=15, a_second=5)  # a family, a café, half a town behind one mast

TAKE_SQL = """
INSERT INTO livestream_chatpace AS pace (session_id, who, tokens, said_at, said)
VALUES (%(session)s, %(who)s, %(most)s::float - 1, %(now)s, %(said)s)
ON CONFLICT (session_id, who) DO UPDATE SET
    tokens = least(%(most)s::float, pace.tokens + %(a_second)s::float
        * greatest(0, extract(epoch FROM %(now)s::timestamptz - pace.said_at))) - 1,
    said_at = greatest(pace.said_at, %(now)s::timestamptz), said = %(said)s
WHERE pace.tokens + %(a_second)s::float
        * greatest(0, extract(epoch FROM %(now)s::timestamptz - pace.said_at)) >= 1
    AND (%(slow)s::float = 0
        OR pace.said_at <= %(now)s::timestamptz - make_interval(secs => %(slow)s))
    AND (pace.said <> %(said)s OR %(said)s = ''
        OR pace.said_at
            <= %(now)s::timestamptz - make_interval(secs => %(again)s))
RETURNING id
"""
READ_SQL = """
SELECT tokens, said_at, said FROM livestream_chatpace
WHERE session_id = %(session)s AND who = %(who)s
"""


class TooFast(Refused):
    code = "too_fast"
    title = _("That was quick: wait %(seconds)s s, then send it again.")
    status = 429


class SlowMode(Refused):
    code = "slow_mode"
    title = _("The chat is slowed down: write again in %(seconds)s s.")
    status = 429


class SaidAlready(Refused):
    code = "said_already"
    title = _("You have just written that. Everybody has seen it.")
    status = 429


def take(
    session_id: int,
    *,
    viewer: UUID,
    address_hash: str,
    text: str,
    slow: int,
    now: datetime,
) -> None:
    """Take a line out of the viewer's bucket, then out of the address's.

    Locks both rows until the transaction ends. Refuses with SlowMode, SaidAlready and
    TooFast.
    """
    said = sha256(" ".join(words(text)).encode()).hexdigest()[:32]
    mine = _Asked(session_id, viewer.hex, VIEWER, now, said, slow)
    if not mine.taken():
        raise mine.refusal()
    theirs = _Asked(session_id, f"@{address_hash[:31]}", ADDRESS, now)
    if address_hash and not theirs.taken():
        raise theirs.refusal()


def wait(session_id: int, viewer: UUID | None, slow: int, now: datetime) -> int:
    """Seconds until a viewer may write again, 0 for now."""
    if viewer is None or not slow:
        return 0
    found = sql.row(READ_SQL, session=session_id, who=viewer.hex)
    return 0 if found is None else _left(found.said_at, slow, now)


@dataclass(frozen=True, slots=True)
class _Asked:
    session_id: int
    who: str
    bucket: Bucket
    now: datetime
    said: str = ""
    slow: int = 0

    def taken(self) -> bool:
        return bool(
            sql.row(
                TAKE_SQL,
                session=self.session_id,
                who=self.who,
                most=self.bucket.most,
                a_second=self.bucket.a_second,
                now=self.now,
                said=self.said,
                slow=self.slow,
                again=SAME_AGAIN,
            )
        )

    def refusal(self) -> Refused:
        """Which of its rules the row says no by."""
        pace = sql.row(READ_SQL, session=self.session_id, who=self.who)
        if pace is None:
            return TooFast(seconds=1)
        if self.slow and (left := _left(pace.said_at, self.slow, self.now)):
            return SlowMode(seconds=left)
        if (
            self.said
            and pace.said == self.said
            and _left(pace.said_at, SAME_AGAIN, self.now)
        ):
            return SaidAlready()
        since = max(0.0, (self.now - pace.said_at).total_seconds())
        lacks = 1 - pace.tokens - since * self.bucket.a_second
        return TooFast(seconds=max(1, ceil(lacks / self.bucket.a_second)))


def _left(said_at: datetime, seconds: int, now: datetime) -> int:
    return max(0, ceil(seconds - (now - said_at).total_seconds()))
