"""All tables of orders/, by folder."""

from orders.checkout.freight import *  # noqa: F403
from orders.checkout.models import *  # noqa: F403
from orders.checkout.rules import *  # noqa: F403
from orders.checkout.tickets import *  # noqa: F403
from orders.customs.models import *  # noqa: F403
from orders.payments.models import *  # noqa: F403
from orders.settlement.models import *  # noqa: F403
from orders.shipping.models import *  # noqa: F403
