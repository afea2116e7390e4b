"""A host whose browser only makes WebM, and a viewer whose player only knows AAC."""

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from livestream.models import Recording, Stream
from tests.browser.entering import sign_in
from tests.browser.test_live import PICTURE, PLAYS, chromium  # noqa: F401  with a camera
from tests.make import make_session

pytestmark = pytest.mark.browser

LIKE_FIREFOX = """
const known = MediaRecorder.isTypeSupported.bind(MediaRecorder);
MediaRecorder.isTypeSupported = (kind) => !kind.startsWith("video/mp4") && known(kind);
"""
LIKE_APPLE = """
Object.defineProperty(navigator, "vendor", { get: () => "Apple Computer, Inc." });
"""


@pytest.fixture
def worker(site):
    address = urlsplit(settings.DATABASE_URL)
    name = connection.settings_dict["NAME"]
    url = address._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "-m", "livestream.media.worker"],
        env=os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"},
        cwd=settings.BASE_DIR,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def test_a_host_in_firefox_is_seen_and_heard_on_a_phone_of_apple(open_phone, worker):
    session = make_session(country="DE")
    host, viewer = open_phone(), open_phone()
    host.context.grant_permissions(["camera", "microphone"])
    host.context.add_init_script(LIKE_FIREFOX)
    viewer.context.add_init_script(LIKE_APPLE)
    sign_in(host, session.host.user, f"/studio/{session.pk}/desk/")

    host.click("[data-camera=start]")
    expect(host.locator("#signal")).to_have_text("line good", timeout=15_000)
    viewer.goto(f"/live/{session.pk}/")

    viewer.wait_for_function(f"{PLAYS.format(0)}({PICTURE})", timeout=40_000)
    assert Recording.objects.count() == 1
    stream = Stream.objects.get(kind=Stream.Kind.LIVE)
    assert stream.wants_aac
    assert stream.epochs.get().audio_codec == "mp4a.40.2"


def test_over_the_ceiling_a_host_in_firefox_is_told_in_words(open_phone):
    session = make_session(country="DE")
    host = open_phone()
    host.context.grant_permissions(["camera", "microphone"])
    host.context.add_init_script(LIKE_FIREFOX)
    host.route(
        "**/webm/0",
        lambda route: route.fulfill(
            status=503,
            content_type="application/problem+json",
            body='{"code": "converters_busy", "title": "All converters are busy."}',
        ),
    )
    sign_in(host, session.host.user, f"/studio/{session.pk}/desk/")

    host.click("[data-camera=start]")

    expect(host.locator(".toast")).to_have_text("All converters are busy.")
    expect(host.locator("[data-camera=start]")).to_be_visible()
