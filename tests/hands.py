"""Hands that draw on a pad in a browser."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, Request, Route, expect

from tests.golden import STROKES

Point = tuple[float, float]

WAIT_MS = 60_000  # a test that passes never waits so long
expect.set_options(timeout=WAIT_MS)


@dataclass
class Pad:
    """A page with the pad, and what went over the wire.

    Attributes:
        page: the page.
        root: selects the pad on it.
        touch: whether a finger draws, instead of the mouse.
        sent: the JSON bodies of the predictions that were asked for.
        addresses: of everything that the page asked for.
        complaints: errors of the page and in its console.
    """

    page: Page
    root: str = "#pad"
    touch: bool = False
    sent: list[Any] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changes: dict[str, Any] | None = None
        self._box: dict[str, float] = {}
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self.complaints.extend([line.text] if line.type == "error" else []))
        self._cdp = self.page.context.new_cdp_session(self.page)

    def _note(self, request: Request) -> None:
        self.addresses.append(request.url)
        if request.url.endswith("/api/predict"):
            self.sent.append(request.post_data_json)

    def part(self, name: str) -> Any:
        """The locator of a part of the pad."""
        return self.page.locator(f'{self.root} [data-dp="{name}"]')

    def stroke(self, *points: Point) -> None:
        """Draw one stroke through points given as shares of the pad's side."""
        self.touch_down(points[0])
        for point in points[1:]:
            self.move(point)
        self.lift()

    def touch_down(self, point: Point) -> None:
        self._box = self.part("pad").bounding_box()  # it stays where it is until the hand is lifted
        x, y = self._on_page(point)
        if self.touch:
            self._send_touch("touchStart", x, y)
        else:
            self.page.mouse.move(x, y)
            self.page.mouse.down()

    def move(self, point: Point) -> None:
        x, y = self._on_page(point)
        if self.touch:
            self._send_touch("touchMove", x, y)
        else:
            self.page.mouse.move(x, y)

    def lift(self) -> None:
        if self.touch:
            self._send_touch("touchEnd")
        else:
            self.page.mouse.up()

    def pinch(self, one: Point, other: Point, to_one: Point, to_other: Point) -> None:
        """Move two fingers from two points to two others."""
        steps = [0, 0.25, 0.5, 0.75, 1]
        for kind, share in zip(["touchStart", *["touchMove"] * 4], steps, strict=True):
            between = [
                (x + share * (u - x), y + share * (v - y)) for (x, y), (u, v) in ((one, to_one), (other, to_other))
            ]
            self._box = self.part("pad").bounding_box()
            self._send_touches(kind, [self._on_page(point) for point in between])
        self._send_touches("touchEnd", [])

    def cancel(self) -> None:
        """What the system does to a finger when a call comes in."""
        self._send_touch("touchCancel")

    def draw(self, digit: int, size: float = 0.6, centre: Point = (0.5, 0.5)) -> None:
        """Draw a golden digit, `size` of the pad high or wide, around a centre."""
        self.draw_strokes(STROKES[str(digit)], size, centre)

    def draw_strokes(
        self, strokes: Sequence[Sequence[Sequence[float]]], size: float = 0.6, centre: Point = (0.5, 0.5)
    ) -> None:
        """Draw strokes in any unit, `size` of the pad high or wide, around a centre, by at most 25 points each."""
        strokes = [[*stroke[:: 1 + len(stroke) // 12], stroke[-1]] for stroke in strokes]
        xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
        scale = size / max(max(xs) - min(xs), max(ys) - min(ys))
        middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        for stroke in strokes:
            self.stroke(
                *((centre[0] + (x - middle[0]) * scale, centre[1] + (y - middle[1]) * scale) for x, y in stroke)
            )

    def choose(self, mode: str) -> None:
        """Choose to draw "One digit" or a "Number"."""
        radio = self.page.locator(self.root).get_by_role("radio", name=mode, exact=True)
        radio.click()
        expect(radio).to_have_attribute("aria-checked", "true")

    def draw_number(self, text: str, step: float = 1.15) -> None:
        """Draw lines of digits, as large as they fit in the middle of the sheet; `step` digits' heights apart."""
        box = self.part("pad").bounding_box()
        shape = box["width"] / box["height"]
        lines = text.split("\n")
        longest = max(map(len, lines))
        height = min(0.55 / len(lines), 0.8 * shape / longest / step)
        for row, line in enumerate(lines):
            for column, digit in enumerate(line):
                middle = np.array([0.5 + (column - (longest - 1) / 2) * step * height / shape, 0.5])
                middle[1] += (row - (len(lines) - 1) / 2) * 1.5 * height
                self._draw_digit(digit, np.array([height / shape, height]), middle)

    def _draw_digit(self, digit: str, size: NDArray[np.float64], middle: NDArray[np.float64]) -> None:
        """Draw a golden digit whose height is a share `size[1]` of the sheet's, and that of its width `size[0]`."""
        points = np.concatenate(STROKES[digit])
        centre, height = (points.min(axis=0) + points.max(axis=0)) / 2, np.ptp(points[:, 1])
        for stroke in STROKES[digit]:
            few = np.array([*stroke[:: 1 + len(stroke) // 8], stroke[-1]])
            self.stroke(*((float(x), float(y)) for x, y in (few - centre) / height * size + middle))

    @property
    def text(self) -> str:
        """The lines of the number on show."""
        rows: list[str] = self.part("number").locator("div").all_inner_texts()
        return "\n".join("".join(row.split()) for row in rows)

    def expect_number(self, text: str) -> None:
        self.until(lambda: self.text == text)
        self.settle()

    def open(self, path: Path) -> None:
        """Open a picture, and wait until it is on the pad."""
        self.part("file").set_input_files(path)
        expect(self.part("rotate")).to_be_visible()

    def set_brush(self, width: int) -> None:
        self.part("brush").fill(str(width))
        self.part("pad").scroll_into_view_if_needed()  # on a phone the brush is below it

    def correct(self, truth: str) -> None:
        """Say that the answer on show is wrong, and that the drawing is a digit, or "Not a digit"."""
        self.part("wrong").click()
        self.part("row").get_by_role("button", name=truth, exact=True).click()

    def clear(self) -> None:
        self.part("clear").click()
        self.expect_blank()

    def expect_state(self, state: str) -> None:
        expect(self.page.locator(self.root)).to_have_attribute("data-state", state)

    def change_answers(self, **changes: Any) -> None:
        """Let the server answer as it does, but for some fields, from now on."""
        if self._changes is None:  # one route for all changes: to replace a route is to lose what is on its way
            self.page.route("**/api/predict", self._answer)
        self._changes = changes

    def _answer(self, route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), **(self._changes or {})})

    def expect_digit(self, digit: int) -> None:
        expect(self.part("digit")).to_have_text(str(digit))

    def expect_blank(self) -> None:
        self.expect_state("blank")
        expect(self.part("digit")).to_have_text("")

    def settle(self) -> None:
        """Wait until the answer to the last drawing is on show."""
        expect(self.page.locator(self.root)).to_have_attribute("data-asking", "false")

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something outside of the page, while the page goes on."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            self.page.wait_for_timeout(20)

    def seen(self) -> list[list[int]]:
        """The picture on show of what the model saw, 28 rows of 28 levels."""
        levels = self.part("seen").evaluate(
            "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0)"
        )
        return [levels[row * 28 : row * 28 + 28] for row in range(28)]

    def num_inked(self) -> int:
        """How many pixels of the pad bear ink."""
        count: int = self.part("pad").evaluate(
            """c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data
                .filter((level, index) => index % 4 === 3 && level).length"""
        )
        return count

    def _on_page(self, point: Point) -> Point:
        box = self._box
        return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]

    def _send_touch(self, kind: str, *point: float) -> None:
        self._send_touches(kind, [(point[0], point[1])] if point else [])

    def _send_touches(self, kind: str, points: Sequence[Point]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
