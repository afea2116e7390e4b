"""A show is sent on to a real nginx-rtmp, plain and through TLS, by the real worker."""

import os
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace

import av
import pytest

from livestream.models import Platform, Push
from livestream.platforms import services
from livestream.sessions import services as livestream
from livestream.video import samples
from tests.livestream.media.conftest import free_port, wait_for
from tests.livestream.video.recorded import recorded
from tests.livestream.video.test_ingest import Camera
from tests.make import make_session

HEADER, FRAGMENTS = recorded()
TRACKS = samples.tracks_of(HEADER)
KEYS = {"rtmp": "plain-key-7f3a9c", "rtmps": "sealed-key-51be02"}
REASON = Push.Reason


class Tls:
    """A door that speaks TLS with a certificate of its own, before an RTMP server."""

    def __init__(self, folder, port: int) -> None:
        self.certificate = folder / "certificate.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
                *("-days", "2", "-subj", "/CN=localhost"),
                *("-addext", "subjectAltName=DNS:localhost"),
                *("-keyout", folder / "key.pem", "-out", self.certificate),
            ],
            check=True,
            capture_output=True,
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, folder / "key.pem")
        self._far = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._door.accept()
                threading.Thread(target=self._pass, args=[line], daemon=True).start()

    def _pass(self, line: socket.socket) -> None:
        with (
            suppress(OSError),
            self._context.wrap_socket(line, server_side=True) as near,
            socket.create_connection(("127.0.0.1", self._far)) as far,
        ):
            back = threading.Thread(target=copy, args=[far, near], daemon=True)
            back.start()
            copy(near, far)

    def close(self) -> None:
        self._door.close()


def copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(1 << 16):
            sink.sendall(content)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def tls(rtmp, tmp_path, monkeypatch):
    door = Tls(tmp_path, rtmp.port)
    monkeypatch.setenv("PUSH_TRUSTS", str(door.certificate))
    yield door
    door.close()


@pytest.fixture
def elsewhere(transactional_db):
    return Platform.objects.create(slug="own", name="Own", policy="UNCERTAIN")


def push_to(session, platform, server: str, key: str) -> Push:
    found = services.add_destination(
        host=session.host, platform=platform, key=key, server=server
    )
    return services.start_push(
        host=session.host, session_id=session.pk, destination_id=found.pk
    )


def state_of(push) -> tuple[str, str]:
    return Push.objects.values_list("state", "reason").get(pk=push.pk)


def test_a_show_goes_on_by_rtmp_and_rtmps_and_comes_back_when_dropped(
    rtmp, tls, worker, elsewhere, capfd
):
    camera = Camera(make_session())
    session = camera.session
    pushes = {
        "rtmp": push_to(
            session, elsewhere, f"rtmp://127.0.0.1:{rtmp.port}/live", KEYS["rtmp"]
        ),
        "rtmps": push_to(
            session, elsewhere, f"rtmps://localhost:{tls.port}/live", KEYS["rtmps"]
        ),
    }
    nowhere = push_to(
        session, elsewhere, f"rtmp://127.0.0.1:{free_port()}/live", "nobody-there"
    )
    show = Show(camera)
    show.go_on(3)
    for key in KEYS.values():
        name = f"<name>{key}</name>"
        wait_for(lambda name=name: show.go_on() and name in rtmp.stat())
    assert "<codec>H264</codec>" in rtmp.stat()
    assert "<codec>AAC</codec>" in rtmp.stat()

    wait_for(lambda: show.go_on() and is_sending(pushes))
    rtmp.drop(KEYS["rtmp"])
    dropped = Push.objects.filter(pk=pushes["rtmp"].pk, losses__gt=0)
    wait_for(lambda: show.go_on() and dropped.exists())
    wait_for(lambda: show.go_on() and is_sending(pushes))
    show.turn_the_camera()
    wait_for(lambda: show.go_on() and len(rtmp.recorded(KEYS["rtmps"])) >= 2)

    assert state_of(nowhere) == (Push.State.RETRYING, REASON.UNREACHABLE)
    livestream.end_session(host=session.host, session_id=session.pk)
    wait_for(lambda: Push.objects.filter(stopped_at=None).count() == 0)
    wait_for(lambda: not any(key in rtmp.stat() for key in KEYS.values()))
    for key in KEYS.values():
        videos = [read_back(file) for file in rtmp.recorded(key)]
        assert max(videos)[0] >= len(FRAGMENTS)
    said = "".join(capfd.readouterr())
    assert not any(key in said for key in [*KEYS.values(), "nobody-there"])


def is_sending(pushes) -> bool:
    return all(state_of(push)[0] == Push.State.SENDING for push in pushes.values())


class Show:
    """A camera that goes on: the same three seconds again and again, in real time."""

    def __init__(self, camera: Camera) -> None:
        self.camera, self.part, self.number = camera, 0, 0
        self._due = time.monotonic()
        camera.put("init", HEADER)

    def go_on(self, fragments: int = 1) -> bool:
        for _ in range(fragments):
            time.sleep(max(0, self._due - time.monotonic()))
            self._due = time.monotonic() + 0.45
            round_, at = divmod(self.number, len(FRAGMENTS))
            content = later(FRAGMENTS[at], 3.24 * round_)
            assert self.camera.put(self.number, content, part=self.part)[0] == 200
            self.number += 1
        return True

    def turn_the_camera(self) -> None:
        self.part, self.number = self.part + 1, 0
        self.camera.put("init", HEADER, part=self.part)


def later(fragment: bytes, seconds: float) -> bytes:
    """The same fragment, filmed later."""
    parts = samples.read(fragment, TRACKS)
    moved = [
        replace(part, time=part.time + round(seconds * part.track.timescale))
        for part in parts
    ]
    return samples.write(0, moved)


def read_back(file) -> tuple[int, int]:
    """How many pictures and packets of sound a recording has; all can be decoded."""
    with av.open(str(file)) as video:
        assert video.streams.audio[0].codec_context.name == "aac"
        frames = list(video.decode())
    pictures = [frame for frame in frames if isinstance(frame, av.VideoFrame)]
    return len(pictures), len(frames) - len(pictures)


def test_a_server_that_cannot_prove_who_it_is_gets_no_key(
    rtmp, tls, elsewhere, monkeypatch
):
    from livestream.media.push import Lost, Relay

    server = services.read_server(f"rtmps://localhost:{tls.port}/live")._asdict()
    with pytest.raises(Lost, match="CERTIFICATE"):
        Relay(server, to_loopback=True, trusts="")
    with pytest.raises(Lost, match="ADDRESS"):
        Relay(server, to_loopback=False, trusts=os.environ["PUSH_TRUSTS"])
    Relay(server, to_loopback=True, trusts=os.environ["PUSH_TRUSTS"]).close()
