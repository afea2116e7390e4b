"""The description of the JSON doors at /api/schema/."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from donghai.api import PROBLEM_JSON

PROBLEM = {
    "type": "object",
    "description": "Why it was refused (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "example": "urn:donghai:sold_out"},
        "title": {"type": "string", "description": "For people, in their language."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs; it stays the same."},
        "details": {"type": "object", "description": "The numbers in the title."},
        "errors": {"type": "object", "description": "What is wrong with each field."},
    },
}


class Schema(AutoSchema):
    """Bodies are named by the door they belong to: MakeQuote.Input, MakeClaim.Input."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return type(serializer).__qualname__.replace(".", "")


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let every door say that it may answer with a problem document."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    problem = {
        "description": "Refused, and nothing changed",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for doors in result["paths"].values():
        for door in doors.values():
            door["responses"]["default"] = problem
    return result
