"""What refuses to start, and how the program says it is well."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.test import override_settings
from django.utils import timezone
from pythonjsonlogger.json import JsonFormatter

from donghai import checks, health
from donghai.steps.models import Step

SAFE = {
    "PRODUCTION": True,
    "SECRET_KEY": "a long secret of our own",
    "DEBUG": False,
    "WEBHOOKS_TO_LOOPBACK": False,
    "PUSH_TO_LOOPBACK": False,
    "ALLOWED_HOSTS": ["donghai.example"],
    "PAYMENT_PROVIDER": "stripe",
    "CUSTOMS_WINDOW": "files",
    "CARRIER": "post",
    "FX_BANK": "files",
    "VAPID_PRIVATE_KEY": "a key of our own",
    "VAPID_SUBJECT": "mailto:hello@donghai.example",
}


def test_development_starts_as_it_is():
    assert run_checks() == []


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({}, ""),
        ({"SECRET_KEY": "only-for-development-on-this-machine"}, "SECRET_KEY"),
        ({"DEBUG": True}, "DEBUG"),
        ({"WEBHOOKS_TO_LOOPBACK": True}, "WEBHOOKS_TO_LOOPBACK"),
        ({"PUSH_TO_LOOPBACK": True}, "PUSH_TO_LOOPBACK"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS"),
        ({"PAYMENT_PROVIDER": "sandbox"}, "PAYMENT_PROVIDER"),
        ({"CUSTOMS_WINDOW": "sandbox"}, "CUSTOMS_WINDOW"),
        ({"CARRIER": "sandbox"}, "CARRIER"),
        ({"FX_BANK": "sandbox"}, "FX_BANK"),
        ({"TRANSLATOR": "sandbox"}, "TRANSLATOR"),
        ({"VAPID_PRIVATE_KEY": ""}, "VAPID_PRIVATE_KEY"),
        ({"VAPID_SUBJECT": "me"}, "VAPID_SUBJECT"),
    ],
)
def test_an_unsafe_production_does_not_start(fault, word):
    with override_settings(**SAFE | fault):
        found = checks.production_is_safe(None)

    assert [word in error.msg for error in found] == [True] * bool(fault)


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Whether the program starts with these settings, as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "donghai.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_production_that_nobody_set_up_refuses_to_start_and_says_why():
    refused = start(DONGHAI_ENV="production", DEBUG="on")

    assert refused.returncode != 0
    for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "PAYMENT_PROVIDER"):
        assert name in refused.stderr


@pytest.mark.django_db
def test_the_database_is_utf8():
    assert checks.database_is_utf8(None, ["default"]) == []


@pytest.mark.django_db
def test_readiness_names_what_is_wrong(client):
    assert client.get("/healthz").content == b"alive\n"
    assert client.get("/readyz").json() == {
        "database": "ok",
        "redis": "ok",
        "migrations": "ok",
        "steps": "ok",
    }

    late = timezone.now() - timezone.timedelta(seconds=health.LATE_STEP_SECONDS + 5)
    Step.objects.create(job="tests.late", subject_id=1, due_at=late)
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "late" in answer.json()["steps"]


def test_a_log_line_is_one_json_object():
    record = logging.LogRecord("donghai", 20, "", 0, "step failed", (), None)
    record.step = 7

    line = json.loads(JsonFormatter("%(levelname)s %(message)s").format(record))

    assert (line["message"], line["step"]) == ("step failed", 7)
