"""One POST to a stranger's machine: ten seconds for all of it, and little is read."""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import anyio
import httpx
from django.utils.http import parse_http_date_safe

from catalog.connections import addresses

SECONDS = 10.0
MOST_READ = 64 * 1024
LONGEST_WAIT = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: a status and some text, or why there is none."""

    took_ms: int
    status: int | None = None
    text: str = ""
    error: str = ""
    wait: int = 0  # seconds it asks us to wait (Retry-After), 0 where it does not say

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send once. Whatever goes wrong outside is an Answer, too; redirects are."""
    begun = time.monotonic()
    status, text, error, wait = None, "", "", 0
    try:
        status, text, wait = anyio.run(_post, url, body, dict(headers))
    except TimeoutError:
        error = f"No answer within {SECONDS:.0f} seconds"
    except addresses.AddressNotAllowed:
        error = "The address is not on the public internet"
    except socket.gaierror:
        error = "The name has no address"
    except (httpx.HTTPError, OSError, ssl.SSLError) as problem:
        error = f"{type(problem).__name__}: {problem}"[:200]
    took = int((time.monotonic() - begun) * 1000)
    text, error = text.replace("\x00", ""), error.replace("\x00", "")
    return Answer(took, status, text, error, wait)


async def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, int]:
    with anyio.fail_after(SECONDS):
        target = addresses.read(url)
        address = await anyio.to_thread.run_sync(
            addresses.look_up, target, abandon_on_cancel=True
        )
        client = httpx.AsyncClient(verify=_trust(), trust_env=False, timeout=SECONDS)
        async with client:
            request = client.build_request(
                "POST",
                target.at(address),
                headers={**headers, "host": target.name},
                content=body,
                extensions={"sni_hostname": target.host},
            )
            response = await client.send(request, stream=True)
            wait = _wait(response.headers.get("retry-after", ""))
            return response.status_code, await _beginning(response), wait


def _wait(text: str) -> int:
    """Seconds of a Retry-After, which is a number of them or a date (RFC 9110)."""
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT)
    until = parse_http_date_safe(text) or 0
    return max(0, min(until - int(time.time()), LONGEST_WAIT))


async def _beginning(response: httpx.Response) -> str:
    """The first of an answer, as it came: what unpacks to gigabytes stays packed."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= MOST_READ:
            break
    await response.aclose()
    return read[:MOST_READ].decode(errors="replace")


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
