"""Celery carries hints only: what must happen stands in `donghai_step` (see steps)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "donghai.settings")

app = Celery("donghai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["donghai.steps", "catalog", "livestream", "orders"])


@worker_init.connect
def refuse_garbling_database(**facts: Any) -> None:
    """A worker starts on a database that keeps Chinese, or not at all."""
    from donghai import checks

    checks.refuse_garbling_database()
