"""What all doors of merchants' systems share: who knocks, what they may, how often."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from catalog.connections import limits, tokens
from catalog.products.saving import Saver
from donghai import idempotency
from donghai.errors import Refused
from donghai.paging import whole_number


class Unauthorized(Refused):
    code = "not_authenticated"
    title = "Send a token: “Authorization: Bearer dh_live_…”."
    status = 401


class ByToken(BaseAuthentication):
    """`Authorization: Bearer dh_live_…`; request.auth is the token."""

    def authenticate(self, request: Request) -> tuple[Any, Any]:
        kind, _, secret = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer" or not secret.strip():
            raise Unauthorized()
        token = tokens.know(secret.strip().decode("latin-1"))
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ByTokenScheme(OpenApiAuthenticationExtension):
    target_class = ByToken
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Any:
        return build_bearer_security_scheme_object(
            header_name="Authorization", token_prefix="Bearer"
        )


class InScope(BasePermission):
    """The token was made for this."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = view.scopes.get(request.method)
        token: Any = request.auth
        if scope is None or scope in token.scopes:  # DRF says 405 itself
            return True
        words = _("This token may not do that: it lacks the scope %(scope)s.")
        raise PermissionDenied(words % {"scope": scope}, code="scope_missing")


class NotTooOften(BaseThrottle):
    """API_REQUESTS_A_MINUTE for each token; 429 says when to come back."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        token: Any = request.auth
        self.seconds = limits.seconds_to_wait(token.pk)
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds


class MerchantDoor(APIView):
    """A door that a token opens to its merchant's things, and to nobody else's."""

    authentication_classes = (ByToken,)
    permission_classes = (InScope,)
    throttle_classes = (NotTooOften,)
    scopes: ClassVar[Mapping[str, str]] = {}

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response

    @property
    def merchant_id(self) -> int:
        token: Any = self.request.auth
        return int(token.merchant_id)

    @property
    def saver(self) -> Saver:
        """Writes are the token maker's, who confirms a code by sending it."""
        token: Any = self.request.auth
        return Saver(
            merchant_id=token.merchant_id,
            by_id=token.created_by_id,
            reason=f"API: {token.name}",
            said_confirms=True,
        )

    def once(self, request: Request, act: Callable[[], dict[str, Any]]) -> Response:
        """Act and answer; a repeat with the same Idempotency-Key is told the same."""
        with transaction.atomic():
            kept = idempotency.begin(request, scope=f"merchant {self.merchant_id}")
            if kept.answer is not None:
                return Response(kept.answer)
            answer = act()
            kept.keep(answer)
        return Response(answer)


def page_begin(request: Request) -> int:
    """What `?after=` says, nought on the first page. Refuses with 400 what is none."""
    said = request.query_params.get("after", "")
    after = whole_number(said)
    if said and after is None:
        words = _("Send the number that the page before gave as “next”.")
        raise serializers.ValidationError({"after": [words]})
    return after or 0


class Strict(serializers.Serializer[Any]):
    """Refuses fields it doesn't know: a slip in a name must not pass in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            words = _("There is no such field here.")
            raise serializers.ValidationError({name: [words] for name in unknown})
        return super().to_internal_value(data)
