"""Signatures by Standard Webhooks, against its own example; secrets sealed at rest."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from cryptography.fernet import InvalidToken

from catalog.connections import signing
from catalog.connections.endpoints import PURPOSE
from donghai import sealing

# https://github.com/standard-webhooks/standard-webhooks, the reference library's test
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_signed_as_the_standards_example_is():
    headers = signing.headers(webhook_id=ID, at=AT, body=BODY, keys=[SECRET])

    assert headers == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_while_a_secret_is_rotated_both_sign():
    new = signing.new_secret()

    headers = signing.headers(webhook_id=ID, at=AT, body=BODY, keys=[new, SECRET])

    first, second = headers["webhook-signature"].split(" ")
    key = b64decode(new.removeprefix("whsec_"))
    signed = f"{ID}.1614265330.".encode() + BODY
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    assert first == "v1," + b64encode(digest).decode()
    assert second == SIGNATURE
    assert len(key) == 32


def test_a_sealed_secret_is_read_again_and_only_with_our_key(settings):
    sealed = sealing.seal(SECRET, PURPOSE)

    assert SECRET not in sealed
    assert sealing.unseal(sealed, PURPOSE) == SECRET
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(InvalidToken):
        sealing.unseal(sealed, PURPOSE)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert sealing.unseal(sealed, PURPOSE) == SECRET
