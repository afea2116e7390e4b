import pytest

from tests.livestream.video.engines.mediamtx import SECRET, ControlApi, control_api


@pytest.fixture
def api(monkeypatch):
    monkeypatch.setattr(ControlApi, "kicked", [])
    monkeypatch.setattr(ControlApi, "asked", [])
    server = control_api()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mediamtx(settings, api):
    settings.MEDIA_ENGINE = "mediamtx"
    settings.MEDIAMTX_WHIP_URL = "https://media.example/webrtc"
    settings.MEDIAMTX_HLS_URL = "https://media.example/hls"
    settings.MEDIAMTX_API_URL = f"http://127.0.0.1:{api.server_port}"
    settings.MEDIAMTX_HOOK_SECRET = SECRET
