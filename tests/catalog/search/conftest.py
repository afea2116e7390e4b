import pytest

from donghai import memory


@pytest.fixture(autouse=True)
def glossary(settings):
    """Search reads the small glossary beside this file."""
    settings.SEARCH_NAMES = "tests.catalog.search.names.names"
    memory.forget()
    yield
    memory.forget()
