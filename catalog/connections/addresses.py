"""Where we may send to: public machines, never one of our own.

A name is looked up once for each attempt, every address it has must be public, and the
connection goes to an address that was looked at: a name that changes its mind between
look and connection gains nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused

# IPv6 that a gateway turns into IPv4
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
PORTS = {"https": 443, "http": 80}


class AddressNotAllowed(Refused):
    code = "address_not_allowed"
    title = _(
        "We cannot send there. Give an https address of a machine on the public "
        "internet, without a name or password in it."
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == PORTS[self.scheme]
        return host if usual else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The URL with one of its host's addresses in the host's place."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def read(url: str) -> Target:
    """Take an address apart. Refuses what we would never send to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressNotAllowed() from None
    schemes = ("https", "http") if settings.WEBHOOKS_TO_LOOPBACK else ("https",)
    host = parts.hostname or ""
    if parts.scheme not in schemes or not host or parts.username or parts.password:
        raise AddressNotAllowed()
    if _is_address(host) and not _is_allowed(host, parts.scheme):
        raise AddressNotAllowed()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def look_up(target: Target) -> str:
    """An address of the target's host. Refuses when any of them is not allowed.

    Raises OSError when the name has none.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not all(_is_allowed(address, target.scheme) for address in addresses):
        raise AddressNotAllowed()
    return addresses[0]


def one_of(host: str, port: int, *, to_loopback: bool) -> str:
    """An address of a host, whatever is spoken there. Refuses as `look_up` does.

    Needs no settings, so that processes without Django can ask.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for each in found:
        ip = ip_address(str(each[4][0]).partition("%")[0])
        if not _is_public(ip) and not (to_loopback and ip.is_loopback):
            raise AddressNotAllowed()
    return str(found[0][4][0])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_allowed(address: str, scheme: str) -> bool:
    ip = ip_address(address.partition("%")[0])
    if settings.WEBHOOKS_TO_LOOPBACK and ip.is_loopback:
        return True
    return scheme == "https" and _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        translated = any(ip in network for network in TRANSLATED)
        if ip.ipv4_mapped or ip.sixtofour or ip.teredo or translated:
            return False  # an IPv4 address in disguise
    return ip.is_global and not ip.is_multicast
