"""What connects this process's rooms to the outside: Redis, the log and each other.

Four rounds run for as long as the process does. `listen` takes what Redis publishes,
on one connection with one subscription per open room. `look` asks the log once a
second, in one query for all rooms, what Redis failed to bring. `count` tells Redis how
many listen here, and the rooms how many listen anywhere. `cheer` tells Redis what
viewers tapped, `stock` the rooms what is left of their pieces, whoever sold it. Each
begins again when the outside fails it, so with Redis down the rooms go on, a second
late.
"""

import asyncio
import json
import logging
import math
import time
import uuid
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from django import db
from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from livestream.events.models import RoomEvent, RoomLog
from livestream.events.services import encode
from livestream.room import reactions, stock
from livestream.room.lines import (
    Client,
    Numbered,
    Room,
    body,
    frame,
    hello_frame,
    viewers_frame,
)
from livestream.sessions.models import LiveSession

T = TypeVar("T")

READERS = 2  # threads that read the log, each with a connection of its own
BATCH = 500  # events read from the log at once
BLINK = 0.05  # seconds in which a missing number may still come from Redis by itself
LOOK = 1.0  # seconds between two looks at the log
HEARTBEAT = 15.0  # seconds of silence after which a comment keeps the lines open
PATIENCE = 30.0  # seconds a line may take to swallow one batch of what it missed
COUNT = 2.0  # seconds between two counts of the viewers
CHEER = 0.5  # seconds in which reactions are gathered
KEEP = 5.0  # seconds after which their totals are stored
FORGOTTEN = 10  # seconds after which the count of a silent process is not believed
NOWHERE = 0  # a session that isn't: keeps us subscribed while no room is open

logger = logging.getLogger(__name__)


def channel_of(session_id: int) -> str:
    return f"room:{session_id}"


def viewers_key(session_id: int) -> str:
    """A hash: each process's name, and how many it has and when it said so."""
    return f"viewers:{session_id}"


def total_viewers(counts: Mapping[bytes, bytes], now: float) -> int:
    """The sum over processes that spoke lately."""
    said = (value.split() for value in counts.values())
    return sum(int(count) for count, at in said if now - int(at) < FORGOTTEN)


def last_number(session_id: int) -> int | None:
    """The number of a session's last event, 0 before the first; None if no session."""
    found = list(
        LiveSession.objects.filter(pk=session_id).values_list(
            "log__last_number", flat=True
        )
    )
    return (found[0] or 0) if found else None


def last_numbers(session_ids: Iterable[int]) -> list[tuple[int, int]]:
    logs = RoomLog.objects.filter(session_id__in=session_ids)
    return list(logs.values_list("session_id", "last_number"))


def events_after(session_id: int, number: int) -> list[Numbered]:
    """The next batch of a session's log, as frames."""
    events = RoomEvent.objects.filter(session_id=session_id, number__gt=number)
    rows = events.order_by("number").values_list("number", "kind", "payload", "at")
    return [
        (number, frame(kind, encode(number, kind, payload, at), number))
        for number, kind, payload, at in rows[:BATCH]
    ]


