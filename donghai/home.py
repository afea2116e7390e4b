"""Donghai's own calendar: banks, merchants and papers go by it."""

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def home_day() -> date:
    """Today in Donghai."""
    return timezone.localdate(timezone=ZoneInfo(settings.HOME_ZONE))
