"""Plain `pytest` brings its own PostgreSQL and Redis unless others are named."""

from contextlib import ExitStack

import pytest
from django.conf import settings

from donghai import local
from donghai.local.servers import Servers

_until_the_end = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("tx", None) and not hasattr(config, "workerinput"):
        return  # its workers run the tests
    embedded = local.database_url(settings.VAR_DIR), local.redis_url(settings.VAR_DIR)
    if settings.DATABASE_URL in embedded or settings.REDIS_URL in embedded:
        _until_the_end.enter_context(Servers(settings.VAR_DIR))


def pytest_unconfigure(config: pytest.Config) -> None:
    _until_the_end.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The glossary is there before the first test.

    One that empties the database leaves it out; who needs it says `make_glossary`.
    """
    from tests.make import make_glossary

    with django_db_blocker.unblock():
        make_glossary()
