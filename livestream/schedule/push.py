"""Web Push: a notification on a device, by the service its browser chose (RFC 8030).

The content is encrypted for the device (RFC 8291), and we sign who sends (VAPID, RFC
8292). The libraries only do these two: sending is `catalog.connections.posting`, as the
service's address is given by strangers.
"""

import base64
import binascii
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from catalog.connections import addresses, posting

CURVE = ec.SECP256R1()
HALF_DAY = 12 * 3600  # seconds a signature is good for; the standard allows twice that
GONE = (404, 410)  # the device does not want it any more, say the services
BUSY = (429, 500, 502, 503, 504)  # it was not taken, and may be another time


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser's PushSubscription tells of itself; the keys in base64url."""

    endpoint: str
    public_key: str
    shared_secret: str

    @property
    def is_whole(self) -> bool:
        """Whether something can be encrypted for it."""
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(self.public_key))
            return len(raw(self.shared_secret)) == 16
        except (ValueError, binascii.Error):
            return False


def send(
    device: Device, words: Mapping[str, str], *, seconds: int, topic: str
) -> posting.Answer:
    """Hand a notification to the device's push service, to be shown within `seconds`.

    One of the same topic that still waits there is replaced.
    """
    headers = {
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(seconds),
        "urgency": "high" if seconds < 3600 else "normal",
        "topic": topic,
        "authorization": _signed(_origin(device.endpoint), int(time.time()) // 3600),
    }
    content = http_ece.encrypt(
        json.dumps(words, ensure_ascii=False).encode(),
        private_key=ec.generate_private_key(CURVE),
        dh=raw(device.public_key),
        auth_secret=raw(device.shared_secret),
        version="aes128gcm",
    )
    return posting.post(device.endpoint, body=content, headers=headers)


def public_key() -> str:
    """What browsers subscribe with: our key's public half."""
    point = _vapid().public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def new_key() -> str:
    """A private key as VAPID_PRIVATE_KEY takes it."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    """Bytes of base64url, with or without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _origin(endpoint: str) -> str:
    target = addresses.read(endpoint)
    return f"{target.scheme}://{target.name}"


@lru_cache(maxsize=100)
def _signed(origin: str, hour: int) -> str:
    """Who we are, for one push service; the hour makes it anew in time."""
    claims = {
        "aud": origin,
        "exp": hour * 3600 + HALF_DAY,
        "sub": settings.VAPID_SUBJECT,
    }
    return str(_vapid().sign(claims)["Authorization"])


@cache
def _vapid() -> Vapid02:
    """Our key: the setting's, or in development one that is made once in var/."""
    text = settings.VAPID_PRIVATE_KEY or _kept(settings.VAR_DIR / "vapid.key")
    return Vapid02.from_raw(text.encode())


def _kept(place: Path) -> str:
    """The key in a file; of several processes that begin at once one makes it."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        own = place.with_suffix(f".{os.getpid()}")
        own.touch(0o600)
        own.write_text(new_key())
        with suppress(FileExistsError):
            os.link(own, place)
        own.unlink()
    return place.read_text()
