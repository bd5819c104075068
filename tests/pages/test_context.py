"""What stands among digits is more likely a digit, among letters less, and what stands alone is as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.pages.boxes import Box
from digitpad.pages.context import adapt

PRIOR = 0.25


def row(count: int, step: float = 30) -> list[Box]:
    return [(0.0, step * index, 40.0, step * index + 20) for index in range(count)]


@pytest.mark.parametrize(("others", "is_less"), [(0.01, True), (0.99, False)])
def test_neighbours_decide_what_is_doubtful(others: float, is_less: bool) -> None:
    doubtful = adapt(np.array([others, others, 0.5, others, others]), row(5), PRIOR)[2]
    assert (doubtful < 0.4) if is_less else (doubtful > 0.7)


def test_what_is_far_away_does_not_matter() -> None:
    near, far = (adapt(np.array([0.5, 0.99, 0.99]), row(3, step), PRIOR)[0] for step in (30, 300))
    alone = adapt(np.array([0.5]), row(1), PRIOR)[0]
    assert far == pytest.approx(alone)
    assert near > alone


def test_nothing_is_found_on_an_empty_page() -> None:
    assert adapt(np.zeros(0), [], PRIOR).shape == (0,)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
    st.floats(0.01, 0.99),
)
def test_probabilities_stay_probabilities_in_their_order(shares: list[float], prior: float) -> None:
    together = [(0.0, 0.0, 40.0, 20.0)] * len(shares)  # all of them have the same neighbours
    adapted = adapt(np.array(shares), together, prior)
    assert ((adapted >= 0) & (adapted <= 1)).all()
    order = np.argsort(shares, kind="stable")
    assert (np.diff(adapted[order]) >= -1e-9).all()
