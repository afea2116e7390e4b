"""The door of programs that send all the time: Django's, without middleware."""

import io
import json
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import reverse

from donghai.asgi import PRICES, VIDEO, bare
from donghai.bare import BareHandler
from livestream.models import Fragment
from tests.livestream.video.test_ingest import FRAGMENTS, HEADER, Camera
from tests.make import make_session

pytestmark = pytest.mark.django_db(transaction=True)


def put(path, body=b"", **headers):
    asked = RequestFactory().put(path, body, content_type="video/mp4", headers=headers)
    asked.environ["wsgi.input"] = io.BytesIO(body)
    begun = SimpleNamespace()

    def start(status, said, exc_info=None):
        begun.status, begun.headers = int(status[:3]), dict(said)

    answer = bare.wsgi(asked.environ, start)
    begun.body = json.loads(b"".join(answer)) if begun.status < 500 else b""
    answer.close()
    return begun


def test_a_camera_sends_through_it_and_nothing_of_a_page_is_made():
    camera = Camera(make_session())
    right = {"authorization": f"Bearer {camera.answer['token']}"}

    begun = put(f"{camera.answer['to']}0/init", HEADER, **right)
    taken = put(f"{camera.answer['to']}0/0", FRAGMENTS[0], **right)

    assert isinstance(bare.wsgi, BareHandler)
    assert VIDEO.fullmatch(f"{camera.answer['to']}0/0")
    assert PRICES.fullmatch(reverse("orders:prices", args=[1, "DE", "EUR", "zh-hans"]))
    assert (begun.status, taken.status) == (200, 200)
    assert taken.body == {"next": 1, "again": False}
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in taken.headers
    assert Fragment.objects.count() == 1


def test_a_refusal_is_said_in_the_language_asked_for_and_changes_nothing():
    camera = Camera(make_session())
    path = f"{camera.answer['to']}0/init"

    said = put(path, HEADER, **{"accept-language": "zh-CN"})

    assert (said.status, said.body["code"]) == (401, "token_ran_out")
    assert not said.body["title"].isascii()
    assert not Fragment.objects.exists()
