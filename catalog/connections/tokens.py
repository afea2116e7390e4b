"""Making, revoking and knowing again the tokens of merchants' systems.

A secret is 160 random bits, so a plain SHA-256 of it is enough to keep: nobody can
guess through what a slow hash would have to slow down.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from catalog.connections.models import ApiToken
from catalog.merchants.access import require_approved
from catalog.merchants.models import Merchant
from donghai.errors import Refused

BEGINS = "dh_live_"
SHAPE = re.compile(BEGINS + r"([0-9a-f]{8})_[0-9a-f]{40}")
MOST = 20  # tokens that work, of one merchant
NOTED_EACH = timedelta(minutes=1)


class TooManyTokens(Refused):
    code = "too_many_tokens"
    title = _("%(most)s tokens are enough. Revoke one that nobody uses.")


class TokenRefused(Refused):
    code = "token_unknown"
    title = _("No such token. Make one under Connections in your workspace.")
    status = 401


class TokenRevoked(TokenRefused):
    code = "token_revoked"
    title = _("This token was revoked. Make a new one in your workspace.")


class TokenExpired(TokenRefused):
    code = "token_expired"
    title = _("This token has ended. Make a new one in your workspace.")


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token and its secret, which is shown once and never kept."""

    token: ApiToken
    secret: str = field(repr=False)


@transaction.atomic
def make(
    *,
    merchant_id: int,
    name: str,
    scopes: Collection[str],
    made_by_id: int,
    expires_at: datetime | None = None,
) -> MadeToken:
    """A new token. Locks the merchant; refuses TooManyTokens and NotApproved."""
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant_id)
    require_approved(merchant)
    if merchant.api_tokens.filter(revoked_at=None).count() >= MOST:
        raise TooManyTokens(most=MOST)
    prefix = secrets.token_hex(4)
    secret = f"{BEGINS}{prefix}_{secrets.token_hex(20)}"
    token = merchant.api_tokens.create(
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=sorted(scopes),
        created_by_id=made_by_id,
        expires_at=expires_at,
    )
    return MadeToken(token, secret)


def revoke(*, merchant_id: int, token_id: int) -> bool:
    """End a token at once. False when it is not hers or ended before."""
    found = ApiToken.objects.filter(pk=token_id, merchant=merchant_id, revoked_at=None)
    return bool(found.update(revoked_at=timezone.now()))


def know(secret: str) -> ApiToken:
    """The token of a secret, with its merchant, noted as used.

    Refuses with TokenRefused and its kinds, and with NotApproved when the merchant may
    not sell today.
    """
    shape = SHAPE.fullmatch(secret)
    found = ApiToken.objects.select_related("merchant", "created_by")
    token = found.filter(prefix=shape[1]).first() if shape else None
    if token is None or not constant_time_compare(token.digest, digest_of(secret)):
        raise TokenRefused()
    now = timezone.now()
    if token.revoked_at is not None:
        raise TokenRevoked()
    if token.is_over_at(now):
        raise TokenExpired()
    require_approved(token.merchant)
    _note_use(token, now)
    return token


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: ApiToken, now: datetime) -> None:
    """Once a minute is enough, and spares a write for each request."""
    if token.last_used_at is None or now - token.last_used_at > NOTED_EACH:
        same = ApiToken.objects.filter(pk=token.pk, last_used_at=token.last_used_at)
        same.update(last_used_at=now)