class Hub:
    """All rooms of this process, and the four rounds that keep them going."""

    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.is_ending = False
        self.reactions = reactions.Reactions()
        self._on_air: dict[int, tuple[bool, float]] = {}
        self._stored_at = 0.0
        self._name = uuid.uuid4().hex[:12]  # this process in the viewers' counts
        self._rounds: list[asyncio.Task[None]] = []
        self._pubsub: PubSub | None = None
        self._tuned_to: set[int] = set()
        self._stock_looks = 0
        self._opening, self._tuning = asyncio.Lock(), asyncio.Lock()

    @property
    def clients(self) -> int:
        return sum(len(room.members) for room in self.rooms.values())

    def start(self) -> None:
        """Begin the rounds, once; needs the running loop."""
        if self._rounds:
            return
        self._redis = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=2,
            socket_connect_timeout=2,
            health_check_interval=10,
            retry=Retry(NoBackoff(), 0),  # we know better when to try again
        )
        self._readers = ThreadPoolExecutor(READERS, "room-log")
        self._rounds = [
            asyncio.create_task(_for_ever("room events", self._listen, LOOK)),
            asyncio.create_task(_for_ever("room log", self._look, LOOK)),
            asyncio.create_task(_for_ever("viewers", self._count, COUNT)),
            asyncio.create_task(_for_ever("reactions", self._cheer, CHEER)),
            asyncio.create_task(_for_ever("stock", self._tell_stock, stock.LOOK)),
        ]

    async def enter(self, session_id: int, client: Client) -> Room | None:
        """Join the room of a session; None if there is no such session."""
        async with self._opening:
            if session_id not in self.rooms:
                last = await self._read(last_number, session_id)
                if last is None:
                    return None
                room = self.rooms[session_id] = Room(session_id, last)
                room.work = asyncio.create_task(self._tune())
        room = self.rooms[session_id]
        room.members.add(client)
        return room

    def leave(self, room: Room, client: Client) -> None:
        room.live.discard(client)
        room.members.discard(client)

    async def catch_up(self, room: Room, client: Client, after: int | None) -> None:
        """Send what came after `after`, then go live, with no number between the two.

        Without `after`, or with one the log never reached, a `hello` says where we are.
        An empty send waits until the line is free, as a live client's must be.
        """
        if after is not None and after > room.heard:
            room.fill(await self._read(events_after, room.session_id, room.heard))
        if after is None or after > room.heard:
            after = room.written
            await client.send(body(hello_frame(after)))
        if room.viewers is not None:
            await client.send(body(viewers_frame(room.viewers)))
        if room.stock:
            await client.send(body(frame("stock", stock.encode(room.stock))))
        while not client.is_gone and (missed := await self._missed(room, after)):
            after = missed[-1][0]
            async with asyncio.timeout(PATIENCE):
                await client.send(body(b"".join(frame for _, frame in missed)))
                await client.send(body(b""))
        if not self.is_ending:
            room.live.add(client)

    async def is_on_air(self, session_id: int) -> bool:
        """Whether a session is on air, as far as we knew a few seconds ago."""
        now = time.monotonic()
        answer, until = self._on_air.get(session_id, (False, 0.0))
        if now >= until:
            if len(self._on_air) > BATCH:
                self._on_air.clear()
            answer = await self._read(reactions.is_on_air, session_id)
            self._on_air[session_id] = (answer, now + reactions.BELIEVED)
        return answer

    def end(self) -> None:
        """Close every line, so that viewers go to another process at once."""
        self.is_ending = True
        for room in self.rooms.values():
            room.end()

    async def stop(self) -> None:
        """End the rounds, and take our viewers out of the count."""
        if not self._rounds:
            return
        for each in self._rounds:
            each.cancel()
        with suppress(RedisError, OSError, TimeoutError, db.Error):
            async with asyncio.timeout(0.5):
                await self._forget(self.rooms)
                await self._store()
        await self._redis.aclose()
        self._readers.shutdown(wait=False, cancel_futures=True)

    async def _missed(self, room: Room, after: int) -> list[Numbered]:
        """What a client at `after` lacks; the room itself learns from what is read."""
        async with room.reading:  # of many who return at once, one reads for all
            if after > room.written:  # what waits to be written is no news to him
                room.write()
            missed = room.since(after)
            if missed is None:
                missed = await self._read(events_after, room.session_id, after)
                room.remember(missed)
                room.fill(missed)
        return missed

    async def _listen(self) -> None:
        """Take in what Redis brings, until it fails; a gap is looked up in the log."""
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(channel_of(NOWHERE))
            self._pubsub, self._tuned_to = pubsub, set()
            try:
                await self._tune()
                while True:
                    message = await pubsub.get_message(timeout=HEARTBEAT)
                    if message is not None and message["type"] == "message":
                        self._hear(message["channel"], message["data"])
            finally:
                self._pubsub = None

    def _hear(self, channel: bytes, data: bytes) -> None:
        room = self.rooms.get(int(channel.rpartition(b":")[2]))
        if room is None:
            return
        event = json.loads(data)
        number = event.get("number")
        if number is None:
            room.say(frame(event["kind"], data))
            return
        room.hear(number, frame(event["kind"], data, number))
        if room.ahead:
            self._fill_soon(room, max(room.ahead))

    async def _look(self) -> None:
        """See whether the log went on unheard, and keep silent lines open."""
        silent_since = asyncio.get_running_loop().time() - HEARTBEAT
        for room in self.rooms.values():
            if room.written_at < silent_since:
                room.say(b":\n\n")
        if not self.rooms:
            return
        for session_id, last in await self._read(last_numbers, list(self.rooms)):
            open_room = self.rooms.get(session_id)
            if open_room is not None and open_room.heard < last:
                self._fill_soon(open_room, last)

    def _fill_soon(self, room: Room, until: int) -> None:
        if room.work is None or room.work.done():
            room.work = asyncio.create_task(self._fill(room, until))

    async def _fill(self, room: Room, until: int) -> None:
        """Read up to `until`, unless Redis brings it within a blink."""
        await asyncio.sleep(BLINK)
        with suppress(db.Error):  # the next look tries again, and logs it
            while room.heard < until:
                events = await self._read(events_after, room.session_id, room.heard)
                if not events:
                    break
                room.fill(events)

    async def _count(self) -> None:
        """Tell Redis how many listen here, and the rooms how many listen anywhere.

        Rooms that nobody is in any more are closed here.
        """
        empty = [number for number, room in self.rooms.items() if not room.members]
        rooms = [room for room in self.rooms.values() if room.members]
        for session_id in empty:
            del self.rooms[session_id]
        if empty:
            await self._forget(empty)
            await self._tune()
        if not rooms:
            return
        now = int(time.time())
        async with self._redis.pipeline(transaction=False) as pipeline:
            for room in rooms:
                key = viewers_key(room.session_id)
                viewers = sum(one.is_viewer for one in room.members)
                pipeline.hset(key, self._name, f"{viewers} {now}")
                pipeline.expire(key, 6 * FORGOTTEN)
                pipeline.hgetall(key)
            answers = await pipeline.execute()
        for room, counts in zip(rooms, answers[2::3], strict=True):
            total = total_viewers(counts, now)
            if total != room.viewers:
                room.viewers = total
                room.say(viewers_frame(total))

    async def _cheer(self) -> None:
        """Tell all rooms anywhere what was tapped here; store it now and then."""
        told = self.reactions.take_untold()
        now = asyncio.get_running_loop().time()
        if now - self._stored_at > KEEP:
            self._stored_at = now
            await self._store()
        if told:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for session_id, message in told:
                    pipeline.publish(channel_of(session_id), message)
                await pipeline.execute()

    async def _store(self) -> None:
        unstored = self.reactions.take_unstored()
        if not unstored:
            return
        try:
            await self._read(reactions.store, unstored)
        except db.Error:
            self.reactions.unstored.update(unstored)  # with the next ones
            raise

    async def _tell_stock(self) -> None:
        """Say what changed of pinned pieces, and now and then of all the others."""
        if not self.rooms:
            return
        is_whole = self._stock_looks % stock.ALL_EVERY == 0
        self._stock_looks += 1
        for session_id, found in (
            await self._read(stock.of_rooms, list(self.rooms), is_whole)
        ).items():
            room = self.rooms.get(session_id)
            if room is not None and (news := stock.changed(room.stock, found)):
                room.stock |= news
                room.say(frame("stock", stock.encode(news)))

    async def _forget(self, session_ids: Iterable[int]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for session_id in session_ids:
                pipeline.hdel(viewers_key(session_id), self._name)
            await pipeline.execute()

    async def _tune(self) -> None:
        """Subscribe to the open rooms and no others; without Redis `look` must do."""
        async with self._tuning:
            if self._pubsub is None:
                return
            rooms, tuned_to = set(self.rooms), self._tuned_to
            self._tuned_to = rooms
            with suppress(
                RedisError, OSError
            ):  # `listen` meets the same and begins anew
                if rooms - tuned_to:
                    await self._pubsub.subscribe(*map(channel_of, rooms - tuned_to))
                if tuned_to - rooms:
                    await self._pubsub.unsubscribe(*map(channel_of, tuned_to - rooms))

    async def _read(self, query: Callable[..., T], *args: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, _in_database, query, *args)


def _in_database(query: Callable[..., T], *args: Any) -> T:
    """Ask with this thread's own lasting connection; again if it turned out dead."""
    db.close_old_connections()
    try:
        return query(*args)
    except (db.OperationalError, db.InterfaceError):
        db.close_old_connections()
        return query(*args)
    finally:
        db.close_old_connections()


async def _for_ever(
    what: str, work: Callable[[], Coroutine[Any, Any, None]], pause: float
) -> None:
    """Do it again and again, whatever happens; trouble is logged once a minute."""
    logged_at = -math.inf
    while True:
        try:
            await work()
        except Exception as trouble:
            if time.monotonic() - logged_at > 60:
                logged_at = time.monotonic()
                outside = isinstance(trouble, RedisError | OSError | db.Error)
                logger.warning("%s: %s", what, trouble, exc_info=not outside)
        await asyncio.sleep(pause)
