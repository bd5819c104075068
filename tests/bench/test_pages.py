"""How answers on pages are scored, how numbers are drawn and spoilt, and what the page of the benchmark says."""

import json
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import record
from bench.pages import __main__ as pages
from bench.pages import (
    beside,
    faults,
    figures,
    generated,
    ocr,
    papers,
    pictures,
    programs,
    readers,
    score,
    sets,
    usual,
)
from bench.pages.answers import Answers, Mark, from_json, from_reading
from bench.pages.faults import CURVES, NO_FAULT, Case
from bench.pages.sets import Number, RealPage, Single, TrueDigit, Truth
from digitpad import Recognizer
from digitpad.drawing import read_page
from digitpad.errors import DataError
from digitpad.training.pages.page import Page
from digitpad.training.pages.sheet import NO_CENTRE, NO_DIGIT, Glyph

BOXES = [(10.0, 10.0, 20.0, 30.0), (40.0, 10.0, 20.0, 30.0), (10.0, 60.0, 20.0, 30.0)]
TRUTH = Truth(
    digits=(*(TrueDigit(label, box, line) for label, box, line in zip("174", BOXES, (0, 0, 1), strict=True)),),
    lines=("17", "4"),
    ignored=((100.0, 100.0, 50.0, 50.0),),
)
PERFECT = Answers(tuple(Mark(digit.label, digit.box, 0.9) for digit in TRUTH.digits), TRUTH.lines)
TWO = [np.array([[0.0, 0.0], [4.0, 50.0], [0.0, 100.0]]), np.array([[60.0, 0.0], [60.0, 100.0]])]


def counts(answers: Answers, truth: Truth = TRUTH) -> dict[str, int]:
    return dict(score.count(truth, answers))


def test_a_perfect_answer_is_right_everywhere() -> None:
    assert counts(PERFECT) == {"n": 3, "found": 3, "right": 3, "lines": 2, "given": 2, "by box": 2}
    assert counts(Answers(PERFECT.marks[::-1], PERFECT.lines[::-1])) == counts(PERFECT)


def test_nothing_is_missed_everywhere() -> None:
    assert counts(Answers()) == {"n": 3, "missed": 3, "lines": 2}


def test_wrong_and_unread_digits_spoil_their_line() -> None:
    labels = ("1", "9", None)
    marks = [Mark(label, digit.box) for label, digit in zip(labels, TRUTH.digits, strict=True)]
    expected = {"n": 3, "found": 3, "right": 1, "wrong": 1, "unread": 1, "lines": 2, "given": 1}
    assert counts(Answers(tuple(marks), ("19?4",))) == expected


def test_answers_in_the_wrong_places_are_invented() -> None:
    moved = [Mark(mark.label, (mark.box[0] + 100, *mark.box[1:])) for mark in PERFECT.marks]
    assert counts(Answers(tuple(moved))) == {"n": 3, "missed": 3, "invented": 3, "lines": 2}


def test_an_answer_beside_the_digits_is_invented_unless_it_does_not_count() -> None:
    stray, unread = Mark("5", (200.0, 10.0, 9.0, 9.0)), Mark(None, (200.0, 60.0, 9.0, 9.0))
    ignored = [Mark(label, (120.0, 130.0, 9.0, 9.0)) for label in ("5", None)]
    found = counts(Answers((*PERFECT.marks, stray, unread, *ignored), PERFECT.lines))
    assert found == counts(PERFECT) | {"invented": 1, "unread, of nothing": 1, "ignored": 2}


def test_a_second_answer_to_a_digit_is_invented_and_the_best_box_counts() -> None:
    worse = Mark("9", (12.0, 12.0, 20.0, 30.0))
    found = counts(Answers((worse, *PERFECT.marks), PERFECT.lines))
    assert found == counts(PERFECT) | {"invented": 1}


