"""All tables of livestream/, by folder."""

from livestream.platforms.models import *  # noqa: F403
from livestream.sessions.models import *  # noqa: F403
from livestream.video.models import *  # noqa: F403
