"""Translators: one promise, kept by every adapter. Outside is a small server."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from donghai.translation import NotTranslated, translator
from donghai.translation.sandbox import FAILS_ON

KEY = "the key"
SLOW = "take your time"


class Double(BaseHTTPRequestHandler):
    """LibreTranslate as far as we use it: a mark before each text, and its errors."""

    asked: list[dict[str, Any]] = []
    answer: Any = None

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(asked)
        if asked.get("api_key") != KEY:
            self._say(403, {"error": "Invalid API key"})
        elif FAILS_ON in asked["q"]:
            self._say(500, {"error": "Cannot translate text"})
        elif SLOW in asked["q"]:
            time.sleep(0.5)
        elif self.answer is not None:
            self._say(200, self.answer)
        else:
            target = {"zh": "zh-hans", "pt": "pt-br"}.get(
                asked["target"], asked["target"]
            )
            translated = [f"[{target}] {text}" for text in asked["q"]]
            self._say(200, {"translatedText": translated})

    def _say(self, status: int, body: Any) -> None:
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def double(monkeypatch):
    monkeypatch.setattr(Double, "asked", [])
    server = HTTPServer(("127.0.0.1", 0), Double)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["sandbox", "libretranslate"])
def adapter(request, settings, double):
    settings.TRANSLATOR = request.param
    settings.LIBRETRANSLATE_URL = f"http://127.0.0.1:{double.server_port}"
    settings.LIBRETRANSLATE_KEY = KEY
    settings.TRANSLATION_SECONDS = 5.0
    return translator()


@pytest.fixture
def libretranslate(settings, double):
    settings.TRANSLATOR = "libretranslate"
    settings.LIBRETRANSLATE_URL = f"http://127.0.0.1:{double.server_port}"
    settings.LIBRETRANSLATE_KEY = KEY
    settings.TRANSLATION_SECONDS = 5.0
    return translator()


def test_each_text_comes_back_in_its_place(adapter):
    found = adapter.translate(["One of a kind.", "Cut by hand."], "en", "zh-hans")

    assert found == ["[zh-hans] One of a kind.", "[zh-hans] Cut by hand."]


def test_blank_texts_stay_blank_and_nothing_is_nothing(adapter):
    assert adapter.translate(["", "Moss", " "], "en", "pt-br") == [
        *("", "[pt-br] Moss", " ")
    ]
    assert adapter.translate([""], "en", "de") == [""]
    assert adapter.translate([], "en", "de") == []


def test_markup_is_text_like_any_other(adapter):
    written = '<b onclick="x()">Agate</b> &amp; onyx'

    assert adapter.translate([written], "en", "es") == [f"[es] {written}"]


def test_a_service_that_fails_is_a_named_refusal(adapter):
    with pytest.raises(NotTranslated) as refusal:
        adapter.translate(["Agate", FAILS_ON], "en", "es")

    assert refusal.value.code == "not_translated"
    assert "try again" in str(refusal.value)


def test_with_no_translator_nothing_comes_back(settings):
    settings.TRANSLATOR = ""

    assert translator().translate(["Agate"], "en", "es") == []


def test_libretranslate_is_asked_once_in_its_own_codes_for_plain_text(libretranslate):
    libretranslate.translate(["Agate", "", "Onyx"], "pt-br", "zh-hans")

    assert Double.asked == [
        {
            "q": ["Agate", "Onyx"],
            "source": "pt",
            "target": "zh",
            "format": "text",
            "api_key": KEY,
        }
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Bad gateway</html>",
        [],
        {"translatedText": "one string"},
        {"translatedText": ["too", "many"]},
        {"translatedText": [None]},
        {"error": "no"},
    ],
)
def test_an_answer_of_another_shape_is_refused(libretranslate, monkeypatch, answer):
    monkeypatch.setattr(Double, "answer", answer)

    with pytest.raises(NotTranslated):
        libretranslate.translate(["Agate"], "en", "es")


def test_a_wrong_key_is_told_by_its_status_and_never_repeated(libretranslate, settings):
    settings.LIBRETRANSLATE_KEY = "wrong"

    with pytest.raises(NotTranslated) as refusal:
        libretranslate.translate(["Agate"], "en", "es")

    assert refusal.value.details == {"why": "HTTP 403"}


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:9", "nonsense://x"])
def test_a_service_that_is_not_there_is_refused(libretranslate, settings, address):
    settings.LIBRETRANSLATE_URL = address

    with pytest.raises(NotTranslated):
        libretranslate.translate(["Agate"], "en", "es")


def test_a_service_that_takes_too_long_is_refused(libretranslate, settings):
    settings.TRANSLATION_SECONDS = 0.1

    with pytest.raises(NotTranslated) as refusal:
        libretranslate.translate([SLOW], "en", "es")

    assert refusal.value.details == {"why": "ReadTimeout"}
