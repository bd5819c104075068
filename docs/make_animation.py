"""Film the page for the README, with numbers drawn, photographed and filmed: `python -m docs.make_animation`.

Needs Chromium, as the tests do.
"""

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize, sync_playwright

from tests import video
from tests.hands import Pad, Point
from tests.photographs import Photograph
from tests.serving import serving

HERE = Path(__file__).parent
SIZE: ViewportSize = {"width": 900, "height": 720}
SHOWN_WIDTH = 720  # px
EVERY = 4  # of so many movements of the pen, one is shown
LONG_MS, SHORT_MS = 1800, 90
QUALITY = 80
PAGE = Photograph("7294\n3068", size=(900, 480), height=90, frames=True, step=1.1, light=0.7, tilt=2, grain=1)
SEEN = Photograph("1358", size=(640, 360), height=90, squares=24, grain=1)


class Film(Pad):
    """A pad that is filmed while somebody draws on it."""

    def begin(self) -> None:
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []
        self._moves = 0

    def move(self, point: Point) -> None:
        super().move(point)
        self._moves += 1
        if self._moves % EVERY == 0:
            self.shoot(SHORT_MS)

    def shoot(self, milliseconds: int) -> None:
        """Add what the page shows."""
        picture = Image.open(io.BytesIO(self.page.screenshot()))
        height = round(picture.height * SHOWN_WIDTH / picture.width)
        self.frames.append(picture.convert("RGB").resize((SHOWN_WIDTH, height), Image.Resampling.LANCZOS))
        self.durations.append(milliseconds)

    def save(self, path: Path) -> None:
        """Write everything as an animated picture."""
        first, *rest = self.frames
        first.save(path, save_all=True, append_images=rest, duration=self.durations, loop=0, quality=QUALITY, method=6)


def main() -> None:
    """Film, and write `docs/number.webp` and `docs/number.png`."""
    with tempfile.TemporaryDirectory() as folder, serving() as server, sync_playwright() as playwright:
        video.write(Path(folder) / "film.y4m", video.hold(SEEN))
        arguments = ["--no-sandbox", *video.camera(Path(folder) / "film.y4m")]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        film = Film(browser.new_page(viewport=SIZE, permissions=["camera"], reduced_motion="reduce"))
        film.page.goto(server.url, wait_until="networkidle")
        play(film, PAGE.save(Path(folder) / "page.jpg"))
        browser.close()
    film.save(HERE / "number.webp")


def play(film: Film, page: Path) -> None:
    """Draw a number, open a photograph, and watch the camera."""
    film.begin()
    film.choose("Number")
    film.set_brush(12)
    film.draw_number("2047")
    film.expect_number("2047")
    film.shoot(LONG_MS)
    film.open(page)
    film.expect_number(PAGE.text)
    film.page.mouse.move(5, 5)
    film.shoot(LONG_MS)
    film.page.set_viewport_size({"width": 1080, "height": 1330})
    film.page.screenshot(path=HERE / "number.png")
    film.page.set_viewport_size(SIZE)
    film.part("camera").click()
    film.expect_number(SEEN.text)
    film.page.wait_for_timeout(1500)
    for _ in range(12):
        film.shoot(2 * SHORT_MS)
        film.page.wait_for_timeout(100)
    film.shoot(LONG_MS)


if __name__ == "__main__":
    main()
