"""A store."""

from collections.abc import Iterator

import pytest

from digitpad.corrections import store
from digitpad.corrections.store import Store


@pytest.fixture
def kept(target: str) -> Iterator[Store]:
    """An empty store."""
    opened = store.open(target)
    yield opened
    opened.close()
