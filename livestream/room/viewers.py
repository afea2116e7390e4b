"""Who watches: a signed number that a browser keeps, and an address nobody can read.

The number is given with the first word or reaction. It tells one viewer from another
for limits, mutes and bans, and nothing else.
"""

import ipaddress
from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

COOKIE = "viewer"
HEADER = "Viewer"  # programs send it; the answer to their first line carries it
COOKIE_SECONDS = 180 * 24 * 3600

_signer = Signer(salt="viewer")


def token(viewer: UUID) -> str:
    """The viewer's number, signed."""
    return _signer.sign(viewer.hex)


def read(text: str | None) -> UUID | None:
    """The viewer of a token; None for no token, a broken or a forged one."""
    try:
        return UUID(_signer.unsign(text)) if text else None
    except (BadSignature, ValueError):
        return None


def viewer_of(request: HttpRequest) -> UUID | None:
    """The viewer a request carries, by header or by cookie."""
    return read(request.headers.get(HEADER)) or read(request.COOKIES.get(COOKIE))


def viewer_or_new(request: HttpRequest) -> UUID:
    return viewer_of(request) or uuid4()


def keep(response: HttpResponseBase, viewer: UUID, *, secure: bool) -> None:
    """Let the browser keep the number: unreadable by scripts, never sent cross-site."""
    response.set_cookie(
        COOKIE,
        token(viewer),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def address_hash(address: str) -> str:
    """A keyed hash of a network address; of IPv6 the /64 that one household has."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if ip.version == 6:
        address = str(ipaddress.ip_network((ip, 64), strict=False).network_address)
    return salted_hmac("livestream.address", address, algorithm="sha256").hexdigest()[
        :32
    ]
