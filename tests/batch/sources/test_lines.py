"""CSV files are read whatever they are separated by and whatever stands beside the pixels."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.batch.source import Item, open_source, read_part
from digitpad.errors import DataError

ROW = np.zeros(784, np.uint8)
ROW[100:300] = 255
PIXELS = ",".join(map(str, ROW))
NAMES = ",".join(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))


def items(path: Path, text: str | bytes, labels: str | None = None) -> list[Item]:
    (path / "a.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    source = open_source(str(path / "a.csv"), labels=labels)
    assert source.num_pictures == sum(part.num_pictures or 0 for part in source.parts)
    return [item for part in source.parts for item in read_part(part)]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (f"{PIXELS}\n", None),
        (f"7,{PIXELS}", "0"),
        (f"{PIXELS},7\n", "784"),
        (f"label,{NAMES}\n7,{PIXELS}\n\n\n", "label"),
        (f"{NAMES},kind\r\n{PIXELS},7\r\n", "kind"),
        (f",label,{','.join(map(str, range(784)))}\n0,7,{PIXELS}\n", "label"),
        (f"{','.join(map(str, range(784)))}\n{PIXELS}\n", None),
        (f"id,label,{NAMES}\nthe first,seven,{PIXELS}\n", None),
        (f"\ufefflabel\t{NAMES}\n7\t{PIXELS}\n".replace(",", "\t"), "label"),
        (f"\ufeff7;{PIXELS}\n".replace(",", ";"), "0"),
        ('"' + f"7,{PIXELS}".replace(",", '","') + '"\n', "0"),
        (f"{PIXELS}\n".replace("255", "1.0"), None),
    ],
)
def test_the_pixels_are_found_among_the_columns(text: str, labels: str | None, tmp_path: Path) -> None:
    (item,) = items(tmp_path, text, labels)
    np.testing.assert_array_equal(item.picture, ROW.reshape(28, 28))
    assert item.label == (7 if labels else None)


def test_a_line_that_is_wrong_costs_no_other(tmp_path: Path) -> None:
    wrong = {
        3: "",
        40: "1,2,3",
        41: PIXELS.replace("255", "ink", 1),
        299: f"{PIXELS},1",
        300: PIXELS.replace("255", "-1"),
    }
    lines = [wrong.get(number, PIXELS) for number in range(600)]
    found = items(tmp_path, "\n".join(lines))
    assert {number: item.error for number, item in enumerate(found) if item.error} == {
        3: "Expected 784 numbers in the line; it is empty.",
        40: "Expected 784 numbers in the line; got 3.",
        41: "Expected 784 numbers in the line; could not convert string 'ink' to float32.",
        299: "Expected 784 numbers in the line; got 785.",
        300: "Expected pixels from 0 to 255; got -1 to 0. Rescale them.",
    }


def test_what_is_no_table_of_pixels_is_refused(tmp_path: Path) -> None:
    for text, labels, problem in (
        ("path,label\na.png,7\n", None, "784 columns of pixels in .*; got 2 columns"),
        (f"1,2,{PIXELS}\n", None, "got 786 columns"),
        (f"label,{NAMES}\n7,{PIXELS}\n", "digit", "a column 'digit' in .*; its columns are label, 1x1, "),
        (f"7,{PIXELS}\n", "label", "have no names, only numbers"),
        (f"7,{PIXELS}\n", "785", "a column '785'"),
        ("", None, "got 0 columns"),
        (f"label,{NAMES}\n", None, "there are none"),
    ):
        with pytest.raises(DataError, match=problem):
            items(tmp_path, text, labels)
