"""Uploads and video as files, for machines without nginx: bare ASGI, never Django.

In production nginx or a CDN serves `/media/` (see `.env.example`).
"""

import os
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PLAYLIST = "application/vnd.apple.mpegurl"
SAFE = {"x-content-type-options": "nosniff"}
FRESH = SAFE | {"cache-control": "no-cache"}
LASTING = SAFE | {"cache-control": "public, max-age=31536000, immutable"}


class Media(StaticFiles):
    """Files as they are; live playlists are asked for anew each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as no:  # a player asks before the first fragment is there
            return Response(
                status_code=no.status_code, headers={"cache-control": "no-store"}
            )

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, *args: Any, **kwargs: Any
    ) -> Response:
        _name, ending = os.path.splitext(full_path)
        if ending == ".m3u8":  # read at once: it may be another one in the next moment
            with open(full_path, "rb") as playlist:
                return Response(playlist.read(), headers=FRESH, media_type=PLAYLIST)
        answer = super().file_response(full_path, stat_result, *args, **kwargs)
        answer.headers.update(LASTING)
        if ending == ".m4s":
            answer.headers["content-type"] = "video/mp4"
        return answer
