"""Rows that hold for a time: which do on a day, and which would overlap."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class DatedQuerySet(models.QuerySet):
    """Rows that hold from one day to another; an open end holds for ever."""

    def in_force_on(self, day: date) -> Self:
        return self.filter(
            Q(effective_from__isnull=True) | Q(effective_from__lte=day),
            Q(effective_to__isnull=True) | Q(effective_to__gte=day),
        )


class SinceQuerySet(models.QuerySet):
    """Rows that hold until a newer one of the same meaning."""

    def known_on(self, day: date) -> Self:
        """Newest first."""
        return self.filter(Q(since__isnull=True) | Q(since__lte=day)).order_by(
            F("since").desc(nulls_last=True)
        )


def same(field: str) -> Func:
    """Equality in an exclusion constraint; plain GiST only knows ranges."""
    code = Func(F(field), function="hashtext", output_field=models.BigIntegerField())
    return Func(
        code,
        code,
        Value("[]"),
        function="int8range",
        output_field=BigIntegerRangeField(),
    )


def days(first: str, last: str) -> Func:
    return Func(
        F(first),
        F(last),
        Value("[]"),
        function="daterange",
        output_field=DateRangeField(),
    )


def backwards(first: date | None, last: date | None) -> dict[str, Any]:
    """What is wrong with a last day; told before a range of days is compared."""
    if not first or not last or last >= first:
        return {}
    return {"effective_to": _("The last day lies before the first one. Correct it.")}
