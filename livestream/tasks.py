"""Background jobs of livestream/, by step name."""

from donghai import steps
from livestream.media import replay
from livestream.sessions import covers
from livestream.video import retention, streams

steps.job(covers.DRAW, lane=steps.Lane.MEDIA)(covers.draw)
steps.job("livestream.finish_video")(streams.finish)
steps.job(streams.KEEP, lane=steps.Lane.MEDIA)(replay.keep)
steps.job(retention.WARN, lane=steps.Lane.OUTSIDE)(retention.warn)
