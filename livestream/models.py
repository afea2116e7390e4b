"""All tables of livestream/, by folder."""

from livestream.room.models import *  # noqa: F403
from livestream.sessions.models import *  # noqa: F403
from livestream.video.engines.models import *  # noqa: F403
from livestream.video.models import *  # noqa: F403
