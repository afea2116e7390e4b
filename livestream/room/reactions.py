"""Hearts and applause: counted in this process, told to the room twice a second.

Not stored one by one, and never Django's business: a tap costs one HMAC and an addition
on the loop. Each process publishes what it counted; what was counted is added to the
session's totals every few seconds. A process that is killed loses those seconds.
"""

import json
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from uuid import uuid4

from django.conf import settings

from donghai import sql
from livestream.room import viewers
from livestream.sessions.models import LiveSession

KINDS = ("heart", "wow", "sparkle", "applause")
MOST_AT_ONCE = 10  # taps that a page gathers into one request
LARGEST = 200  # bytes of a body
A_SECOND, BURST = 5.0, 20.0  # taps of one viewer
OF_AN_ADDRESS = 20  # as many viewers behind one address
REMEMBERED = 20_000  # who tapped lately
BELIEVED = 5.0  # seconds that "this session is on air" stays true

ADD_SQL = """
INSERT INTO livestream_reactioncount AS kept (session_id, kind, count)
SELECT id, %(kind)s, %(count)s FROM livestream_livesession WHERE id = %(session)s
ON CONFLICT (session_id, kind) DO UPDATE SET count = kept.count + excluded.count
"""


class Paces:
    """Who tapped lately and how many taps they have left; the oldest are forgotten."""

    def __init__(self, a_second: float, burst: float) -> None:
        self._a_second, self._burst = a_second, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, taps: int, now: float) -> int:
        """How many of the taps count."""
        left, at = self._left.pop(who, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._a_second)
        counted = min(taps, int(left))
        self._left[who] = (left - counted, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return counted


@dataclass
class Reactions:
    """What was tapped in this process and isn't told, and what isn't stored yet."""

    untold: dict[int, Counter[str]] = field(default_factory=dict)
    unstored: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._viewers = Paces(A_SECOND, BURST)
        self._addresses = Paces(A_SECOND * OF_AN_ADDRESS, BURST * OF_AN_ADDRESS)

    def count(self, session_id: int, tapped: "Tapped") -> int:
        """Count taps, as many as the viewer and the address have left."""
        now = time.monotonic()
        taps = self._addresses.take(tapped.address, tapped.taps, now)
        taps = self._viewers.take(tapped.who, taps, now)
        if taps:
            self.untold.setdefault(session_id, Counter())[tapped.kind] += taps
            self.unstored[session_id, tapped.kind] += taps
        return taps

    def take_untold(self) -> list[tuple[int, bytes]]:
        """Each room's frame for Redis; then there is nothing to tell."""
        untold, self.untold = self.untold, {}
        return [
            (session_id, json.dumps({"kind": "reactions", "payload": counts}).encode())
            for session_id, counts in untold.items()
        ]

    def take_unstored(self) -> Counter[tuple[int, str]]:
        unstored, self.unstored = self.unstored, Counter()
        return unstored


@dataclass(frozen=True, slots=True)
class Tapped:
    """One request: whose, from where, what and how often."""

    who: str
    address: str
    kind: str
    taps: int


def store(unstored: Mapping[tuple[int, str], int]) -> None:
    """Add to the sessions' totals, in one order so that two processes never wait."""
    for (session_id, kind), count in sorted(unstored.items()):
        sql.change(ADD_SQL, session=session_id, kind=kind, count=count)


def is_on_air(session_id: int) -> bool:
    return LiveSession.objects.on_air().filter(pk=session_id).exists()


def read(scope: Mapping[str, object], content: bytes) -> tuple[Tapped, str | None]:
    """What a request asks to count, and a cookie to keep for who had none.

    Raises ValueError for a body that isn't one of ours.
    """
    said = json.loads(content)
    kind = said.get("kind") if isinstance(said, dict) else None
    taps = said.get("count", 1) if isinstance(said, dict) else None
    if kind not in KINDS or type(taps) is not int or not 1 <= taps <= MOST_AT_ONCE:
        raise ValueError(content)
    client = scope.get("client")
    address = str(client[0]) if isinstance(client, tuple | list) else ""
    viewer = viewers.read(_cookie(scope))
    fresh = None if viewer else viewers.token(uuid4())
    # Without a number the address is the viewer: who drops cookies gains nothing by it
    return Tapped(viewer.hex if viewer else address, address, kind, taps), fresh


def set_cookie(token: str) -> bytes:
    secure = "; Secure" if settings.PRODUCTION else ""
    kept = f"{viewers.COOKIE}={token}; Path=/; Max-Age={viewers.COOKIE_SECONDS}"
    return f"{kept}; HttpOnly; SameSite=Lax{secure}".encode()


def _cookie(scope: Mapping[str, object]) -> str | None:
    headers = scope["headers"]
    assert isinstance(headers, list | tuple)
    for name, value in headers:
        if name == b"cookie" and b"viewer=" in value:
            try:
                found = SimpleCookie(value.decode("latin-1")).get(viewers.COOKIE)
            except CookieError:
                return None
            return found.value if found else None
    return None
