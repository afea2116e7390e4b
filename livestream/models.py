"""All tables of livestream/, by folder."""

from livestream.deals.models import *  # noqa: F403
from livestream.sessions.models import *  # noqa: F403
