"""Fields of the product editor: what was typed, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.functional import Promise

register = template.Library()
Words = str | Promise


@register.filter
def get(words: Mapping[str, Any], key: str) -> Any:
    """What a mapping says of a key, "" if nothing."""
    return words.get(key, "")


@register.filter
def listed(errors: Mapping[str, Words], key: str) -> Sequence[Words]:
    """The error of a field, as a list of one or none."""
    return [errors[key]] if key in errors else []


@register.filter
def has(said: Mapping[str, str], number: int | str) -> bool:
    """Whether a variant is said to be one of a kind."""
    return bool(said.get(f"v{number}-is_one_off"))


@register.inclusion_tag("catalog/_editor_input.html", takes_context=True)
def typed(
    context: Context,
    number: int | str,
    name: str,
    label: Words,
    mode: str = "",
    example: str = "",
) -> dict[str, Any]:
    """A field of one variant, as it was typed."""
    key = f"v{number}-{name}"
    said = context["said"].get(key, "")
    is_fixed = name == "sku" and said in context["known_skus"]
    return {
        "key": key,
        "name": name,
        "label": label,
        "mode": mode,
        "example": example,
        "value": said,
        "is_fixed": is_fixed,
        "error": context["errors"].get(key, ""),
    }


@register.inclusion_tag("catalog/_editor_choice.html", takes_context=True)
def choose(
    context: Context,
    name: str,
    label: Words,
    choices: Sequence[tuple[str, Words]],
    measures: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """A fact of the product, chosen from the glossary; what they say most comes first.

    `measures` are the sizes that a choice asks for, by its code.
    """
    words = dict(choices)
    said_often = context["often"].get(name, ())
    often = [(code, words[code]) for code in said_often if code in words]
    return {
        "name": name,
        "label": label,
        "often": often,
        "choices": [choice for choice in choices if choice not in often],
        "measures": measures or {},
        "value": context["said"].get(name, ""),
        "error": context["errors"].get(name, ""),
    }