def test_boxes_must_cover_each_other_and_have_an_area() -> None:
    assert score.iou((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert score.match([(0, 0, 10, 10)], [(0, 0, 10, 31)]) == {0: 0}
    assert score.match([(0, 0, 10, 10)], [(0, 0, 10, 34)]) == {}
    assert counts(Answers((Mark("1", (15.0, 15.0, 0.0, 9.0)),)))["missed"] == 3


def test_printed_digits_are_counted_apart() -> None:
    truth = replace(TRUTH, digits=(replace(TRUTH.digits[0], is_printed=True), *TRUTH.digits[1:]))
    found = counts(PERFECT, truth)
    assert (found["n"], found["right"], found["printed n"], found["printed right"]) == (2, 2, 1, 1)
    assert "invented" not in found
    assert found["by box"] == 2


def test_every_line_is_given_at_most_as_often_as_it_is_written() -> None:
    assert score.given(["12", "12", "7"], ["12 7", "12a12"]) == 3
    assert score.given(["12", "12"], ["12"]) == 1
    assert score.given(["12"], ["312"]) == 0


@pytest.mark.parametrize("height", [10, 64, 200])
def test_numbers_are_as_high_as_asked(height: int) -> None:
    drawn = papers.draw(TWO, height)
    rows = np.flatnonzero(drawn.min(axis=1) < 250)
    brush = papers.BRUSH_PX * height / papers.HEIGHT_PX
    assert np.ptp(rows) + 1 == pytest.approx(height + brush, abs=2)
    assert rows[0] >= papers.MARGIN_PX - brush - 1


def test_numbers_on_generated_paper_come_again_and_differ() -> None:
    first, again, other = (papers.on_generated_paper(TWO, number) for number in (3, 3, 4))
    assert (first == again).all()
    assert first.shape[0] == first.shape[1] >= papers.HEIGHT_PX + 2 * papers.MARGIN_PX
    assert (first != other).any()


def test_light_paper_has_its_colours() -> None:
    picture = papers.on_light_paper(TWO)
    assert tuple(picture[0, 0]) == papers.PAPER
    assert tuple(picture.reshape(-1, 3).min(axis=0)) == papers.INK


@pytest.mark.parametrize("case", [case for cases in CURVES.values() for case in cases.values() if case.fault])
def test_faults_change_the_picture_the_same_way_every_time(case: Case) -> None:
    picture = papers.on_light_paper(TWO)
    before = picture.copy()
    assert case.fault
    spoilt = case.fault(picture, 5)
    assert (picture == before).all()
    assert spoilt.dtype == np.uint8
    assert spoilt.shape != picture.shape or (spoilt != picture).any()
    assert (case.fault(picture, 5) == spoilt).all()


def paper(value: int = 200) -> NDArray[np.uint8]:
    return np.full((60, 100, 3), value, np.uint8)


def test_light_falls_across() -> None:
    spoilt = faults.light(paper(), 1, percent=50)
    assert (spoilt[:, 0] == 200).all()
    assert (spoilt[:, -1] == 100).all()
    assert (faults.light(paper(), 2, percent=50) == spoilt[:, ::-1]).all()


def test_a_shadow_takes_its_share_of_about_half_of_the_picture() -> None:
    spoilt = faults.shadow(paper(), 3, percent=40)
    assert set(np.unique(spoilt)) == {120, 200}
    assert (spoilt == 120).mean() == pytest.approx(0.5, abs=0.05)


def test_grain_has_its_deviation() -> None:
    spoilt = faults.grain(paper(128), 3, sigma=12)
    assert spoilt.std() == pytest.approx(12, rel=0.05)
    assert spoilt.mean() == pytest.approx(128, abs=0.5)


def test_blur_widens_an_edge_and_compression_is_worse_at_lower_quality() -> None:
    picture = papers.on_light_paper(TWO)
    steps = [float(np.abs(np.diff(faults.blur(picture, 0, sigma=s).astype(int), axis=1)).max()) for s in (0.5, 1, 3)]
    assert steps[0] > steps[1] > steps[2] > 0
    errors = [float(np.abs(faults.jpeg(picture, 0, quality=q).astype(int) - picture).mean()) for q in (90, 50, 10)]
    assert errors[0] < errors[1] < errors[2]


def test_a_tilted_picture_is_larger_and_turned_to_either_side() -> None:
    line = papers.on_light_paper([np.array([[0.0, 0.0], [900.0, 64.0]])])
    one, other = (faults.tilt(line, number, degrees=15) for number in (0, 1))
    assert one.shape == other.shape
    assert one.shape[0] > line.shape[0]
    assert tuple(one[0, 0]) == papers.PAPER
    assert (one != other).any()


def test_frames_and_lines_are_where_they_should_be() -> None:
    edge = (faults.frame(paper(), 0, inset_px=0, width_px=1) != 200).all(axis=2)
    assert edge.sum() == 2 * 100 + 2 * 58
    inside = (faults.frame(paper(), 0, inset_px=6, width_px=2) != 200).all(axis=2)
    assert not inside[:6].any()
    assert inside[6:8, 6:-6].all()
    assert not inside[8:-8, 8:-8].any()
    ruled = (faults.lines(paper(), 1, down_px=20) != 200).any(axis=2)
    assert ruled.any(axis=1).sum() == 6
    squared = (faults.lines(paper(), 1, down_px=20, across_px=20) != 200).any(axis=2)
    assert squared.all(axis=0).sum() == 10


def test_numbers_with_signs_count_by_their_digits() -> None:
    plain, signs = Number("17", TWO, False), Number("1/7", TWO, True)
    assert figures.is_exact(plain, Answers(lines=("1 7",)))
    assert not figures.is_exact(plain, Answers(lines=("1?7",)))
    assert figures.is_exact(signs, Answers(lines=("1?7",)))
    assert not figures.is_exact(signs, Answers(lines=("117",)))


def test_confidence_counts_where_a_digit_was_matched() -> None:
    wrong = Mark("9", TRUTH.digits[0].box, 0.6)
    found = figures.confidence([TRUTH], [Answers((wrong, *PERFECT.marks[1:], Mark("3", (300, 300, 9, 9), 0.2)))])
    assert found["n"] == 3
    assert found["accuracy"]["count"] == 2
    assert found["ece"] == pytest.approx((0.6 + 2 * 0.1) / 3)


def test_characters_are_read_where_there_is_exactly_one_answer() -> None:
    one, several = Answers(PERFECT.marks[:1]), PERFECT
    found = figures.characters(["1", "1", "1", "1"], [(one, "1"), (several, None), (Answers(), "7"), (one, "1")])
    assert [found[name]["count"] for name in ("read", "several", "predicted")] == [2, 1, 2]
    found = figures.characters(["A", "x"], [(several, None), (Answers(), "7")])
    assert [found[name]["count"] for name in ("read", "predicted")] == [1, 1]


def test_the_largest_digit_is_the_answer_to_a_single_picture() -> None:
    marks = (Mark("1", (0, 0, 5, 5)), Mark("7", (9, 0, 9, 9)), Mark(None, (0, 0, 99, 99)))
    assert Answers(marks).largest == "7"
    assert Answers(marks[2:]).largest is None


def test_readings_and_json_become_the_same_kind_of_answer(recognizer: Recognizer) -> None:
    task = readers.Task(0, TWO)
    answer = readers.read_fault(pages.SHIPPED, (NO_FAULT, task))
    direct = from_reading(recognizer.read(papers.on_light_paper(TWO)))
    assert answer == direct
    assert all(mark.box[2] > 0 and mark.box[3] > 0 for mark in answer.marks)
    printed = {"digits": [{"label": "7", "box": [1, 2, 3, 4]}, {"label": "x", "box": [0, 0, 1, 1]}], "lines": ["7"]}
    expected = Answers((Mark("7", (2.0, 4.0, 6.0, 8.0)), Mark(None, (0.0, 0.0, 2.0, 2.0))), ("7",))
    assert from_json(printed, 2.0) == expected


def test_a_line_without_boxes_is_split_evenly() -> None:
    corners = [[10, 5], [50, 5], [50, 25], [10, 25]]
    digits = list(ocr.place("1a23", (), corners))
    assert [digit["label"] for digit in digits] == ["1", "2", "3"]
    assert [digit["box"] for digit in digits] == [[10, 5, 10, 20], [30, 5, 10, 20], [40, 5, 10, 20]]
    assert next(ocr.place("7", [corners], [[0, 0], [1, 1]]))["box"] == [10, 5, 40, 20]


def test_programs_that_are_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programs, "ENVIRONMENT", tmp_path)
    assert programs.find_versions() == dict.fromkeys(programs.PROGRAMS, programs.NOT_INSTALLED)
    said = capsys.readouterr().err
    assert all(f"Expected {program} in" in said for program in programs.PROGRAMS)


def test_the_usual_way_finds_the_contours_on_either_kind_of_paper() -> None:
    def say_seven(seen: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert seen.shape[1:] == (28, 28)
        return np.eye(10, dtype=np.float32)[[7] * len(seen)]

    dark = papers.on_white(TWO)
    for picture in (dark, 255 - dark):
        [answer, nothing] = usual.read_all([read_page(picture), read_page(paper())], say_seven)
        assert answer.lines == ("77",)
        assert nothing.lines == ()
        assert sorted(mark.box[0] for mark in answer.marks)[0] == pytest.approx(papers.MARGIN_PX - 2, abs=3)


def test_the_truth_of_a_generated_page_is_what_can_be_seen() -> None:
    owner = np.zeros((32, 64), np.uint8)
    owner[4:20, 4:10], owner[4:20, 20:30], owner[4:20, 40:50] = 1, 2, 3
    ignored = np.zeros((8, 16), np.uint8)
    ignored[1:5, 10:13], ignored[6, 0] = NO_CENTRE, NO_CENTRE | NO_DIGIT
    glyphs = [Glyph(x, 12.0, 16.0, label, True) for x, label in ((7.0, 1), (25.0, 10), (45.0, 4))]
    made = Page(np.zeros((32, 64, 3), np.uint8), owner, owner, glyphs, ignored)
    found = generated.truth(made)
    assert found.digits == (TrueDigit("1", (4.0, 4.0, 6.0, 16.0)),)
    assert len(found.ignored) == 12
    assert found.ignored[0] == (40, 4, 4, 4)


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"singles\.zip; there is no .*numbers\.npz"):
        sets.load(tmp_path)


def write_sets(folder: Path) -> None:
    """One number, one page and two single pictures."""
    (folder / "pen").mkdir()
    fields: dict[str, Any] = {
        "label": np.array(["17"]),
        "kind": np.array(["digits"]),
        "points": np.arange(8, dtype=np.int16).reshape(4, 2),
        "stroke_offset": np.array([0, 2, 4], np.int32),
        "sample_offset": np.array([0, 2], np.int32),
    }
    np.savez(folder / "pen" / "numbers.npz", **fields)
    (folder / "pages" / "pics").mkdir(parents=True)
    (folder / "pages" / "pics" / "a.png").touch()
    digit = {"label": "4", "box": [1, 2, 3, 4], "printed": False, "line": 0}
    entry = {"file": "a.png", "kind": "form", "digits": [digit], "lines": ["4"], "ignore": [[0, 0, 1, 1]]}
    (folder / "pages" / "truth.json").write_text(json.dumps([entry]))
    with zipfile.ZipFile(folder / "singles.zip", "w") as archive:
        archive.writestr("a.png", b"picture")
        archive.writestr(
            "truth.csv", "file,truth,kind,sub,source\na.png,3,paint,,x\na.png,none:beta,other,no digit,x\n"
        )


def test_sets_are_read_as_they_are_documented(tmp_path: Path) -> None:
    write_sets(tmp_path)
    known = sets.load(tmp_path)
    assert [(number.label, len(number.strokes)) for number in known.numbers] == [("17", 2)]
    truth = Truth((TrueDigit("4", (1.0, 2.0, 3.0, 4.0), 0),), ("4",), ((0.0, 0.0, 1.0, 1.0),))
    assert known.pages == [RealPage(tmp_path / "pages" / "pics" / "a.png", "form", False, truth)]
    assert known.singles == [Single(b"picture", "paint program", "3"), Single(b"picture", "no digit", None)]
    (tmp_path / "pages" / "pics" / "a.png").unlink()
    with pytest.raises(DataError, match=r"truth\.json; it cannot be read: .*a\.png"):
        sets.load(tmp_path)


def test_a_quick_run_reads_some_of_every_kind() -> None:
    numbers = [Number("1", TWO, has_signs) for has_signs in [False] * 30 + [True] * 5]
    singles = [Single(b"", kind, "1") for kind in ["a"] * 100 + ["b"] * 3]
    chosen = pages.choose(sets.Sets(numbers, [], singles), pages.QUICK)
    assert Counter(number.has_signs for number in chosen.numbers) == {False: 3, True: 1}
    assert Counter(single.kind for single in chosen.singles) == {"a": 3, "b": 1}
    assert len(pages.choose(sets.Sets(numbers, [], singles), pages.FULL).singles) == 103


def whole() -> dict[str, Any]:
    """A record with every key, of few answers."""
    numbers = [Number("17", TWO, False), Number("174", TWO, False)]
    lines = [Answers(lines=("17",)), Answers(lines=("1",))]
    real = [
        RealPage(Path("a.png"), "page", False, TRUTH),
        RealPage(Path("b.png"), "no-digit", False, Truth(())),
        RealPage(Path("c.png"), "no-digit", True, Truth(())),
    ]
    answered = [PERFECT, Answers(), Answers(PERFECT.marks[:1])]
    singles = [Single(b"", "paint program", "3"), Single(b"", "no digit", None)]
    by_number, by_page = figures.numbers(numbers, lines), figures.pages(real, answered)
    by_single = figures.singles(singles, [("3", False), ("1", True)])
    cases = {curve: dict.fromkeys(some, lines) for curve, some in CURVES.items()}
    other = {"numbers": by_number, "pages": by_page, "singles": by_single}
    character = {
        "digits": figures.characters(["1"], [(PERFECT, "1")]),
        "clear": figures.characters(["A"], [(PERFECT, None)]),
    }
    timed = dict.fromkeys(("number_ms", "page_ms", "first_ms", "again_ms", "peak_mb"), record.describe([1.0, 2.0, 3.0]))
    results = {
        "models": {"digits": "0123", "pages": "4567"},
        "numbers": {"white": by_number, "generated": by_number, "signs": by_number["all"]},
        "pages": by_page,
        "confidence": figures.confidence([page.truth for page in real], answered),
        "singles": {"read": by_single, "predict": by_single},
        "characters": character,
        "faults": {"none": by_number["all"], "curves": figures.faults(numbers, cases, by_number["all"])},
        "speed": timed,
        "beside": dict.fromkeys(programs.PROGRAMS, programs.NOT_INSTALLED) | {beside.USUAL: other},
    }
    notes = ("pages", *(f"no {program}" for program in programs.PROGRAMS))
    return record.collect({"digitpad": "1"}, results, *notes)


def test_the_page_shows_every_part_of_a_record() -> None:
    measured = json.loads(json.dumps(whole()))
    page = pages.page(measured)
    assert all(note in page for note in measured["notes"])
    assert all(f"| {curve}: {label} |" in page for curve, cases in CURVES.items() for label in cases)
    assert "| **all** | 3 | 3 | 3 (100.0 %) | 3 (100.0 %) | 0 | 0 | 0 | 1 (0.33) | 2 | 2 (100.0 %) |" in page
    assert all(f"**{program} is not installed here, and left out.**" in page for program in programs.PROGRAMS)
    assert f"| {beside.USUAL} | 2 | 50.0 %" in page
    assert "| without printed text | 1 | 0 | 0.00 | 0 |" in page
    assert "| with printed text | 1 | 1 | 1.00 | 1 |" in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert not any(not line.strip("|- ") and not line.startswith("| ---") for line in rows)


def test_the_page_does_without_what_a_small_part_lacks() -> None:
    measured = whole()
    results = measured["results"]
    results["confidence"] = figures.confidence([], [])
    results["singles"] = {name: {"paint program": found["paint program"]} for name, found in results["singles"].items()}
    assert "No digit was found." in pages.page(measured)


def test_the_pictures_are_drawn(tmp_path: Path) -> None:
    found = whole()["results"]["faults"]
    outcomes = score.judge(TRUTH, Answers((Mark("9", TRUTH.digits[0].box), Mark("5", (80.0, 8.0, 9.0, 9.0)))))
    marked = pictures.Marked(np.full((128, 128, 3), 200, np.uint8), outcomes)
    assert marked.num_mistakes == 4
    pictures.draw_faults(found["curves"], found["none"]["count"], tmp_path / "faults.png")
    pictures.draw_worst([marked] * 5, tmp_path / "worst.png")
    assert all((tmp_path / name).stat().st_size > 10_000 for name in ("faults.png", "worst.png"))


def test_without_data_the_command_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITPAD_DATA", raising=False)
    with pytest.raises(SystemExit, match=r"^bench\.pages: Expected DIGITPAD_DATA to name a folder[^\n]*$"):
        pages.main(quick=True)


def test_the_page_is_what_the_record_says() -> None:
    path = record.FOLDER / "pages.json"
    if not path.exists():
        pytest.skip("there is no bench/pages.json; make bench-pages writes it")
    assert (record.FOLDER.parent / "docs" / "pages.md").read_text() == pages.page(json.loads(path.read_text()))
