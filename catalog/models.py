"""All tables of catalog/, by folder."""

from catalog.merchants.models import *  # noqa: F403
from catalog.products.models import *  # noqa: F403
from catalog.stock.models import *  # noqa: F403
from catalog.stocktaking.models import *  # noqa: F403
