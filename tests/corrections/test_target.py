"""A target is a file or a PostgreSQL database, and no message shows its password."""

from pathlib import Path

import pytest

from digitpad.corrections import target
from digitpad.errors import KeepingError


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_file_is_known_by_its_name(form: str, tmp_path: Path) -> None:
    path = tmp_path / "it's 100 %.sqlite"
    url = target.parse(form.format(path))
    assert (url.database, target.is_file(url), target.describe(url)) == (str(path), True, "it's 100 %.sqlite")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_of_a_database_nothing_is_told(scheme: str) -> None:
    url = target.parse(f"{scheme}://pad:geheim@db.internal/kept")
    assert (url.drivername, url.password, target.is_file(url)) == ("postgresql+psycopg", "geheim", False)
    assert target.describe(url) == "a PostgreSQL database"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("no/such/folder/kept.sqlite", "Create it first."),
        ("/", "got '/'"),
        ("/dev", "is a folder. Name a file in it."),
        ("", "got '.'"),
        (":memory:", "got ':memory:'"),
        ("a\0b", "Expected the path of a file"),
        ("sqlite://", "got a URL of 'sqlite'"),
        ("sqlite:///x?mode=memory", "got a URL of 'sqlite'"),
        ("mysql://pad:geheim@localhost/x", "got a URL of 'mysql'"),
        ("postgresql://pad:geheim@localhost:port/x", "the URL is none"),
    ],
)
def test_what_is_no_target_is_refused(given: str, words: str) -> None:
    with pytest.raises(KeepingError) as caught:
        target.parse(given)
    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)
