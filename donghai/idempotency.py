"""Requests that create carry a key; a repeat gets the first answer.

The key's row is written in the same transaction as what the request creates: both stand
or neither does, and a second request with the key waits for the first to end.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from psycopg2.extras import Json
from rest_framework.request import Request

from donghai import sql
from donghai.errors import Refused
from donghai.models import IdempotencyKey

HEADER = "Idempotency-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A key of your own; a repeat with it gets the first answer again.",
)
KEEP_SQL = "UPDATE donghai_idempotencykey SET body = %(body)s WHERE id = %(id)s"


class KeyReused(Refused):
    code = "idempotency_key_reused"
    title = _("This Idempotency-Key was sent before with other contents.")
    status = 422


@dataclass
class Kept:
    """A claimed key: the answer of its first use, or a place to keep one."""

    row_id: int | None
    answer: dict[str, Any] | None

    def keep(self, answer: Mapping[str, Any]) -> None:
        if self.row_id is not None:
            sql.change(KEEP_SQL, id=self.row_id, body=Json(dict(answer)))


def begin(request: Request, *, scope: str) -> Kept:
    """Claim the request's key inside the caller's transaction; no header, no memory.

    Raises KeyReused when the key came before at another door or with another body.
    """
    key = request.headers.get(HEADER, "")[:80]
    if not key:
        return Kept(None, None)
    said = [request.method, request.path, request.data]
    body = json.dumps(said, sort_keys=True, default=str)
    fingerprint = hashlib.sha256(body.encode()).hexdigest()
    row = IdempotencyKey(scope=scope, key=key, fingerprint=fingerprint)
    if sql.insert(row, unless_there=True):
        return Kept(row.pk, None)
    found = IdempotencyKey.objects.get(scope=scope, key=key)
    if found.fingerprint != fingerprint:
        raise KeyReused()
    return Kept(found.pk, found.body)
