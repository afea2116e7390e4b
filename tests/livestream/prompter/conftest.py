"""The shipped words."""

import pytest

from catalog.glossary.book import Book, book
from tests.make import make_glossary


@pytest.fixture
def glossary(db: None) -> Book:
    make_glossary()
    return book()
