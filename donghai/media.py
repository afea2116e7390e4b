"""Uploads and video as files, for machines without nginx: bare ASGI, never Django.

In production nginx or a CDN serves `/media/` (see `.env.example`).
"""

import os
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

KINDS = {".m3u8": "application/vnd.apple.mpegurl", ".m4s": "video/mp4"}
FOR_EVER = "public, max-age=31536000, immutable"


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
        answer = super().file_response(full_path, stat_result, *args, **kwargs)
        _name, ending = os.path.splitext(full_path)
        if ending in KINDS:
            answer.headers["content-type"] = KINDS[ending]
        fresh = ending == ".m3u8"
        answer.headers["cache-control"] = "no-cache" if fresh else FOR_EVER
        answer.headers["x-content-type-options"] = "nosniff"
        return answer
