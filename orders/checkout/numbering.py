"""Numbers of orders, as people read them to each other."""

import hashlib
import secrets

NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O


def new_number() -> str:
    """D7-4K2M-90: random, so that nobody counts our orders; two check characters."""
    body = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(6))
    check = hashlib.sha256(body.encode()).digest()
    tail = "".join(NUMBER_ALPHABET[byte % 32] for byte in check[:2])
    return f"{body[:2]}-{body[2:]}-{tail}"
