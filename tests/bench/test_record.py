"""Figures and their record, and the page that says what the benchmarks recorded."""

import json

import pytest

from bench import record

NAMES = sorted(path.stem for path in record.FOLDER.glob("*.json") if path.stem not in record.OWN_PAGES)


def test_the_page_is_what_the_records_say() -> None:
    assert (record.FOLDER / "README.md").read_text() == record.page()


@pytest.mark.parametrize("name", NAMES)
def test_every_record_is_shown_whole(name: str) -> None:
    known = json.loads((record.FOLDER / f"{name}.json").read_text())
    section = record.section(name, known)
    assert section in record.page()
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| ")]
    assert rows[2:] == [f"| {what}" for what in known["results"]]
    assert all(note in section for note in known["notes"])
    assert known["machine"] in section


def test_a_record_of_another_model_says_so() -> None:
    known = record.collect({record.MODEL: "0123"}, {}, "browser")
    assert f"another than today's, {record.shipped()}" in record.section("browser", known)
    known = record.collect({record.MODEL: record.shipped()}, {}, "browser")
    assert "another than today's" not in record.section("browser", known)


def test_figures() -> None:
    assert record.describe([3.0, 1.0, 2.0]) == {"n": 3, "median": 2.0, "p99": 3.0, "min": 1.0, "max": 3.0}
    assert record.describe(list(range(1000)))["p99"] == 990
    assert record.spread([1.0, 3.0]) == {"n": 2, "mean": 2.0, "sd": pytest.approx(2**0.5), "min": 1.0, "max": 3.0}
    assert record.spread([5.0])["sd"] == 0.0
    assert record.ratios([6.0, 8.0], [2.0, 4.0, 5.0])["mean"] == 2.5


def test_names_alternate_as_often_as_they_are_counted() -> None:
    turns = [("a", 0), ("b", 0), ("a", 1), ("a", 2)]
    assert list(record.alternate({"a": 3, "b": 1})) == turns
    assert not list(record.alternate({}))


def test_versions_are_those_of_installed_packages() -> None:
    found = record.versions("digitpad", "no-such-package")
    assert found["digitpad"][0].isdigit()
    assert found["no-such-package"] == "not installed"
    assert record.versions("digitpad", path=[]) == {"digitpad": "not installed"}
