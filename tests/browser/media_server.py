"""A media server with a real WebRTC peer (aiortc) in it, on loopback.

It takes cameras by WHIP and shows a picture of its own by WHEP, asks and tells the site
as MediaMTX does, and is no MediaMTX: what comes in doesn't go out again.
"""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from socket import create_server
from typing import Any
from uuid import uuid4

import aioice.ice
import httpx
import uvicorn
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from av import VideoFrame
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.livestream.video.engines.mediamtx import HOOKS, basic, payload
from tests.livestream.video.recorded import recorded

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Expose-Headers": "ETag, ID, Accept-Patch, Link, Location",
}
TRICKLE = "application/trickle-ice-sdpfrag"


class Bars(VideoStreamTrack):
    """A moving picture, small and cheap to encode."""

    async def recv(self) -> VideoFrame:
        pts, _base = await self.next_timestamp()
        frame = VideoFrame(320, 180, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([(pts // 3000) % 200 + 20]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, Fraction(1, 90_000)
        return frame


class MediaServer:
    def __init__(self) -> None:
        self.socket = create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.site = ""
        self.has_whep = True
        self.sessions: dict[str, RTCPeerConnection] = {}
        self.codecs: list[str] = []
        self.frames: dict[str, int] = {}  # decoded, of each camera
        self.refused = self.patched = 0
        self.deleted: list[str] = []
        self.work: set[asyncio.Task] = set()
        self._news = threading.Condition()
        self.loop = asyncio.new_event_loop()
        routes = [
            Route("/{path:path}/{kind}", self.post, methods=["POST", "OPTIONS"]),
            Route(
                "/{path:path}/{kind}/{name:uuid}",
                self.change,
                methods=["PATCH", "DELETE", "OPTIONS"],
            ),
            Route("/live/{secret}/{file:path}", self.hls),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="warning")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.server.serve([self.socket]))
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    def wait(self, is_so, seconds=20) -> None:
        with self._news:
            assert self._news.wait_for(is_so, seconds), vars(self)

    def last_frames(self) -> int:
        return list(self.frames.values())[-1]

    def kill(self) -> None:
        """All cameras lose their connection, as when the server falls over."""
        for each in list(self.sessions):
            self._do(self._end(each))

    def tell(self, name: str, path: str, source: str) -> None:
        """The site hears that something happened."""
        self._do(self._tell(name, path, source))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def close(self) -> None:
        self.kill()
        self.server.should_exit = True
        self.thread.join(10)
        self.loop.close()

    async def post(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        path, kind = request.path_params["path"], request.path_params["kind"]
        is_camera, name = kind == "whip", str(uuid4())
        if not await self._is_let_in(request, path, is_camera):
            self._note(refused=self.refused + 1)
            return Response(status_code=401, headers=CORS)
        if not is_camera and not self.has_whep:
            return Response(status_code=503, headers=CORS)
        pc = self.sessions[name] = RTCPeerConnection()
        if is_camera:
            pc.on("track", lambda track: self._watch(pc, track, path, name))
        else:
            pc.addTrack(Bars())
        offer = await self._body(request)
        await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        where = f"/{path}/{kind}/{name}"
        headers = {"Location": where, "ETag": "*", "Accept-Patch": TRICKLE, "ID": name}
        return Response(pc.localDescription.sdp, 201, CORS | headers, "application/sdp")

    async def change(self, request: Request) -> Response:
        name = str(request.path_params["name"])
        if request.method == "DELETE":
            self._note(deleted=[*self.deleted, name])
            await self._end(name)
        elif request.method == "PATCH":
            self._note(patched=self.patched + 1)
            assert request.headers["Content-Type"] == TRICKLE
            assert request.headers["If-Match"] == "*"
            for line in (await self._body(request)).splitlines():
                if line.startswith("a=mid:"):
                    mid = line.removeprefix("a=mid:")
                elif line.startswith("a=candidate:"):
                    found = candidate_from_sdp(line.removeprefix("a=candidate:"))
                    found.sdpMid = mid
                    await self.sessions[name].addIceCandidate(found)
        return Response(status_code=204, headers=CORS)

    async def hls(self, request: Request) -> Response:
        """What a camera recorded, as one live playlist."""
        header, fragments = recorded()
        file = Path(request.path_params["file"])
        if file.suffix == ".mp4":
            return Response(header, 200, CORS, "video/mp4")
        if file.suffix == ".m4s":
            return Response(fragments[int(file.stem)], 200, CORS, "video/mp4")
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1"]
        lines.append('#EXT-X-MAP:URI="init.mp4"')
        for number in range(len(fragments)):
            lines += ["#EXTINF:0.5,", f"{number}.m4s"]
        text = "\n".join([*lines, ""])
        return Response(text, 200, CORS, "application/vnd.apple.mpegurl")

    async def _body(self, request: Request) -> str:
        """Without the names browsers give their addresses: to look one up takes a
        second, and a connection is found without."""
        lines = (await request.body()).decode().splitlines(keepends=True)
        return "".join(line for line in lines if ".local " not in line)

    async def _is_let_in(self, request: Request, path: str, is_camera: bool) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        name = "whip-publish.json" if is_camera else "whep-read-token.json"
        asked = payload(name, path=path, token=token)
        said = await self._hook("auth", asked, "application/json")
        return said.is_success

    async def _hook(self, door: str, body: str, kind: str) -> httpx.Response:
        headers = {"Authorization": basic(), "Content-Type": kind}
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(
                f"{self.site}{HOOKS}/{door}", content=body, headers=headers
            )

    async def _tell(self, name: str, path: str, source: str) -> None:
        form = payload(f"{name}.form", path=path, source=source)
        said = await self._hook("event", form, "application/x-www-form-urlencoded")
        assert said.status_code == 204, said.text

    def _watch(self, pc, track, path: str, name: str) -> None:
        if track.kind == "video":
            work = self.loop.create_task(self._decode(pc, track, path, name))
            self.work.add(work)

    async def _decode(self, pc, track, path: str, name: str) -> None:
        try:
            while True:
                await track.recv()
                if name not in self.frames:
                    (picture,) = [x for x in pc.getTransceivers() if x.kind == "video"]
                    self.codecs.append(picture._codecs[0].mimeType)
                    await self._tell("ready", path, name)
                count = self.frames.get(name, 0) + 1
                self._note(frames=self.frames | {name: count})
        except MediaStreamError:
            if name in self.frames:
                with suppress(httpx.TransportError):  # the site may be down first
                    await self._tell("not-ready", path, name)

    async def _end(self, name: str) -> None:
        pc = self.sessions.pop(name, None)
        if pc:
            await pc.close()

    def _note(self, **facts) -> None:
        with self._news:
            vars(self).update(facts)
            self._news.notify_all()


def only_loopback(monkeypatch) -> None:
    """Streams stay on this machine."""
    monkeypatch.setattr(
        aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    )
