"""What all JSON doors share: reading a body, showing a thing, saying no (RFC 9457)."""

from functools import cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError
from django.http import JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import exception_handler

from donghai.errors import Refused

PROBLEM_JSON = "application/problem+json"
BIGGEST = 2**63 - 1  # of what the database counts with


@cache
def _built(kind: type[Serializer[Any]]) -> Serializer[Any]:
    return kind()


def read(kind: type[Serializer[Any]], body: Any) -> Any:
    """What a body says, checked by a serializer; raises DRF's ValidationError.

    The serializer is built once for all requests: it holds nothing of any of them, and
    to build it costs more than to run it.
    """
    return _built(kind).run_validation(body)


def show(kind: type[Serializer[Any]], thing: Any) -> Any:
    """A thing as a serializer shows it."""
    return _built(kind).to_representation(thing)


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: `Refused` and DRF's own errors as problem documents."""
    if isinstance(exc, Refused):
        return Response(
            document(exc.code, str(exc), exc.status) | {"details": plain(exc.details)},
            exc.status,
            content_type=PROBLEM_JSON,
        )
    if isinstance(exc, ObjectDoesNotExist):
        exc = exceptions.NotFound()
    elif isinstance(exc, DataError | RecursionError):
        exc = exceptions.ParseError(_("Some of what was sent cannot be used."))
    response = exception_handler(exc, context)
    if response is None:
        return None
    body = document(_code(exc), _title(exc), response.status_code)
    if isinstance(exc, exceptions.ValidationError):
        body["errors"] = response.data
    response.data, response.content_type = body, PROBLEM_JSON
    return response


def document(code: str, title: str, status: int) -> dict[str, Any]:
    """`type` is a URN by code, so that programs need not read the title."""
    return {
        "type": f"urn:donghai:{code}",
        "title": title,
        "status": status,
        "code": code,
    }


def problem_of(code: str, title: str, status: int) -> JsonResponse:
    """A problem document outside of DRF."""
    return JsonResponse(
        document(code, title, status), status=status, content_type=PROBLEM_JSON
    )


def refusal(request: Any, exc: Refused) -> JsonResponse:
    """The same document for a plain Django view."""
    return JsonResponse(
        document(exc.code, str(exc), exc.status) | {"details": plain(exc.details)},
        status=exc.status,
        content_type=PROBLEM_JSON,
    )


def plain(details: Any) -> dict[str, Any]:
    """Details as JSON takes them: numbers stay numbers, all else becomes text."""
    return {
        key: value if isinstance(value, int | float | None) else str(value)
        for key, value in details.items()
    }


def _code(exc: Exception) -> str:
    if not isinstance(exc, exceptions.APIException):
        return "not_found"
    return str(getattr(exc.detail, "code", exc.default_code))


def _title(exc: Exception) -> str:
    if isinstance(exc, exceptions.ValidationError):
        return str(_("Some of what was sent cannot be used."))
    if isinstance(exc, exceptions.APIException):
        return str(exc.detail)
    return str(_("There is nothing here."))
