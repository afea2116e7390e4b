"""Our side of MediaMTX: who is let in, what is noted, who is cut off."""

import json
import logging
import re
from itertools import permutations
from pathlib import Path

import pytest
import time_machine
import yaml
from django.conf import settings as project
from django.test import Client
from django.utils import timezone

from donghai import checks
from livestream.models import RecordedFile, RoomEvent, Source, Stream
from livestream.sessions import services as livestream
from livestream.video import streams, tokens
from livestream.video.engines import engine, sources
from livestream.video.engines.mediamtx import PATH, path_of
from tests.livestream.video.engines.mediamtx import (
    HOOKS,
    SOURCE,
    ControlApi,
    ask,
    basic,
    path_in,
    payload,
    tell,
)
from tests.make import make_client, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mediamtx")]


class Camera:
    """A device with the right to send to a session's stream."""

    def __init__(self, session):
        self.session = session
        client = make_client(session.host.user)
        answer = client.post(f"/studio/{session.pk}/camera/").json()
        self.token, self.path = answer["token"], path_in(answer["to"])

    def asks(self, name, *, path="", token=None):
        token = self.token if token is None else token
        return ask(name, path=path or self.path, token=token).status_code

    def told(self):
        """What the room heard of its picture: whether it's lost, each time."""
        events = RoomEvent.objects.filter(session=self.session, kind="video")
        return [event.payload.get("lost", False) for event in events.order_by("number")]


@pytest.fixture
def camera():
    return Camera(make_session())


@pytest.mark.parametrize("name", ["whip", "basic", "rtmp", "old-whip"])
def test_wherever_a_client_puts_its_token_it_counts_for_its_own_path_only(camera, name):
    name, other = f"{name}-publish.json", Camera(make_session())

    assert camera.asks(name) == 204
    assert camera.asks(name, path=other.path) == 403
    assert camera.asks(name, path="live/" + "x" * 20) == 403
    assert camera.asks(name, path=camera.path + "/../x") == 403
    assert camera.asks(name, path=camera.path.replace("live", "rehearsal")) == 403
    assert camera.asks(name, token="garbage") == 401
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=601)):
        assert camera.asks(name) == 401


def test_who_brings_nothing_is_asked_to_and_who_wants_more_is_refused(camera):
    assert camera.asks("whip-anonymous.json") == 401
    assert camera.asks("api.json") == 403
    assert camera.asks("api.json", token="") == 401


def test_a_live_path_is_enough_to_watch_and_a_rehearsal_is_the_hosts_alone(camera):
    rehearsal = Camera(make_session(on_air=False))

    for name in ("whep-read.json", "hls-read.json", "playback.json"):
        assert camera.asks(name) == 204
        assert rehearsal.asks(name) == 401
        assert camera.asks(name, path="live/" + "x" * 20) == 401
    assert rehearsal.asks("whep-read-token.json") == 204
    assert rehearsal.asks("whep-read-token.json", token=camera.token) == 403

    livestream.end_session(host=camera.session.host, session_id=camera.session.pk)
    assert camera.asks("whep-read.json") == camera.asks("hls-read.json") == 401
    assert camera.asks("whip-publish.json") == 403
    assert camera.asks("playback.json") == 204


def test_a_question_costs_one_statement(camera, django_assert_num_queries):
    for name in ("hls-read.json", "whip-publish.json"):
        with django_assert_num_queries(1):
            assert camera.asks(name) == 204


def test_only_who_knows_the_hooks_secret_is_answered(camera, settings):
    for secret in ("", "wrong", SOURCE):
        asked = ask("hls-read.json", path=camera.path, secret=secret)
        told = tell("ready.form", path=camera.path, secret=secret)
        assert (asked.status_code, told.status_code) == (401, 401)
    for header in ("", "Basic", "Basic =", "Bearer x", "Basic w7/Dvw"):
        sent = {"headers": {"Authorization": header}}
        assert Client().post(f"{HOOKS}/auth", **sent).status_code == 401
    settings.MEDIAMTX_HOOK_SECRET = ""
    assert ask("hls-read.json", path=camera.path, secret="").status_code == 401
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'"x"', b'{"path": 1}', b'{"token": ["x"]}']
)
def test_what_is_no_question_lets_nobody_in(body, camera):
    asked = Client().post(
        f"{HOOKS}/auth",
        body,
        content_type="application/json",
        headers={"Authorization": basic()},
    )
    assert asked.status_code in (401, 422)


def test_no_token_is_ever_written_down(camera, caplog):
    with caplog.at_level(logging.DEBUG):
        answers = [
            ask(name, path=camera.path, token=token).content.decode()
            for name in ("whip-publish.json", "rtmp-publish.json", "api.json")
            for token in (camera.token, camera.token + "x")
        ]

    assert camera.token not in caplog.text + "".join(answers)


def test_the_room_hears_of_each_picture_that_comes_and_goes(camera):
    for name, source in (
        *(("ready.form", "one"), ("ready.form", "one")),  # doubled
        *(("not-ready.form", "one"), ("not-ready.form", "one")),
        *(("ready.form", "two"), ("ready.form", "one")),  # late
        ("ready.form", "three"),  # another device took over
        ("not-ready.form", "two"),
    ):
        assert tell(name, path=camera.path, source=source).status_code == 204

    assert camera.told() == [False, True, False, False]
    assert Source.objects.get(ended_at=None).name == "three"
    stream = Stream.objects.get()
    assert stream.epochs_begun == 3
    assert engine().is_sending(stream)


