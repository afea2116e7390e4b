"""Celery carries hints only: what must happen stands in `donghai_step` (see steps)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "donghai.settings")

app = Celery("donghai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["donghai.steps", "catalog", "livestream", "orders"])
