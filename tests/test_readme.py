"""What the README says of the tree is what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREE = re.search(r"^```\n(src/digitpad/ .*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
LEFT_OUT = {"__pycache__"}


def listed() -> dict[Path, set[str]]:
    """The names that the README lists below each folder whose contents it lists."""
    assert TREE
    found: dict[Path, set[str]] = {}
    above = [ROOT]
    for line in TREE[1].splitlines():
        indent, name = re.match(r"( *)(\S+)  +\S", line).groups()  # type: ignore[union-attr]
        depth = len(indent) // 2
        above[depth + 1 :] = [above[depth] / name]
        found.setdefault(above[depth], set()).add(name)
    return found


@pytest.mark.parametrize("folder", [folder for folder in listed() if folder != ROOT], ids=lambda folder: folder.name)
def test_the_readme_lists_all_that_is_in_a_folder(folder: Path) -> None:
    there = {f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir() if path.name not in LEFT_OUT}
    assert listed()[folder] == there


def test_what_the_readme_lists_beside_the_package_is_there() -> None:
    for name in listed()[ROOT]:
        assert (ROOT / name).is_dir(), name
