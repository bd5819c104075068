"""The sums that the view inside the model shows, for every kind of layer, and the words for places."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from tests.serving import Server

CALL = """async ([module, name, given]) => {
  const found = await import(new URL(`web/${module}.js`, document.baseURI));
  return found[name](...given);
}"""
BASE: dict[str, Any] = {"window": 3, "stride": 1, "padding": 0, "pooling": None, "activation": None}


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(server.url)
    yield page
    page.close()


def call(page: Page, module: str, name: str, *given: Any) -> Any:
    return page.evaluate(CALL, [module, name, list(given)])


def array(values: NDArray[np.float64]) -> dict[str, Any]:
    return {"shape": list(values.shape), "data": values.ravel().tolist()}


def compute(
    page: Page,
    layer: dict[str, Any],
    before: NDArray[np.float64],
    weights: tuple[NDArray[np.float64], NDArray[np.float64]],
    unit: list[int],
) -> Any:
    """How the page says that a unit, (map, row, column), of a layer with a kernel and a bias comes about."""
    named = dict(zip(("kernel", "bias"), map(array, weights), strict=True))
    return call(page, "inside_unit_sum", "compute", layer, array(before), named, unit)


def silu(value: float) -> float:
    return float(value / (1 + np.exp(-value)))


@pytest.mark.parametrize(
    ("stride", "padding", "place"),
    [(1, 1, (0, 5)), (2, 0, (1, 2)), (1, -1, (0, 1))],
    ids=["padded", "strided", "cropped"],
)
def test_a_convolution(page: Page, stride: int, padding: int, place: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    before, kernel, bias = random.normal(size=(6, 6, 4)), random.normal(size=(5, 4, 3, 3)), random.normal(size=5)
    layer = {**BASE, "stride": stride, "padding": padding, "activation": "relu"}
    found = compute(page, layer, before, (kernel, bias), [2, *place])
    framed = np.pad(before, ((2, 2), (2, 2), (0, 0)))
    top, left = (at * stride - padding + 2 for at in place)
    products = framed[top : top + 3, left : left + 3].transpose(2, 0, 1) * kernel[2]
    assert [each["products"] for each in found["inputs"]] == pytest.approx(products.reshape(4, 9), abs=1e-9)
    assert found["sum"] == pytest.approx(products.sum())
    assert found["together"] == pytest.approx(products.sum() + bias[2])
    assert found["result"] == pytest.approx(max(0, products.sum() + bias[2]))


def test_a_dense_layer(page: Page) -> None:
    random = np.random.default_rng(2)
    before, kernel, bias = random.normal(size=(2, 3, 4)), random.normal(size=(24, 5)), random.normal(size=5)
    layer = {**BASE, "window": 0, "activation": "silu"}
    found = compute(page, layer, before, (kernel, bias), [3, 0, 0])
    assert found["result"] == pytest.approx(silu(before.ravel() @ kernel[:, 3] + bias[3]))
    one = found["inputs"][17]
    assert one["value"] == before[one["row"], one["column"], one["map"]]
    assert one["sum"] == pytest.approx(before.ravel()[17] * kernel[17, 3])


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_a_pooling_layer(page: Page, pooling: str) -> None:
    before = np.random.default_rng(3).normal(size=(6, 6, 2))
    layer = {**BASE, "window": 2, "stride": 2, "pooling": pooling, "activation": "silu"}
    found = call(page, "inside_unit_sum", "pool", layer, array(before), [1, 2, 0])
    window = before[4:6, 0:2, 1]
    assert found["values"] == pytest.approx(window.ravel())
    pooled = float(window.max() if pooling == "max" else window.mean())
    assert found["result"] == pytest.approx(silu(pooled))


@settings(deadline=None, max_examples=40)
@given(parts=st.lists(st.floats(-100, 100), min_size=1, max_size=10))
def test_what_is_on_show_adds_up(page: Page, parts: list[float]) -> None:
    found = call(page, "inside_sums", "roundParts", parts)
    assert round(sum(found["parts"]), 2) == pytest.approx(found["total"], abs=1e-9)
    assert found["total"] == pytest.approx(sum(parts), abs=0.00501)
    assert found["parts"] == pytest.approx(parts, abs=0.0151)


@settings(deadline=None, max_examples=40)
@given(row=st.integers(0, 5), column=st.integers(0, 5), down=st.floats(0.01, 0.99), right=st.floats(0.01, 0.99))
def test_the_place_at_a_point_is_the_one_whose_square_it_is_in(
    page: Page, row: int, column: int, down: float, right: float
) -> None:
    grid = {"start": -12, "step": 4, "field": 31, "shape": [6, 6, 192]}
    square = call(page, "inside_place", "toSquare", grid, [row, column])
    field = call(page, "inside_place", "toField", grid, [row, column])
    assert (
        square["left"] <= field["left"] + 15.5 - 1.99 < field["left"] + 15.5 + 1.99 <= square["left"] + square["width"]
    )
    point = [square["left"] + right * square["width"], square["top"] + down * square["height"]]
    assert call(page, "inside_place", "placeAt", grid, point) == [row, column]


@pytest.mark.parametrize(
    ("start", "step", "field", "side"),
    [(-12, 4, 31, 6), (0, 6, 22, 2), (0, 1, 1, 28)],
    ids=["fine", "coarse", "pixels"],
)
def test_the_places_cover_the_picture(page: Page, start: int, step: int, field: int, side: int) -> None:
    grid = {"start": start, "step": step, "field": field, "shape": [side, side, 1]}
    squares = [call(page, "inside_place", "toSquare", grid, [at, at]) for at in range(side)]
    for edge, length in (("top", "height"), ("left", "width")):
        assert squares[0][edge] == 0
        assert [each[edge] for each in squares[1:]] == [each[edge] + each[length] for each in squares[:-1]]
        assert squares[-1][edge] + squares[-1][length] == 28
    for corner, place in (([0, 0], [0, 0]), ([27.9, 27.9], [side - 1, side - 1]), ([27.9, 0], [0, side - 1])):
        assert call(page, "inside_place", "placeAt", grid, corner) == place


def test_places_in_words(page: Page) -> None:
    grid = {"shape": [6, 6, 1]}
    words = {(0, 0): "at the top left", (2, 3): "in the middle", (5, 2): "at the bottom", (3, 5): "at the right"}
    for place, where in words.items():
        assert call(page, "inside_place", "describePlace", grid, list(place)) == where


def test_what_is_off_in_words(page: Page) -> None:
    few = ["centre", "convolution 1", "convolution 2/3", "convolution 2/17"]
    assert call(page, "inside_words", "listOff", few) == "centre by mass, convolution 1, maps 3, 17 of convolution 2"
    many = [f"pooling 1/{index}" for index in range(5)]
    assert call(page, "inside_words", "listOff", many) == "5 maps of pooling 1"
    assert call(page, "inside_words", "listOff", ["convolution 2", "convolution 2/3"]) == "convolution 2"
