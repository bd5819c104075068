"""The lens over a picture: what is under the pointer stays there, and there is no looking beside the picture."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from tests.serving import Server

SIZE = [840, 280]
LOOK = """async ([looks, at, size]) => {
  const { Lens } = await import(new URL("web/lens.js", document.baseURI));
  const lens = new Lens();
  for (const [factor, point, by] of looks) {
    lens.zoom(factor, point, size);
    lens.pan(by, size);
  }
  const under = lens.toPad(at);
  const back = lens.toSheet(under);
  lens.zoom(1.1, at, size);
  return { scale: lens.scale, under, back, after: lens.toPad(at), corners: [lens.toPad([0, 0]), lens.toPad(size)] };
}"""
points = st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1])).map(list)
ways = st.tuples(st.floats(-500, 500), st.floats(-500, 500)).map(list)


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Page:
    page = browser.new_page()
    page.goto(server.url)
    return page


@settings(deadline=None, max_examples=50)
@given(looks=st.lists(st.tuples(st.floats(0.2, 5), points, ways).map(list), max_size=6), at=points)
def test_any_look_shows_a_part_of_the_picture(page: Page, looks: list[object], at: list[float]) -> None:
    seen = page.evaluate(LOOK, [looks, at, SIZE])
    (left, top), (right, bottom) = seen["corners"]
    assert -0.01 <= left < right <= SIZE[0] + 0.01
    assert -0.01 <= top < bottom <= SIZE[1] + 0.01
    assert 1 <= seen["scale"] <= 8
    assert seen["back"] == pytest.approx(at, abs=1e-6)
    assert seen["after"] == pytest.approx(seen["under"], abs=1e-6)
