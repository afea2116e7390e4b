"""All tables of livestream/, by folder."""

from livestream.chat.models import *  # noqa: F403
from livestream.collections.models import *  # noqa: F403
from livestream.crew.models import *  # noqa: F403
from livestream.deals.models import *  # noqa: F403
from livestream.events.models import *  # noqa: F403
from livestream.platforms.models import *  # noqa: F403
from livestream.prompter.models import *  # noqa: F403
from livestream.room.models import *  # noqa: F403
from livestream.schedule.models import *  # noqa: F403
from livestream.sessions.models import *  # noqa: F403
from livestream.sold.models import *  # noqa: F403
from livestream.terms.models import *  # noqa: F403
from livestream.video.engines.models import *  # noqa: F403
from livestream.video.models import *  # noqa: F403
