"""The door for reactions, on the loop beside the event stream.

    POST /api/v1/sessions/<id>/reactions  {"kind": "heart", "count": 3}

204 whether or not the taps count: who taps too often is not told, only not counted.
"""

from collections.abc import Mapping
from typing import Any

from django import db

from livestream.room import reactions
from livestream.room.hub import Hub
from livestream.room.lines import Send
from livestream.room.refusing import Receive, refuse


async def serve(
    hub: Hub, scope: Mapping[str, Any], receive: Receive, send: Send
) -> None:
    """Count what one page gathered, if its session is on air."""
    if scope["method"] != "POST":
        await refuse(send, 405, "method_not_allowed", [(b"allow", b"POST")])
        return
    content = await _body(receive)
    try:
        tapped, fresh = reactions.read(scope, content)
    except (ValueError, RecursionError):
        await refuse(send, 400, "reaction_unreadable")
        return
    session_id = scope["path_params"]["session_id"]
    try:
        if not await hub.is_on_air(session_id):
            await refuse(send, 409, "wrong_state")
            return
    except db.Error:
        await refuse(send, 503, "session_unreadable", [(b"retry-after", b"3")])
        return
    hub.reactions.count(session_id, tapped)
    headers = [(b"set-cookie", reactions.set_cookie(fresh))] if fresh else []
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _body(receive: Receive) -> bytes:
    """The request's body, or nothing where it is larger than any of ours."""
    content, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        content += message.get("body", b"")
        more = message.get("more_body", False) and len(content) <= reactions.LARGEST
    return content if len(content) <= reactions.LARGEST else b""
