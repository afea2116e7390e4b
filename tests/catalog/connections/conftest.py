from collections.abc import Iterator

import pytest

from tests.catalog.connections.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
