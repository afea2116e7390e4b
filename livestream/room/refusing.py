"""How the doors on the loop say no, and what they are handed."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from donghai.api import PROBLEM_JSON, document
from livestream.room.lines import Message, Send, body

Receive = Callable[[], Coroutine[Any, Any, Message]]
Headers = list[tuple[bytes, bytes]]


async def refuse(
    send: Send, status: int, code: str, headers: Headers | None = None
) -> None:
    """A problem document. Nobody's language is known here; programs read the code."""
    problem = json.dumps(document(code, code.replace("_", " "), status)).encode()
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(problem)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send(body(problem, more=False))
