"""How drawings are made for the benchmark, and what becomes of the answers."""

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from bench import record
from bench.drawings import __main__ as drawings
from bench.drawings import classifiers, figures, ways
from bench.drawings.reading import Table, read_all
from bench.drawings.settings import BESIDE, LINES, MAPS, REFERENCE, Setting, draw
from digitpad import Recognizer
from digitpad.artifact import shipped
from digitpad.training.datasets import pen as data

CROSS = [np.array([[0.0, 50.0], [100.0, 50.0]]), np.array([[50.0, 0.0], [50.0, 60.0], [50.0, 80.0]])]
BAR = [np.array([[0.0, 0.0], [5.0, 1.0], [10.0, 0.0]])]


def pixels(strokes: list[NDArray[np.float64]], setting: Setting, number: int = 0) -> NDArray[np.uint8]:
    """The drawing as RGBA, decoded."""
    with Image.open(io.BytesIO(draw(strokes, setting, number))) as image:
        assert image.format == setting.encoding
        return np.asarray(image.convert("RGBA"))


def ink_box(strokes: list[NDArray[np.float64]], setting: Setting, number: int = 0) -> tuple[int, ...]:
    """Left, top, right and bottom edge of the ink of a black drawing on white."""
    box = Image.fromarray(255 - pixels(strokes, setting, number)[..., 0]).getbbox()
    assert box is not None
    return box


def test_the_reference_drawing_has_the_size_and_the_place_that_the_data_names() -> None:
    assert pixels(CROSS, REFERENCE).shape == (280, 280, 4)
    left, top, right, bottom = ink_box(CROSS, REFERENCE)
    assert right - left == pytest.approx(0.7 * 280 + 18, abs=2)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((140, 140), abs=1.5)


@pytest.mark.parametrize(("across", "down"), [(-1, -1), (1, 0), (0.0, 1.0)])
def test_the_outermost_places_touch_the_edge(across: float, down: float) -> None:
    left, top, right, bottom = ink_box(BAR, Setting(fill=0.35, brush=12, across=across, down=down))
    expected = {-1: (0, None), 1: (None, 280), 0: (None, None)}
    for (low, high), (start, end) in (((left, right), expected[int(across)]), ((top, bottom), expected[int(down)])):
        assert start is None or low == pytest.approx(start, abs=1.5)
        assert end is None or high == pytest.approx(end, abs=1.5)


def test_scattered_drawings_differ_by_number_stay_inside_and_come_again() -> None:
    setting = BESIDE["small and off-centre"]
    boxes = [ink_box(CROSS, setting, number) for number in range(20)]
    assert len(set(boxes)) > 10
    assert all(box[0] > 0 and box[1] > 0 and box[2] < 280 and box[3] < 280 for box in boxes)
    assert draw(CROSS, setting, 3) == draw(CROSS, setting, 3)


def test_positive_rotation_is_clockwise() -> None:
    turned = pixels(BAR, Setting(rotation=15, brush=6))[..., 0] < 128
    rows = [float(np.flatnonzero(turned[:, column]).mean()) for column in (60, 220)]
    assert rows[0] < rows[1] - 20  # the right end has gone down


@pytest.mark.parametrize("name", list(LINES["colours"]))
def test_ink_and_paper_have_their_colours(name: str) -> None:
    setting = LINES["colours"][name]
    drawn = pixels(CROSS, setting)
    assert tuple(drawn[140, 140]) == (*setting.ink, 255)
    assert tuple(drawn[0, 0])[3 if setting.paper is None else slice(3)] == (
        0 if setting.paper is None else setting.paper
    )


