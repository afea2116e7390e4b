"""Is it alive, is it ready: for the supervisor, load balancers and people on call."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from donghai import steps

LATE_STEP_SECONDS = 120


def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """503 unless database, Redis and migrations are fine and no step is overdue."""
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "redis": _redis,
        "migrations": _migrations,
        "steps": _steps,
    }
    report = {name: _say(check) for name, check in checks.items()}
    good = all(state == "ok" for state in report.values())
    return JsonResponse(report, status=200 if good else 503)


def _say(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2)
    try:
        client.ping()
    finally:
        client.close()
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} to run" if plan else "ok"


def _steps() -> str:
    now = timezone.now()
    oldest = steps.oldest_due(now)
    late = (now - oldest).total_seconds() if oldest else 0
    return "ok" if late < LATE_STEP_SECONDS else f"the oldest is {int(late)} s late"
