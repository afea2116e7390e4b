"""A payment provider to try things with: own book, own page, late and doubled notices.

It behaves like a real one seen from us: it keeps a charge per key whatever is asked how
often, pays on its own page, and tells by signed webhook. Not reachable in production.
"""

import hashlib
import hmac
import json
import uuid
from datetime import timedelta

import httpx
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from donghai import sql, steps
from donghai.money import Money
from donghai.steps.models import Step
from orders.payments.models import SandboxCharge, SandboxRefund
from orders.payments.provider import Charge

PAYS_AT_ONCE = "test_pays"
DECLINES_AT_ONCE = "test_declines"
NOTIFY = "orders.send_sandbox_notice"
TIMES = {"once": 1, "twice": 2, "late": 1, "lost": 0}  # by SANDBOX_WEBHOOKS
LATE = timedelta(minutes=1)  # by then the reconciler has asked

DECIDE = """
UPDATE orders_sandboxcharge SET state = %(state)s
WHERE reference = %(reference)s AND state = 'OPEN' RETURNING {columns}
"""


class SandboxProvider:
    """The adapter; what is behind it is the other functions of this module."""

    name = "sandbox"
    methods = ("page", PAYS_AT_ONCE, DECLINES_AT_ONCE)

    def charge(
        self, *, key: str, amount: Money, method: str, return_url: str
    ) -> Charge:
        charge = SandboxCharge(
            key=key,
            reference=f"sb_{uuid.uuid4().hex}",
            amount_minor=amount.minor,
            currency=amount.currency,
            return_url=return_url,
            state=_state_by(method),
        )
        with transaction.atomic():
            is_new = sql.insert(charge, unless_there=True)
            if is_new and charge.state != "OPEN":
                _notify(charge)
        if not is_new:
            SandboxCharge.objects.filter(key=key).update(asked=F("asked") + 1)
            charge = SandboxCharge.objects.get(key=key)
        return _as_charge(charge)

    def find(self, key: str) -> Charge | None:
        charge = SandboxCharge.objects.filter(key=key).first()
        return _as_charge(charge) if charge else None

    def cancel(self, key: str) -> Charge | None:
        SandboxCharge.objects.filter(key=key, state="OPEN").update(state="DECLINED")
        return self.find(key)

    def refund(self, *, key: str, reference: str, amount: Money) -> str:
        try:
            with transaction.atomic():
                charge = SandboxCharge.objects.get(reference=reference)
                SandboxRefund.objects.create(
                    key=key, charge=charge, amount_minor=amount.minor
                )
                SandboxCharge.objects.filter(pk=charge.pk).update(
                    refunded_minor=F("refunded_minor") + amount.minor
                )
        except IntegrityError:
            SandboxRefund.objects.get(key=key)  # asked before: the same refund
        return f"re_{key}"

    def verify(self, body: bytes, signature: str) -> bool:
        return hmac.compare_digest(sign(body).encode(), signature.encode())


@transaction.atomic
def decide(*, reference: str, approve: bool) -> SandboxCharge:
    """What the buyer pressed on the sandbox's own page; only the first press counts."""
    state = "CAPTURED" if approve else "DECLINED"
    decided = sql.one(SandboxCharge, DECIDE, reference=reference, state=state)
    if decided is None:
        return SandboxCharge.objects.get(reference=reference)
    _notify(decided)
    return decided


def send_notice(step: Step) -> None:
    """Deliver one webhook over HTTP, as the provider's machine would."""
    charge = SandboxCharge.objects.get(pk=step.subject_id)
    body = json.dumps(
        {
            "event": f"{charge.reference}/{charge.state}",
            "reference": charge.reference,
            "key": charge.key,
            "state": charge.state,
            "amount_minor": charge.amount_minor,
            "currency": charge.currency,
        }
    ).encode()
    answer = httpx.post(
        settings.SITE_URL + reverse("orders:payment-notice", args=["sandbox"]),
        content=body,
        headers={"Content-Type": "application/json", "Signature": sign(body)},
        timeout=10,
    )
    answer.raise_for_status()
    with steps.finishing(step):
        pass


def sign(body: bytes) -> str:
    """HMAC-SHA256 of a notice's bytes, in hex."""
    secret = settings.PAYMENT_WEBHOOK_SECRET.encode()
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def _notify(charge: SandboxCharge) -> None:
    mode = settings.SANDBOX_WEBHOOKS
    due_at = timezone.now() + LATE if mode == "late" else None
    for number in range(TIMES[mode]):
        steps.schedule(NOTIFY, subject_id=charge.pk, key=str(number), due_at=due_at)


def _state_by(method: str) -> str:
    return {PAYS_AT_ONCE: "CAPTURED", DECLINES_AT_ONCE: "DECLINED"}.get(method, "OPEN")


def _as_charge(charge: SandboxCharge) -> Charge:
    page = reverse("orders:sandbox-payment", args=[charge.reference])
    return Charge(
        reference=charge.reference,
        state=charge.state,
        amount=charge.amount,
        page_url=page if charge.state == "OPEN" else "",
    )
