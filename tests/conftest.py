"""Plain `pytest` brings its own PostgreSQL and Redis unless others are named."""

from contextlib import ExitStack

import pytest
from django.conf import settings

from donghai import local
from donghai.local.servers import Servers

_until_the_end = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    embedded = local.database_url(settings.VAR_DIR), local.redis_url(settings.VAR_DIR)
    if settings.DATABASE_URL in embedded or settings.REDIS_URL in embedded:
        _until_the_end.enter_context(Servers(settings.VAR_DIR))


def pytest_unconfigure(config: pytest.Config) -> None:
    _until_the_end.close()
