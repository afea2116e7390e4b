"""Who carries the video: the engine that MEDIA_ENGINE names.

engine    the one at work: this program's own, or a media server beside it
addresses   where a stream is watched, for pages
Engine    what each promises
Target    where video goes to, or comes from
NotLetIn, NoCredentials, UnreadableNotice   how an engine's questions are refused
"""

from livestream.video.engines.adapters import (
    Engine,
    NoCredentials,
    NotLetIn,
    Target,
    UnreadableNotice,
    addresses,
    engine,
)

__all__ = [
    "Engine",
    "NoCredentials",
    "NotLetIn",
    "Target",
    "UnreadableNotice",
    "addresses",
    "engine",
]
