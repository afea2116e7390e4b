"""Engines: one promise, kept by each. A camera goes through the door each one has."""

import pytest
from django.test import Client

from livestream.models import RoomEvent, Stream
from livestream.sessions import services as livestream
from livestream.video import streams
from livestream.video.engines import NotLetIn, engine
from tests.livestream.video.engines.mediamtx import ask, path_in, tell
from tests.livestream.video.recorded import recorded
from tests.make import make_client, make_session

pytestmark = pytest.mark.django_db
HEADER, FRAGMENTS = recorded()


def put_to_us(answer):
    to = {"headers": {"Authorization": f"Bearer {answer['token']}"}}
    begun = Client().put(f"{answer['to']}0/init", HEADER, **to)
    if begun.status_code == 200:
        Client().put(f"{answer['to']}0/0", FRAGMENTS[0], **to)
    return begun.status_code == 200


def publish_to_mediamtx(answer):
    path, source = path_in(answer["to"]), answer["token"][-36:]
    let_in = ask("whip-publish.json", path=path, token=answer["token"])
    if let_in.status_code == 204:
        tell("ready.form", path=path, source=source)
    return let_in.status_code == 204


KINDS = {"embedded": ("chunks", put_to_us), "mediamtx": ("whip", publish_to_mediamtx)}


@pytest.fixture(params=KINDS)
def name(request, settings, mediamtx):
    settings.MEDIA_ENGINE = request.param
    return request.param


def claim(session, **said):
    asked = make_client(session.host.user).post(f"/studio/{session.pk}/camera/", said)
    return asked.json()


def shown(session):
    return Client().get(f"/live/{session.pk}/").context["video"]


def test_a_camera_is_told_where_to_send_and_is_seen_once_it_does(name):
    session = make_session()
    kind, send = KINDS[name]

    answer = claim(session)

    assert engine().name == name
    assert (answer["kind"], shown(session)) == (kind, {"url": "", "whep": ""})
    assert send(answer)
    assert shown(session) == {"url": answer["playlist"], "whep": answer["whep"]}
    told = RoomEvent.objects.get(session=session, kind="video").payload
    assert told["url"] == answer["playlist"]


def test_another_device_is_asked_and_then_ends_the_right_of_the_one_before(name):
    session = make_session()
    send = KINDS[name][1]
    first = claim(session)
    assert send(first)

    assert claim(session)["code"] == "camera_elsewhere"
    assert claim(session, token=first["token"])["to"] == first["to"]
    second = claim(session, take_over="1")

    assert send(second)
    assert not send(first)
    assert Stream.objects.get().publisher == 2


def test_nobody_sends_with_anothers_token_or_once_it_is_over(name):
    send = KINDS[name][1]
    session, stranger = make_session(), make_session()
    mine, theirs = claim(session), claim(stranger)

    assert not send(mine | {"token": theirs["token"]})
    assert not send(mine | {"token": mine["token"] + "x"})
    assert not RoomEvent.objects.filter(kind="video").exists()
    livestream.end_session(host=session.host, session_id=session.pk)
    streams.close(session.pk)

    assert not send(mine)
    assert shown(session) == {"url": "", "whep": ""}


def test_a_rehearsal_is_shown_to_nobody_and_nothing_of_it_stays(name):
    session = make_session(on_air=False)
    rehearsal = claim(session)
    assert KINDS[name][1](rehearsal)

    assert shown(session) == {"url": "", "whep": ""}
    assert not RoomEvent.objects.filter(kind="video").exists()
    livestream.go_live(host=session.host, session_id=session.pk)
    assert claim(session)["to"] != rehearsal["to"]
    assert streams.close(session.pk) is None
    assert Stream.objects.get(kind=Stream.Kind.REHEARSAL).removed_at


def test_a_camera_can_be_cut_off_whoever_is_there(name, settings):
    claim(make_session())
    engine().kick(Stream.objects.get())
    settings.MEDIAMTX_API_URL = "http://127.0.0.1:9"
    engine().kick(Stream.objects.get())


def test_our_own_engine_lets_nobody_in_at_the_hooks(settings, mediamtx):
    settings.MEDIA_ENGINE = "embedded"
    path = f"live/{'x' * 20}"

    assert ask("hls-read.json", path=path).json()["code"] == NotLetIn.code
    assert tell("ready.form", path=path).json()["code"] == NotLetIn.code
