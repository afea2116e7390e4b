"""MediaMTX, run by the centre: cameras send by WHIP, viewers watch by WHEP or HLS.

`mediamtx.yml` beside this file sets it up. It asks `authorize` about each client, in
the JSON of its `authMethod: http`, and runs commands that tell `event`. Read in its
sources and documentation of v1.19.3 to v1.21.1 (2026); older ones that send no `token`
put a bearer token into `query` as `jwt`.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
from django.conf import settings

from livestream.sessions.models import LiveSession
from livestream.video import tokens
from livestream.video.engines import sources
from livestream.video.engines.adapters import (
    NoCredentials,
    NotLetIn,
    Target,
    UnreadableNotice,
)
from livestream.video.models import Stream

log = logging.getLogger(__name__)

PATH = re.compile(r"(live|rehearsal)/([A-Za-z0-9_-]{20,32})")
PATIENCE = 3.0  # seconds for its control API
LONGEST_RECORDING = 48 * 3600.0  # seconds
# Its kinds of sources, and where its control API cuts each off
KICKED_AT = {
    "webRTCSession": "webrtcsessions",
    "rtmpConn": "rtmpconns",
    "rtmpsConn": "rtmpsconns",
    "rtspSession": "rtspsessions",
    "rtspsSession": "rtspssessions",
    "srtConn": "srtconns",
}


class MediaMTX:
    name = "mediamtx"

    def publish_target(self, stream: Stream) -> Target:
        return Target("whip", f"{settings.MEDIAMTX_WHIP_URL}/{path_of(stream)}/whip")

    def play_targets(self, stream: Stream) -> list[Target]:
        path = path_of(stream)
        return [
            Target("whep", f"{settings.MEDIAMTX_WHIP_URL}/{path}/whep"),
            Target("hls", f"{settings.MEDIAMTX_HLS_URL}/{path}/index.m3u8"),
        ]

    def is_sending(self, stream: Stream) -> bool:
        return stream.sources.filter(ended_at=None).exists()

    def authorize(self, said: Mapping[str, Any]) -> None:
        """Publish: its camera's token. Read and playback: a live stream's path is
        enough, a rehearsal needs the token."""
        stream, action = _at(_word(said, "path")), _word(said, "action")
        if _may_all(stream, action):
            return
        token = _token(said)
        if not token:
            raise NoCredentials()
        if not stream or action not in ("publish", "read") or not _is_open(stream):
            raise NotLetIn()
        if tokens.read(token) != tokens.Right(stream.pk, stream.publisher):
            raise NotLetIn()

    def event(self, said: Mapping[str, Any]) -> None:
        stream = _at(_word(said, "path"))
        if stream is None:
            raise UnreadableNotice(why="no such path")
        match _word(said, "event"):
            case "ready":
                sources.begin(stream.pk, _source(said))
            case "not-ready":
                sources.end(stream.pk, _source(said))
            case "segment":
                sources.record(stream.pk, *_segment(said))
            case _:
                raise UnreadableNotice(why="no such event")

    def kick(self, stream: Stream) -> None:
        """Ask who publishes at the stream's path, and cut that connection off."""
        api = f"{settings.MEDIAMTX_API_URL}/v3"
        try:
            found = httpx.get(f"{api}/paths/get/{path_of(stream)}", timeout=PATIENCE)
            source = found.json().get("source") if found.is_success else None
            if source and source["type"] in KICKED_AT:
                where = f"{api}/{KICKED_AT[source['type']]}/kick/{source['id']}"
                httpx.post(where, timeout=PATIENCE).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as error:
            log.warning(
                "camera not cut off",
                extra={"stream": stream.pk, "error": type(error).__name__},
            )

    def end(self, stream: Stream) -> bool:
        return False  # its recordings lie with it


def path_of(stream: Stream) -> str:
    """The stream's name at MediaMTX: who doesn't have it can't watch."""
    return f"{stream.kind.lower()}/{stream.secret}"


def _at(path: str) -> Stream | None:
    found = PATH.fullmatch(path)
    if not found:
        return None
    kind, secret = found.groups()
    streams = Stream.objects.select_related("session")
    return streams.filter(secret=secret, kind=kind.upper()).first()


def _may_all(stream: Stream | None, action: str) -> bool:
    """Whether to know the path is enough."""
    if stream is None or stream.kind != Stream.Kind.LIVE:
        return False
    return action == "playback" or (action == "read" and _is_open(stream))


def _is_open(stream: Stream) -> bool:
    """Whether its session still goes on, or is still to be rehearsed."""
    states = [LiveSession.State.ON_AIR]
    if stream.kind == Stream.Kind.REHEARSAL:
        states.append(LiveSession.State.SCHEDULED)
    return stream.ended_at is None and stream.session.state in states


def _word(said: Mapping[str, Any], name: str) -> str:
    word = said.get(name)
    return word if isinstance(word, str) else ""


def _token(said: Mapping[str, Any]) -> str:
    """Wherever the client's protocol let it be put."""
    query = parse_qs(_word(said, "query"))
    asked = [query.get(name, [""])[0] for name in ("token", "jwt", "pass")]
    return next(
        filter(None, [_word(said, "token"), _word(said, "password"), *asked]), ""
    )


def _source(said: Mapping[str, Any]) -> str:
    name = _word(said, "source_id")
    if not 0 < len(name) <= 64:
        raise UnreadableNotice(why="no source")
    return name


def _segment(said: Mapping[str, Any]) -> tuple[str, float]:
    path = _word(said, "segment_path")
    if not 0 < len(path) <= 400:
        raise UnreadableNotice(why="no file")
    try:
        seconds = float(_word(said, "segment_duration"))
    except ValueError:
        raise UnreadableNotice(why="no duration") from None
    if not 0 <= seconds <= LONGEST_RECORDING:
        raise UnreadableNotice(why="no such duration")
    return path, seconds
