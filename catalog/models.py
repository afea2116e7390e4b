"""All tables of catalog/, by folder."""

from catalog.connections.models import (  # noqa: F401
    ApiToken,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMark,
    WebhookMessage,
)
from catalog.glossary.models import *  # noqa: F403
from catalog.merchants.models import *  # noqa: F403
from catalog.photos.models import *  # noqa: F403
from catalog.products.models import *  # noqa: F403
from catalog.provenance.models import *  # noqa: F403
from catalog.search.models import *  # noqa: F403
from catalog.sheets.models import *  # noqa: F403
from catalog.stock.models import *  # noqa: F403
from catalog.stocktaking.models import *  # noqa: F403
