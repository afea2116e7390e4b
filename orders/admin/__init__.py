"""The sale in the admin, from claim to payable, one file per folder of orders/.

story    everything about one order, on one page
tasks    its steps in words
"""

from orders.admin import (
    checkout,
    customs,
    payments,
    rules,
    selling,
    settlement,
    shipping,
    tasks,
)

__all__ = [
    "checkout",
    "customs",
    "payments",
    "rules",
    "selling",
    "settlement",
    "shipping",
    "tasks",
]
