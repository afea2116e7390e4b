"""What a payment provider must be able to do, and which one is at work."""

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from donghai.money import Money

ADAPTERS = {"sandbox": "orders.payments.sandbox.SandboxProvider"}


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment as the provider sees it. `state` is OPEN, CAPTURED or DECLINED."""

    reference: str
    state: str
    amount: Money
    page_url: str = ""


class Provider(Protocol):
    """Every call may be repeated: the same key means the same charge or refund."""

    name: str
    methods: tuple[str, ...]

    def charge(
        self, *, key: str, amount: Money, method: str, return_url: str
    ) -> Charge:
        """Ask for money; the answer tells where the buyer pays, or that it is done."""

    def find(self, key: str) -> Charge | None:
        """The charge made with this key, None when the provider never heard of it."""

    def cancel(self, key: str) -> Charge | None:
        """Make an open charge impossible; one already captured stays so."""

    def refund(self, *, key: str, reference: str, amount: Money) -> str:
        """Send money back, once per key; the provider's reference of the refund."""

    def verify(self, body: bytes, signature: str) -> bool:
        """Whether a notice really comes from the provider."""


def provider() -> Provider:
    """The adapter named by PAYMENT_PROVIDER."""
    adapter: type[Provider] = import_string(ADAPTERS[settings.PAYMENT_PROVIDER])
    return adapter()
