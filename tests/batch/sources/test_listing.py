"""Pictures are found by name; one that cannot be read is a row, a source out of sight is an error."""

import os
import zipfile
from pathlib import Path

import pytest

from digitpad.batch.source import Item, open_source, read_part
from digitpad.batch.sources import listing, part
from digitpad.errors import DataError


def items(url: Path | str) -> list[Item]:
    return [item for part in open_source(str(url)).parts for item in read_part(part)]


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(name.encode())


def test_a_folder_is_searched_at_any_depth_in_the_order_of_names(tmp_path: Path) -> None:
    fill(tmp_path, "b.PNG", "a/deep/7/x.jpeg", "a/3.webp", "a.gif", ".hidden/c.png", "d/.e.png", "notes.csv", "f.json")
    source = open_source(str(tmp_path))
    assert [(item.key, item.label, item.picture) for part in source.parts for item in read_part(part)] == [
        ("a.gif", None, b"a.gif"),
        ("a/3.webp", None, b"a/3.webp"),
        ("a/deep/7/x.jpeg", 7, b"a/deep/7/x.jpeg"),
        ("b.PNG", None, b"b.PNG"),
    ]
    assert source.has_labels
    assert source.notice == "Left out 2 files that are no pictures, such as notes.csv."


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("b.png", "7/a.png", "list.json"):
            archive.writestr(name, name)
    source = open_source(f"zip://::{tmp_path}/a.zip")
    assert [(item.key, item.label) for part in source.parts for item in read_part(part)] == [
        ("7/a.png", 7),
        ("b.png", None),
    ]
    assert source.notice == "Left out list.json, which is no picture."
    assert [item.key for item in items(f"zip://7::{tmp_path}/a.zip")] == ["a.png"]
    assert [item.key for item in items(f"zip://*.png::{tmp_path}/a.zip")] == ["b.png"]
    assert [item.key for item in items(f"zip://7/a.png::{tmp_path}/a.zip")] == ["a.png"]


def test_one_picture_is_a_source_and_so_is_a_name_that_looks_like_a_pattern(tmp_path: Path) -> None:
    fill(tmp_path, "a[1].png", "a1.png", "[7]/x.png")
    assert [item.key for item in items(tmp_path / "a[1].png")] == ["a[1].png"]
    assert [item.key for item in items(tmp_path / "[7]")] == ["x.png"]
    assert [item.key for item in items(tmp_path / "**" / "*1*.png")] == ["a1.png", "a[1].png"]
    assert not open_source(str(tmp_path)).has_labels


def test_links_that_lead_in_circles_or_nowhere_do_no_harm(tmp_path: Path) -> None:
    fill(tmp_path, "a/x.png")
    (tmp_path / "a" / "back").symlink_to(tmp_path)
    (tmp_path / "gone.png").symlink_to(tmp_path / "nothing")
    good, gone = items(tmp_path)
    assert good.picture
    assert (gone.key, gone.picture) == ("gone.png", None)
    assert gone.error == "Expected a readable file; gone.png cannot be read: No such file or directory."


def test_a_folder_whose_first_picture_cannot_be_read_is_still_a_source(tmp_path: Path) -> None:
    (tmp_path / "0-gone.png").symlink_to(tmp_path / "nothing")
    assert [item.picture for item in items(tmp_path)] == [None]
    fill(tmp_path, "1.png")
    assert [item.picture for item in items(tmp_path)] == [None, b"1.png"]


def test_a_page_makes_parts_of_few(tmp_path: Path) -> None:
    fill(tmp_path, *(f"{number:02}.png" for number in range(40)))
    source = open_source(str(tmp_path)).of_pages()
    assert [part.num_pictures for part in source.parts] == [16, 16, 8]
    assert [item.key for part in source.parts for item in read_part(part)] == [
        f"{number:02}.png" for number in range(40)
    ]


def test_names_need_not_be_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff7.png")).write_bytes(b"seven")
    (item,) = items(tmp_path)
    assert (item.key, item.picture) == (r"\xff7.png", b"seven")


def test_a_picture_that_vanishes_is_a_row_and_a_folder_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "PART_PICTURES", 1)
    fill(tmp_path, "a.png", "b.png")
    first, second = open_source(str(tmp_path)).parts
    (tmp_path / "b.png").unlink()
    (item,) = read_part(second)
    assert item.error
    (tmp_path / "a.png").unlink()
    for gone in (first, second):
        with pytest.raises(DataError, match=r"Expected to see .*; it is not there"):
            list(read_part(gone))


def test_a_list_names_pictures_relative_to_itself_or_absolutely(tmp_path: Path) -> None:
    fill(tmp_path, "pics/5/a.png", "b.png")
    url = f"file://{tmp_path}/b.png"
    names = ["none.png", "pics/5/a.png", "", str(tmp_path / "b.png"), url, "pics/5/a.png", "htp://x/8.png", "\0.png"]
    (tmp_path / "list.txt").write_bytes("\r\n".join(names).encode())
    source = open_source(str(tmp_path / "list.txt"))
    found = [item for part in source.parts for item in read_part(part)]
    assert [item.key for item in found] == [name for name in names if name]
    assert [bool(item.error) for item in found] == [True, False, False, False, False, True, True]
    assert [item.label for item in found] == [None, 5, None, None, 5, None, None]


def test_a_list_of_which_nothing_is_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a.png\nb.png\n")
    with pytest.raises(DataError, match=r"none of the first 2 can be read, not 'a\.png'\. Write absolute paths"):
        open_source(str(tmp_path / "list.txt"))
    (tmp_path / "list.txt").write_text("\n\n")
    with pytest.raises(DataError, match="it is empty"):
        open_source(str(tmp_path / "list.txt"))


def test_a_million_names_fill_little_memory() -> None:
    files = ((f"folder/{number:07}.png", 300, "1") for number in range(200_000))
    table = listing.tabulate(files)
    assert table.nbytes < 200_000 * 50
