"""Secrets we must be able to read again, unreadable in a copy of the database.

The key comes from SECRET_KEY; what was sealed under one of SECRET_KEY_FALLBACKS is
still read. Losing them all loses the secrets: people then enter theirs again. What is
sealed for one purpose can't be read for another.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(secret: str, purpose: str) -> str:
    return _box(purpose).encrypt(secret.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """Raises cryptography's InvalidToken when it was sealed under another key."""
    return _box(purpose).decrypt(sealed.encode()).decode()


def _box(purpose: str) -> MultiFernet:
    return _boxed(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _boxed(purpose: str, *keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    info = f"donghai {purpose}".encode()
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
