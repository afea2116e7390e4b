"""Secrets we must be able to read again, unreadable in a copy of the database.

The key comes from SECRET_KEY; what was sealed under one of SECRET_KEY_FALLBACKS is
still read. Losing them all loses the secrets: merchants then rotate theirs.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"donghai catalog.connections"


def seal(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises cryptography's InvalidToken when it was sealed under another key."""
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    return _boxed(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _boxed(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