@pytest.mark.parametrize(
    "order", set(permutations(["ready one", "not-ready one", "ready two"]))
)
def test_in_whatever_order_it_comes_the_last_picture_is_the_one(camera, order):
    for each in order:
        name, source = each.split()
        tell(f"{name}.form", path=camera.path, source=source)

    assert Source.objects.get(ended_at=None).name == "two"


def test_a_picture_whose_end_nobody_told_is_over_with_the_next(camera):
    tell("ready.form", path=camera.path, source="of a server that fell over")
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=2)):
        tell("ready.form", path=camera.path, source="next")

    assert Source.objects.get(ended_at=None).name == "next"


def test_a_recording_is_noted_once_and_none_of_a_rehearsal(camera):
    rehearsal = Camera(make_session(on_air=False))
    for each in (camera, camera, rehearsal):
        assert tell("segment.form", path=each.path).status_code == 204

    kept = RecordedFile.objects.get()
    assert path_of(kept.stream) == camera.path
    assert (kept.seconds, Path(kept.path).suffix) == (601.533, ".mp4")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"event": "ready"},
        {"event": "ready", "source_id": "x" * 65},
        {"event": "melted", "source_id": "x"},
        {"event": "segment", "segment_duration": "1"},
        {"event": "segment", "segment_path": "/x", "segment_duration": "nan"},
        {"event": "segment", "segment_path": "/x", "segment_duration": "1e9"},
    ],
)
def test_a_notice_of_nothing_we_know_is_refused_and_leaves_no_trace(camera, said):
    told = Client().post(
        f"{HOOKS}/event",
        {"path": camera.path} | said,
        headers={"Authorization": basic()},
    )
    unknown = tell("ready.form", path="live/" + "x" * 20)

    assert told.json()["code"] == unknown.json()["code"] == "unreadable_notice"
    assert not Source.objects.exists()
    assert not RecordedFile.objects.exists()
    assert camera.told() == []


def test_who_took_over_has_the_one_before_cut_off(camera):
    tell("ready.form", path=camera.path)
    client = make_client(camera.session.host.user)

    client.post(f"/studio/{camera.session.pk}/camera/", {"take_over": "1"})

    assert ControlApi.asked == [f"/v3/paths/get/{camera.path}"]
    assert ControlApi.kicked == [f"/v3/webrtcsessions/kick/{SOURCE}"]


def test_a_path_that_mediamtx_does_not_know_has_nobody_to_cut_off(camera, monkeypatch):
    monkeypatch.setattr(ControlApi, "path_status", 404)

    engine().kick(Stream.objects.get())

    assert ControlApi.kicked == []


def test_a_notice_after_the_end_changes_nothing(camera):
    tell("ready.form", path=camera.path)
    livestream.end_session(host=camera.session.host, session_id=camera.session.pk)
    streams.close(camera.session.pk)

    tell("not-ready.form", path=camera.path)
    sources.begin(Stream.objects.get().pk, "late")

    assert camera.told() == [False]
    assert not Source.objects.filter(ended_at=None).exists()


def test_the_file_for_operators_fits_our_paths_and_doors(camera):
    folder = Path(project.BASE_DIR) / "livestream/video/engines"
    config = yaml.safe_load((folder / "mediamtx.yml").read_text())

    (live,) = [name for name in config["paths"] if "live" in name]
    assert re.fullmatch(live.removeprefix("~"), camera.path)
    assert PATH.fullmatch(camera.path)
    assert HOOKS in (folder / "mediamtx.yml").read_text()
    for rules in config["paths"].values():
        for hook, form in (("Available", "ready"), ("Unavailable", "not-ready")):
            command = rules[f"runOn{hook}"]
            for fact in payload(f"{form}.form").split("&"):
                assert fact.partition("=")[0] in command
    assert config["authMethod"] == "http"
    assert {"action": "api"} in config["authHTTPExclude"]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({}, ""),
        ({"MEDIAMTX_WHIP_URL": "http://media.example"}, "MEDIAMTX_WHIP_URL"),
        ({"MEDIAMTX_HLS_URL": "http://media.example"}, "MEDIAMTX_HLS_URL"),
        ({"MEDIAMTX_HOOK_SECRET": "short"}, "MEDIAMTX_HOOK_SECRET"),
    ],
)
def test_production_wants_mediamtx_by_https_and_with_a_secret(settings, fault, word):
    for name, value in fault.items():
        setattr(settings, name, value)
    settings.PRODUCTION = True

    found = [error.msg for error in checks.production_is_safe(None)]
    of_it = [text for text in found if "MEDIAMTX" in text]

    assert [word in text for text in of_it] == [True] * bool(fault)


def test_the_questions_are_json_as_mediamtx_writes_it():
    keys = {"ip", "user", "password", "token", "action", "path", "protocol"}
    keys |= {"id", "query"}
    for name in ("whip-publish.json", "hls-read.json"):
        assert set(json.loads(payload(name, path="p", token="t"))) == keys
    assert tokens.issue(tokens.Right(1, 1)).count(":") == 2  # one would be a name
