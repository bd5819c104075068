"""Targets say where glyphs are, in the units of the network's outputs."""

import numpy as np

from digitpad.training.datasets.splits import NOT_A_DIGIT
from digitpad.training.pages import targets
from digitpad.training.pages.page import Page
from digitpad.training.pages.sheet import NO_DIGIT, Sheet


def page_with(*places: tuple[float, float, int], side: int = 128, size: int = 24) -> Page:
    """A page with square glyphs at x, y with a label each."""
    sheet = Sheet(side)
    for x, y, label in places:
        sheet.write(np.full((size, size), 255, np.uint8), x - size / 2, y - size / 2, label)
    pixels = np.zeros((side, side, 3), np.uint8)
    return Page(pixels, sheet.ink, sheet.owner, sheet.glyphs, sheet.ignored)


def test_a_peak_is_in_the_cell_of_the_centre_and_says_size_and_label() -> None:
    batch = targets.gather([page_with((42, 70, 7))])
    peak = batch["peak"][0]
    row, column = np.unravel_index(peak.argmax(), peak.shape)
    assert (row, column, peak.max()) == (70 // 4, 42 // 4, 1)
    assert batch["size"][0, row, column] == np.float16(np.log2(24 / targets.SIZE_PX))
    assert batch["label"][0, row, column] == 7
    assert batch["label_weight"][0, row, column] == 1
    assert batch["label_weight"][0, 0, 0] == 0


def test_offsets_lead_to_the_centre_that_owns_the_ink() -> None:
    places = ((40, 40, 1), (70, 40, 2))
    batch = targets.gather([page_with(*places)])
    rows, columns = np.nonzero(batch["offset_weight"][0])
    assert len(rows) == 2 * 12 * 12
    offsets = batch["offset"][0, rows, columns].astype(float) * targets.OFFSET_PX
    x, y = 2 * columns + 1 + offsets[:, 0], 2 * rows + 1 + offsets[:, 1]
    assert np.abs(y - 40).max() < 0.05
    assert np.abs(x - np.where(columns < 27, 40, 70)).max() < 0.05


def test_glyphs_that_are_cut_off_have_no_peak_and_do_not_count() -> None:
    batch = targets.gather([page_with((2, 60, 5))])
    assert batch["peak"].max() == 0
    assert batch["peak_weight"][0, 15, 0] == 0
    assert batch["peak_weight"][0, 15, 20] == 1
    assert batch["ink"][0, 60, 2] == 255
    assert batch["ink_weight"].min() == 1  # its ink counts


def test_words_are_no_digits_and_have_no_centres() -> None:
    sheet = Sheet(64)
    sheet.write_word(np.full((16, 40), 255, np.uint8), 10, 20)
    page = Page(np.zeros((64, 64, 3), np.uint8), sheet.ink, sheet.owner, sheet.glyphs, sheet.ignored)
    assert (page.ignored & NO_DIGIT).any()
    batch = targets.gather([page])
    assert (batch["label"][0][batch["label_weight"][0] > 0] == NOT_A_DIGIT).all()
    assert (batch["peak_weight"][0][batch["label_weight"][0] > 0] == 0).all()
    assert batch["ink"].max() == 255


def test_a_batch_holds_pages_of_one_size() -> None:
    batch = targets.gather([page_with((40, 40, 1)), page_with()])
    assert batch["pixels"].shape == (2, 128, 128, 3)
    assert batch["offset"].shape == (2, 64, 64, 2)
    assert batch["peak"].shape == batch["size"].shape == batch["label"].shape == (2, 32, 32)
    assert batch["peak"][1].max() == batch["offset_weight"][1].max() == 0