def test_the_brush_grows_with_the_canvas() -> None:
    for canvas in ((100, 100), (640, 280), (560, 560)):
        setting = Setting(canvas=canvas)
        drawn = pixels(BAR, setting)
        assert drawn.shape == (canvas[1], canvas[0], 4)
        thickness = float((255.0 - drawn[..., 0]).sum(axis=0)[canvas[0] // 2] / 255)
        assert thickness == pytest.approx(18 * setting.unit, abs=1.5 + 0.1 * setting.unit)


def test_a_pen_that_skips_points_keeps_the_ends() -> None:
    stroke = np.column_stack([np.arange(12.0), np.zeros(12)])
    stroke[[1, 2, 4, 5, 7, 8], 1] = 9.0  # only points that are skipped leave the line
    skipped, flat = Setting(every=3, brush=6), [np.array([[0.0, 0.0], [11.0, 0.0]])]
    assert ink_box([stroke], skipped) == ink_box(flat, replace(skipped, every=1))


def test_blots_tiny_drawings_and_cut_ones_are_known() -> None:
    assert Setting(fill=0.2, brush=18).oddities["is_blot"]
    assert not Setting(fill=0.3, brush=18).oddities["is_blot"]
    assert Setting(fill=0.7, canvas=(28, 28)).oddities["is_tiny"]
    assert not any(setting.oddities["is_tiny"] for settings in (LINES | MAPS).values() for setting in settings.values())
    assert Setting(fill=0.95, brush=18).oddities["is_cut"]
    assert not REFERENCE.oddities["is_cut"]


def test_samples_are_spread_over_writers_and_nested() -> None:
    writers = np.repeat(np.arange(5, dtype=np.int16), [2, 50, 100, 7, 300])
    chosen = data.sample(writers, 60)
    assert len(set(chosen.tolist())) == 60
    counts = np.bincount(writers[chosen])
    assert counts[0] == 2
    assert counts[3] == 7
    assert counts.max() - counts[[1, 2, 4]].min() <= 1
    assert (data.sample(writers, 20) == chosen[:20]).all()


def test_refusals_are_counted_where_95_of_100_digits_pass() -> None:
    digits = table([number % 10 for number in range(100)], np.linspace(0.0, 0.99, 100))
    others = table(list("AAxo"), [0.1, 0.9, 0.97, 0.98]).assign(category=["1b", "1b", "1c", "1c"])
    found = figures.refusals(digits, others)
    separation = found["separation"]
    assert separation["digits"]["count"] == 96  # the quantile itself passes
    assert (separation["clear"]["count"], separation["clear"]["n"]) == (2, 3)
    assert separation["clear_by_category"]["1c"]["count"] == 0
    assert (separation["others"]["count"], separation["others"]["n"]) == (0, 1)
    assert found["candidates"]["coverage"]["share"] == 1.0
    assert found["candidates"]["mean_size"] == 1.0


def test_means_give_every_writer_the_same_weight() -> None:
    known = table([0, 1, 2, 3], [0.0] * 4).assign(writer=[7, 7, 7, 9], donor=["aga", "aga", "apa", "apa"])
    found = figures.classified(np.eye(10, dtype=np.float32)[[0, 1, 2, 4]], known)
    assert found["accuracy"]["share"] == 0.75
    assert found["mean_over_writers"] == 0.5
    assert found["mean_over_donors"] == 0.75


@pytest.mark.parametrize("way", list(ways.WAYS))
def test_every_way_gives_a_picture_with_light_ink(way: str) -> None:
    seen = ways.see(draw(CROSS, REFERENCE, 0), way)
    assert seen.shape == (28, 28)
    assert seen.max() > 100
    assert seen[0, 0] == 0


def test_the_cut_classifier_answers_as_the_whole_model(recognizer: Recognizer) -> None:
    predictions = [recognizer.predict(draw(strokes, REFERENCE, 0)) for strokes in (CROSS, BAR)]
    answers = classifiers.cut(shipped())(np.stack([prediction.seen for prediction in predictions]))
    np.testing.assert_allclose(answers, [p.probabilities for p in predictions], atol=0.02)  # `seen` is rounded


def test_the_pen_data_is_whole() -> None:
    folder = Path(os.environ.get("DIGITPAD_DATA", "")) / "pen"
    if not folder.is_dir():
        pytest.skip("DIGITPAD_DATA names no folder with pen/")
    pen = data.load(folder)
    assert (len(pen.digits), len(pen.others)) == (7888, 5040)
    assert set(pen.digits.donors[data.sample(pen.digits.writers, 500)]) == set(pen.digits.donors)


def test_without_data_the_command_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITPAD_DATA", raising=False)
    with pytest.raises(SystemExit, match=r"^bench\.drawings: Expected DIGITPAD_DATA to name a folder[^\n]*$"):
        drawings.main(quick=True)


def test_characters_are_read_in_other_processes_in_the_given_order() -> None:
    characters = data.Characters(
        labels=np.array([1, 4, 4]),
        donors=np.array(["aga", "apa", "apb"]),
        writers=np.array([0, 1, 2], np.int16),
        categories=np.array(["1a"] * 3),
        strokes=[BAR, CROSS, CROSS],
    )
    chosen = {REFERENCE: np.array([2, 0]), Setting(every=2): np.array([1])}
    tables = read_all(characters, chosen, shipped())
    assert list(tables) == list(chosen)
    assert tables[REFERENCE].donor.tolist() == ["apb", "aga"]
    assert figures.probabilities(tables[REFERENCE]).shape == (2, 10)
    assert tables[REFERENCE][ways.OURS].iloc[1].shape == (28, 28)
    assert ways.OURS not in tables[Setting(every=2)]


def test_the_page_is_what_the_record_says() -> None:
    page = drawings.page(json.loads((record.FOLDER / "drawings.json").read_text()))
    assert (record.FOLDER.parent / "docs" / "drawings.md").read_text() == page


def table(labels: list[int] | list[str], not_digit: object) -> Table:
    """Answers that are certain of the label, or of 0 if it is none."""
    digits = [label if isinstance(label, int) else 0 for label in labels]
    return pd.DataFrame({"label": labels, "not_digit": not_digit, "status": "digit"}).assign(
        probabilities=list(np.eye(10, dtype=np.float32)[digits]), candidates=[(digit,) for digit in digits]
    )
