"""A small bank of glyphs, from drawn digits."""

import pytest

from digitpad.training.pages.bank import Bank
from tests.training.conftest import drawn_split


@pytest.fixture(scope="session")
def bank() -> Bank:
    """What can be written and printed, with few digits."""
    return Bank.gather(drawn_split(200, 0), seed=1)
