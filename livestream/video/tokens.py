"""Who may send a session's video: a token for one device and stream, for minutes."""

from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused

SALT = "livestream.video"
SECONDS = 600  # the camera asks for another at half of it, and whenever it's refused


class TokenRanOut(Refused):
    code = "token_ran_out"
    title = _("The right to send video has run out. The camera asks for a new one.")
    status = 401


@dataclass(frozen=True, slots=True)
class Right:
    """To send to a stream, as its nth publisher."""

    stream: int
    publisher: int


def issue(right: Right) -> str:
    return signing.dumps([right.stream, right.publisher], salt=SALT)


def read(token: str, *, max_age: int | None = SECONDS) -> Right:
    """Raises TokenRanOut for one that is old, broken or forged."""
    try:
        stream, publisher = signing.loads(token, salt=SALT, max_age=max_age)
    except (signing.BadSignature, ValueError, TypeError):
        raise TokenRanOut() from None
    return Right(int(stream), int(publisher))
