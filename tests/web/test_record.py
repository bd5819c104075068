"""The page cuts what it keeps to what `digitpad.corrections.correction` takes."""

import re

from digitpad.corrections.correction import MAX_POINTS, MAX_STROKES, MAX_TEXT, TEXT
from tests.web.conftest import OpenPad


def test_as_many_strokes_and_points_as_are_taken_are_kept(open_pad: OpenPad) -> None:
    page = open_pad().page
    count = """async (counts) => {
        const { toStrokes } = await import("/web/record.js");
        const strokes = toStrokes(counts.map((length) => ({ points: Array.from({ length }, () => [1, 2]) })));
        return strokes && strokes.length;
    }"""
    few = [MAX_POINTS // 100] * 100
    for counts in ([1] * MAX_STROKES, few):
        assert page.evaluate(count, counts) == len(counts)
        assert page.evaluate(count, [*counts, 1]) is None


def test_what_was_read_is_cut_to_what_is_taken(open_pad: OpenPad) -> None:
    page = open_pad().page
    cut = """async (text) => {
        const { toRecord } = await import("/web/record.js");
        const canvas = document.createElement("canvas");
        return toRecord({ reading: { text }, canvas }, null, "1", { session: "", model: "" }).answer.text;
    }"""
    assert page.evaluate(cut, "7" * (MAX_TEXT + 1)) == "7" * MAX_TEXT
    found = page.evaluate(cut, "7" * (MAX_TEXT - 1) + "\n7")
    assert found == "7" * (MAX_TEXT - 1)
    assert re.fullmatch(TEXT, found)
