"""The page of the benchmarks says what they recorded."""

import json

import pytest
import readme


def test_the_page_is_what_the_records_say() -> None:
    assert (readme.FOLDER / "README.md").read_text() == readme.page()


@pytest.mark.parametrize("name", readme.BENCHES)
def test_every_record_is_shown_whole(name: str) -> None:
    record = json.loads((readme.FOLDER / f"{name}.json").read_text())
    section = readme.section(name)
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| ")]
    assert rows[2:] == [f"| {what}" for what in record["results"]]
    assert all(note in section for note in record["notes"])
    assert record["machine"] in section
