"""What carries video from a camera to viewers must be able to do, and which is at work.

An engine outside asks before it lets anybody in, and tells what happens at it: both
reach us as words of its own, which its adapter reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.video.models import Stream

ADAPTERS = {
    "embedded": "livestream.video.engines.embedded.Embedded",
    "mediamtx": "livestream.video.engines.mediamtx.MediaMTX",
}


class NotLetIn(Refused):
    code = "not_let_in"
    title = _("Nobody may do that with this video.")
    status = 403


class NoCredentials(Refused):
    code = "no_credentials"
    title = _("Say who you are: by a camera's token, or the media server's secret.")
    status = 401


class UnreadableNotice(Refused):
    code = "unreadable_notice"
    title = _("This is not what a media server tells: %(why)s.")
    status = 422


@dataclass(frozen=True, slots=True)
class Target:
    """A place of video. `kind` is how one talks to it: chunks, whip; hls, whep."""

    kind: str
    url: str


class Engine(Protocol):
    name: str

    def publish_target(self, stream: Stream) -> Target:
        """Where its camera sends, with a token of `tokens`."""

    def play_targets(self, stream: Stream) -> list[Target]:
        """Where it is watched once it's there, best first. One of them is hls."""

    def is_sending(self, stream: Stream) -> bool:
        """Whether its camera was heard just now, as far as we were told."""

    def authorize(self, said: Mapping[str, Any]) -> None:
        """Let somebody in by returning; raises NotLetIn, NoCredentials, TokenRanOut."""

    def event(self, said: Mapping[str, Any]) -> None:
        """Note what happened. Again or late is harmless; raises UnreadableNotice."""

    def kick(self, stream: Stream) -> None:
        """Cut its camera off. Never raises: who stays has no right to come back."""

    def end(self, stream: Stream) -> bool:
        """Its session is over: whether files of it remain here. Asks nobody outside."""


def engine() -> Engine:
    """The adapter named by MEDIA_ENGINE."""
    adapter: type[Engine] = import_string(ADAPTERS[settings.MEDIA_ENGINE])
    return adapter()


def addresses(stream: Stream) -> dict[str, str]:
    """Where it's watched, for pages: `url` of its HLS, and `whep` or "" without it."""
    at = {target.kind: target.url for target in engine().play_targets(stream)}
    return {"url": at["hls"], "whep": at.get("whep", "")}
