"""One process's live rooms: who listens, what each has seen, and one write for many.

Redis brings events at once and promises nothing; the database's log has them all, in
order. So a room takes from Redis only the number that comes next, and its hub asks the
log for what is missing. Each frame is built once, what comes within a tick is written
together, and the room itself writes to each client, or takes the one step of its
`send()`: a client whose line is full is cut off, and comes back with the number it saw
last. All of this runs on the event loop, and none of it waits.
"""

import asyncio
import json
import math
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, MutableMapping, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from livestream.room.stock import Stock

Message = MutableMapping[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]
Numbered = tuple[int, bytes]  # an event's number and its frame

TICK = 0.1  # seconds a frame waits at most for others to be written with
REST = 0.08  # seconds after a write; the first frame later takes along all that wait
FULL = 1 << 16  # bytes that a line may hold back; uvicorn stops there, too
DELETED = b"\nevent: deleted\n"
REMEMBERED = 256  # frames a room keeps for those who come back after a moment


def frame(kind: str, data: bytes, number: int | None = None) -> bytes:
    """A server-sent event; without a number it's of the moment, never resumed from."""
    head = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (head, kind.encode(), data)


def event_of(frame: bytes) -> dict[str, Any]:
    """The event in a frame of ours."""
    event: dict[str, Any] = json.loads(frame.split(b"\ndata: ", 1)[1])
    return event


def number_of(frame: bytes) -> int | None:
    head, _, _ = frame.partition(b"\n")
    return int(head[4:]) if head.startswith(b"id: ") else None


def unsaid(frame_of_line: bytes) -> bytes:
    """The same frame without what was said in it."""
    event = event_of(frame_of_line) | {"payload": {"deleted": True}}
    data = json.dumps(event, separators=(",", ":")).encode()
    return frame(event["kind"], data, event["number"])


def viewers_frame(count: int) -> bytes:
    return frame("viewers", b'{"viewers":%d}' % count)


def hello_frame(last_number: int) -> bytes:
    """Where the room stands; its id lets a viewer who leaves right away resume here."""
    return frame("hello", b'{"number":%d}' % last_number, last_number)


