"""Signatures of messages, by Standard Webhooks 1.0 (https://www.standardwebhooks.com).

What is signed is `id.timestamp.body`. While a secret is being rotated there are two
signatures, and a receiver takes either.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

BEGINS = "whsec_"
BYTES = 32  # of a secret; the standard asks for 24 to 64


def new_secret() -> str:
    return BEGINS + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(
    *, webhook_id: str, at: datetime, body: bytes, keys: Sequence[str]
) -> dict[str, str]:
    """What goes with a message; `at` is when this attempt is sent."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: str, signed: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(BEGINS))
    return "v1," + base64.b64encode(hmac.digest(raw, signed, "sha256")).decode()
