"""This program's own engine: a camera PUTs fragments, viewers get them as files."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from livestream.video import folders, playlist, streams
from livestream.video.engines.adapters import NotLetIn, Target
from livestream.video.models import Stream

SILENT = timedelta(seconds=8)  # after it another device may take over unasked


class Embedded:
    name = "embedded"

    def publish_target(self, stream: Stream) -> Target:
        first = reverse("livestream:video-init", args=[stream.pk, 0])
        return Target("chunks", first.removesuffix("0/init"))

    def play_targets(self, stream: Stream) -> list[Target]:
        return [Target("hls", folders.live_url(stream.secret))]

    def is_sending(self, stream: Stream) -> bool:
        heard = stream.heard_at
        return heard is not None and heard > timezone.now() - SILENT

    def authorize(self, said: Mapping[str, Any]) -> None:
        raise NotLetIn()  # each PUT brings its token, and nobody else is at the door

    def event(self, said: Mapping[str, Any]) -> None:
        raise NotLetIn()

    def kick(self, stream: Stream) -> None:
        """The camera's next PUT is refused: it isn't the publisher any more."""

    def end(self, stream: Stream) -> bool:
        """Write the playlist of a live stream's replay."""
        entries = streams.recording(stream)
        if stream.kind != Stream.Kind.LIVE or not entries:
            return False
        shown = playlist.ended(entries).encode()
        folders.write(folders.folder(stream.secret) / folders.REPLAY, shown)
        folders.write(folders.live(stream.secret), shown)
        return True