def body(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


class Client:
    """One viewer's line. `cut` closes it so that the viewer comes back and resumes.

    Who works at the session's desk or chat hears the same and is no viewer.
    """

    def __init__(self, send: Send, *, is_viewer: bool = True) -> None:
        self.send = send
        self.is_viewer = is_viewer
        self.task = asyncio.current_task()
        self.is_cut = False
        # uvicorn's `send` is a method of an object that holds the transport
        self._answer = getattr(send, "__self__", None)
        self.transport: Any = getattr(self._answer, "transport", None)
        self._writes_chunks = False

    async def begin(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Start the answer, and see whether we can write it ourselves.

        On a chunked answer of uvicorn's usual protocol `step` then does what `send`
        does, at three quarters of the CPU for each event delivered.
        """
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await self.send(start)
        if isinstance(self._answer, RequestResponseCycle):
            self._writes_chunks = self._answer.chunked_encoding is True

    @property
    def is_gone(self) -> bool:
        """Whether the viewer left, as far as the server lets us know."""
        return self.transport is not None and self.transport.is_closing()

    def step(self, message: Message, chunk: bytes) -> bool:
        """Send without waiting; False if the line is full or gone."""
        if self._writes_chunks:
            if self.is_gone or self.transport.get_write_buffer_size() > FULL:
                return False
            self.transport.write(chunk)
            return True
        return self._step_once(message)

    def finish(self) -> bool:
        """End the answer in good order, without waiting; False if that can't be."""
        return self._step_once(body(b"", more=False))

    def cut(self) -> None:
        """Abort the connection with what is queued for it, or at least end the task."""
        self.is_cut = True
        if self.transport is not None:
            self.transport.abort()
        elif self.task is not None:
            self.task.cancel()

    def _step_once(self, message: Message) -> bool:
        sending = self.send(message)
        try:
            sending.send(None)
        except StopIteration:
            return True
        except Exception:
            return False
        sending.close()
        return False


class Room:
    """The listeners of one live session in this process, all at the same number.

    `heard` is the last number we have, `written` the last one that was written to the
    `live` clients; between the two stands the outbox. `members` counts those, too, who
    still read up on what they missed. `ahead` holds what came before its turn.
    """

    def __init__(self, session_id: int, last_number: int) -> None:
        self.session_id = session_id
        self.heard = self.written = last_number
        self.members: set[Client] = set()
        self.live: set[Client] = set()
        self.ahead: dict[int, bytes] = {}
        self.viewers: int | None = None
        self.stock: dict[int, Stock] = {}  # by listing, as last told to the clients
        self.work: asyncio.Task[None] | None = None  # what the hub does for us just now
        self.reading = asyncio.Lock()  # of the log, for members
        self._outbox: list[bytes] = []
        self._numbered: list[Numbered] = []
        self._recent: deque[Numbered] = deque(maxlen=REMEMBERED)
        self._loop = asyncio.get_running_loop()
        self.written_at = self._loop.time() - TICK
        self._timer: asyncio.TimerHandle | None = None
        self._due = math.inf

    def hear(self, number: int, frame: bytes) -> None:
        """Take an event that Redis brought, in whatever order it came."""
        if number > self.heard:
            self.ahead[number] = frame
            self._take_turns()

    def fill(self, events: Iterable[Numbered]) -> None:
        """Take what the log has, ascending. A number missing there will never come."""
        for number, frame in events:
            if number > self.heard:
                self._take(number, frame)
        self.ahead = {n: frame for n, frame in self.ahead.items() if n > self.heard}
        self._take_turns()

    def say(self, frame: bytes) -> None:
        """Write something of the moment: no number, no memory."""
        self._outbox.append(frame)
        now = self._loop.time()
        due = now + (0 if now - self.written_at >= REST else TICK)
        if due < self._due:
            self._due = due
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(due, self.write)

    def unsay(self, numbers: Iterable[int]) -> None:
        """Empty what we remember of deleted lines: who resumes must not read them."""
        gone = set(numbers)

        def emptied(event: Numbered) -> Numbered:
            return (event[0], unsaid(event[1])) if event[0] in gone else event

        self._numbered = list(map(emptied, self._numbered))
        self._outbox = [
            unsaid(each) if number_of(each) in gone else each for each in self._outbox
        ]
        self._recent = deque(map(emptied, self._recent), maxlen=REMEMBERED)

    def write(self) -> None:
        """Step each live client once with all that waits; cut off who can't take it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._due = None, math.inf
        if not self._outbox:
            return
        content = b"".join(self._outbox)
        message, chunk = body(content), b"%x\r\n%b\r\n" % (len(content), content)
        self._recent.extend(self._numbered)
        self._outbox, self._numbered = [], []
        self.written, self.written_at = self.heard, self._loop.time()
        for client in [each for each in self.live if not each.step(message, chunk)]:
            self.live.discard(client)
            client.cut()

    def since(self, number: int) -> list[Numbered] | None:
        """What was written after `number`, or None if only the log goes back so far."""
        if number >= self.written:
            return []
        if not self._recent or self._recent[0][0] > number + 1:
            return None
        return [event for event in self._recent if event[0] > number]

    def remember(self, events: Sequence[Numbered]) -> None:
        """Keep what was read up to the last written number, if we know nothing yet.

        A new process meets all viewers of the old one at once.
        """
        if not self._recent and any(number == self.written for number, _ in events):
            self._recent.extend(event for event in events if event[0] <= self.written)

    def end(self) -> None:
        """Close every line in good order; cut those who are still reading up."""
        self.write()
        for client in list(self.members):
            if client not in self.live or not client.finish():
                client.cut()
        self.live.clear()

    def _take_turns(self) -> None:
        while (frame := self.ahead.pop(self.heard + 1, None)) is not None:
            self._take(self.heard + 1, frame)

    def _take(self, number: int, frame: bytes) -> None:
        self.heard = number
        if DELETED in frame[:60]:
            self.unsay(event_of(frame)["payload"]["numbers"])
        self._numbered.append((number, frame))
        self.say(frame)
