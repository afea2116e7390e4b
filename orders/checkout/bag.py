"""The bag: a signed token that lets a buyer claim and pay without an account."""

from typing import Any
from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy
from rest_framework.permissions import BasePermission
from rest_framework.views import APIView

HEADER = "Bag"  # programs send it; the answer to the first claim carries it
COOKIE = "bag"  # browsers keep it
COOKIE_SECONDS = 90 * 24 * 3600

_signer = Signer(salt="bag")


def token(bag: UUID) -> str:
    """The bag's id, signed."""
    return _signer.sign(bag.hex)


def read(text: str | None) -> UUID | None:
    """The bag of a token; None for no token, a broken or a forged one."""
    try:
        return UUID(_signer.unsign(text)) if text else None
    except (BadSignature, ValueError):
        return None


def bag_of(request: HttpRequest) -> UUID | None:
    """The bag a request carries, by header or by cookie."""
    return read(request.headers.get(HEADER)) or read(request.COOKIES.get(COOKIE))


def bag_or_new(request: HttpRequest) -> UUID:
    """The bag a request carries, or one that is begun with it."""
    return bag_of(request) or uuid4()


def keep(response: HttpResponseBase, bag: UUID, *, secure: bool) -> None:
    """Let the browser keep the bag: unreadable by scripts, never sent cross-site."""
    response.set_cookie(
        COOKIE,
        token(bag),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


class HasBag(BasePermission):
    """Only with a bag, which the view finds as `self.bag`."""

    message = gettext_lazy("Send the bag that the answer to your first claim brought.")
    code = "no_bag"

    def has_permission(self, request: Any, view: Any) -> bool:
        view.bag = bag_of(request)
        return view.bag is not None


class BagView(APIView):
    """A door for a buyer: no account, only the signed bag."""

    authentication_classes = ()
    permission_classes = (HasBag,)
    bag: UUID
