"""What a person waits for at the pad: for a photograph, for pictures of the camera, and for ink under the pen."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Playwright

from bench.record import Figures, describe
from tests import video
from tests.hands import Pad
from tests.photographs import Photograph

NUM_OPENED = 10
NUM_SECONDS = 10
NUM_DRAWN = 5
NUMBER = "135804"
LARGE = Photograph("2547\n1380", size=(4000, 3000), height=500, pen=45, blur=2)
FULL_PAGE = "\n".join("135804627913"[shift:] + "135804627913"[:shift] for shift in range(8))
SEEN = {
    "six digits": Photograph(NUMBER, size=(640, 480), height=80),
    "96 digits": Photograph(FULL_PAGE, size=(640, 480), height=34, pen=4, step=1.2),
}
"""What the camera sees."""

WATCH = Path(__file__).with_name("watch.js").read_text()


def measure(playwright: Playwright, addresses: dict[str, str]) -> dict[str, Figures]:
    """Measure pages at some addresses, by their names."""
    results: dict[str, Figures] = {}
    for name, address in addresses.items():
        with opened(playwright, address) as pad:
            results |= {f"{name}, {what}": figures for what, figures in open_photographs(pad).items()}
            results |= {f"{name}, {what}": figures for what, figures in draw_numbers(pad).items()}
        for what, photograph in SEEN.items():
            with opened(playwright, address, photograph) as pad:
                results[f"{name}, pictures of {what} from the camera (per second)"] = watch_camera(pad, photograph.text)
    return results


def open_photographs(pad: Pad) -> dict[str, Figures]:
    """Open a large JPEG and wait until it is read: how long it takes, and how long the page stands still meanwhile."""
    waits, stills = [], []
    pad.choose("Number")
    with tempfile.TemporaryDirectory() as folder:
        path = LARGE.save(Path(folder) / "large.jpg")
        for _ in range(NUM_OPENED):
            pad.page.evaluate("watch.begin()")
            pad.open(path)
            pad.expect_number(LARGE.text)
            seen = pad.page.evaluate("watch.end()")
            waits.append(seen["answered"])
            stills.append(seen["still"])
            pad.clear()
    return {
        "from the choice of a JPEG of 12 megapixels to its digits (ms)": describe(waits),
        "the longest that the page stands still meanwhile (ms)": describe(stills),
    }


def draw_numbers(pad: Pad) -> dict[str, Figures]:
    """Draw six digits: the time from one picture on the screen to the next while they are read."""
    pad.choose("Number")
    pad.set_brush(12)
    gaps: list[float] = []
    for _ in range(NUM_DRAWN):
        pad.page.evaluate("watch.begin()")
        pad.draw_number(NUMBER)
        gaps += pad.page.evaluate("watch.end()")["gaps"]
        pad.expect_number(NUMBER)
        pad.clear()
    return {"from frame to frame while six digits are drawn (ms)": describe(gaps)}


def watch_camera(pad: Pad, text: str) -> Figures:
    """Let the camera see a number: how many pictures are read in each second."""
    pad.part("camera").click()
    pad.expect_number(text)
    counts = [pad.page.evaluate("watch.count()") for _ in range(NUM_SECONDS)]
    return describe(counts)


@contextlib.contextmanager
def opened(playwright: Playwright, address: str, seen: Photograph | None = None) -> Iterator[Pad]:
    """A page in a browser whose camera sees a photograph, when the pad can read."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--no-sandbox"]
        if seen:
            film = Path(folder) / "film.y4m"
            video.write(film, video.hold(seen))
            arguments += video.camera(film)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        with contextlib.closing(browser):
            page = browser.new_page(permissions=["camera"], viewport={"width": 1280, "height": 900})
            page.goto(address, wait_until="networkidle")
            page.evaluate(WATCH)
            pad = Pad(page)
            pad.draw(7)
            pad.expect_digit(7)
            pad.clear()
            yield pad
