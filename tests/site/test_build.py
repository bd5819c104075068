"""What `digitpad site` writes, and what it refuses."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from digitpad import esm
from digitpad.errors import ArtifactError, DigitpadError, InputError, MissingPartError, RunError
from digitpad.lab import results
from digitpad.site import build, command, runtime, settings
from digitpad.site.command import SHIPPED
from digitpad.site.settings import Settings
from digitpad.training import runs
from digitpad.training.runs import RunFolder
from tests.site.conftest import SETTINGS, Site
from tests.test_artifact import reseal
from tests.training.networks.test_film import write_film
from tests.training.reporting.test_report import Checker

LAB = Path(__file__).parents[2] / "docs" / "lab"
FIRST_PICTURE_BYTES = 300_000
WHOLE_BYTES = 6_000_000
LATE = esm.needed("reader", "kept", "explained", "explaining")


def _umask() -> int:
    os.umask(umask := os.umask(0))
    return umask


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_input_gives_the_same_bytes(site: Site, tmp_path: Path) -> None:
    build(SHIPPED, tmp_path / "again", SETTINGS)
    assert contents(tmp_path / "again") == contents(site.folder)


def test_it_is_everybodys_to_read_and_leaves_the_folder_s_rights_alone(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "public"
    out.mkdir(mode=0o711)
    build(SHIPPED, out, Settings(), cdn=True)
    assert out.stat().st_mode & 0o777 == 0o711
    assert (out / "web").stat().st_mode & 0o777 == 0o777 & ~_umask()
    assert (out / "index.html").stat().st_mode & 0o444 == 0o444 & ~_umask()


def test_it_is_small(site: Site) -> None:
    found = contents(site.folder)
    late = {
        *(f"{name}.onnx" for name in ("digits", "pages", "layers", "contract")),
        "card.png",
        "web/correcting.css",
        "web/inside.css",
        "web/explaining.json",
        *(f"web/{name}.js" for name in LATE if name not in esm.needed("pad")),
        *(f"web/{name}" for name in runtime.INTEGRITY),
    }
    assert late <= found.keys()
    assert sum(len(data) for name, data in found.items() if name not in late) <= FIRST_PICTURE_BYTES
    assert sum(len(gzip.compress(data)) for data in found.values()) <= WHOLE_BYTES


def test_the_page_is_whole_and_says_what_the_run_and_the_settings_say(site: Site) -> None:
    page, metrics = (site.folder / "index.html").read_text(), runs.read_json(SHIPPED.metrics)
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert {each for each in checker.fetched if re.match(r"https?:|/", each)} == {"https://ada.example"}
    assert f"{100 * metrics['test']['accuracy']:.2f} % accuracy on 10,000 unseen digits" in page
    assert "Ada&#39;s &lt;digits&gt;" in page
    assert "Ada &amp; Co" in page
    assert 'content="https://ada.example/d/card.png"' in page
    with Image.open(site.folder / "card.png") as card:
        assert card.size == (1200, 630)


def test_the_runtime_is_what_is_pinned(site: Site) -> None:
    for name, integrity in runtime.INTEGRITY.items():
        assert runtime.digest((site.folder / "web" / name).read_bytes()) == integrity
    lock = json.loads((files("digitpad.site") / "package-lock.json").read_text())
    assert lock["packages"][f"node_modules/{runtime.PACKAGE}"]["version"] == runtime.version()
    assert not re.search(r"https?://(?!www\.|github\.com|opencollective)", json.dumps(lock["packages"])), "a registry"


def test_with_a_cdn_nothing_of_the_runtime_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)  # no npm
    build(SHIPPED, tmp_path / "site", Settings(), cdn=True)
    page = (tmp_path / "site" / "index.html").read_text()
    for name, integrity in runtime.INTEGRITY.items():
        assert not (tmp_path / "site" / "web" / name).exists()
        assert f"https://cdn.jsdelivr.net/npm/onnxruntime-web@{runtime.version()}/dist/{name}" in page
        assert integrity in page


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MissingPartError, match=r"npm.*not installed.*apt install npm.*--cdn"):
        build(SHIPPED, tmp_path / "site", Settings())


def test_npm_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(npm))
    with pytest.raises(DigitpadError, match="it failed: no network"):
        build(SHIPPED, tmp_path / "site", Settings())
    assert list(tmp_path.iterdir()) == [npm]


@pytest.mark.parametrize("name", ["index.html", "digits.onnx"])
def test_what_is_not_of_a_site_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(RunError, match=f"another {name}"):
        build(SHIPPED, tmp_path, Settings(), cdn=True)
    assert contents(tmp_path) == {name: b"mine"}


def test_a_site_is_built_anew_beside_what_is_not_its_own(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(site.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "CNAME").write_text("ada.example")
    monkeypatch.chdir(tmp_path)
    build(SHIPPED, Path(), Settings(title="Anew"), cdn=True)
    found = contents(tmp_path)
    assert found["CNAME"] == b"ada.example"
    assert b"<title>Anew</title>" in found["index.html"]
    assert not {f"web/{name}" for name in runtime.INTEGRITY} & found.keys()


def test_what_was_built_stays_when_building_fails(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(site.folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MissingPartError):
        build(SHIPPED, tmp_path, Settings())
    assert contents(tmp_path) == contents(site.folder)


def test_a_building_that_was_cut_short_can_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copyfile
    copied: list[Path] = []

    def break_off(source: Path, target: Path) -> None:
        if len(copied) == 3:
            raise KeyboardInterrupt
        copied.append(copy(source, target))

    with monkeypatch.context() as cut:
        cut.setattr(shutil, "copyfile", break_off)
        with pytest.raises(KeyboardInterrupt):
            build(SHIPPED, tmp_path, Settings(), cdn=True)
    assert (tmp_path / "card.png").exists()
    build(SHIPPED, tmp_path, Settings(), cdn=True)
    assert (tmp_path / "index.html").exists()


def test_figures_of_another_version_are_refused(tmp_path: Path) -> None:
    run = RunFolder(shutil.copytree(SHIPPED.path, tmp_path / "run"))
    metrics = runs.read_json(run.metrics)
    del metrics["looks"]
    runs.write_json(run.metrics, metrics)
    with pytest.raises(RunError, match=r"of this version; a value is missing: .*looks"):
        build(run, tmp_path / "site", Settings(), cdn=True)


def test_what_is_no_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"metrics\.json"):
        build(RunFolder(tmp_path), tmp_path / "site", Settings())
    assert not (tmp_path / "site").exists()


def test_a_run_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "digitpad", "site", str(tmp_path / "none"), "--out", str(tmp_path / "site")]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert re.fullmatch(r"digitpad: Expected a run folder[^\n]+\n", result.stderr)


def test_a_run_that_cannot_be_looked_inside_has_a_site_all_the_same(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = RunFolder(shutil.copytree(SHIPPED.path, tmp_path / "run")), tmp_path / "site"
    run.layers.unlink()
    run.recipe.touch()
    shutil.copytree(site.folder, out)
    command.site(run.path, out, None, lab=None, cdn=True)
    assert "Without a look inside the model: " in capsys.readouterr().out
    assert not {"layers.onnx", "contract.onnx", "web/explaining.json"} & contents(out).keys()
    assert "explaining.json" not in (out / "index.html").read_text()


def test_what_looks_inside_another_model_is_refused(tmp_path: Path) -> None:
    run = RunFolder(shutil.copytree(SHIPPED.path, tmp_path / "run"))
    reseal(run.onnx_model, {"name": "another"})
    with pytest.raises(ArtifactError, match=r"layers\.onnx to belong to .*Make it again"):
        build(run, tmp_path / "site", Settings(), cdn=True)
    assert not (tmp_path / "site").exists()


def test_settings_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('title = "T"\n[[links]]\nname = "Code"\nurl = "https://a.example"\n')
    loaded = settings.load(path)
    assert (loaded.title, loaded.description) == ("T", Settings().description)
    assert [(link.name, link.url) for link in loaded.links] == [("Code", "https://a.example")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel = 'T'", "got titel"),
        ("title = 3", "got title"),
        ("title", "cannot be read"),
        ("[[links]]\nname = 'x'", "name and url"),
        ("[[links]]\nname = 'x'\nurl = 'javascript:alert(1)'", "start with https://"),
        ("links = ['x']", "name and url"),
        ("links = 3", "got links = 3"),
        ("url = 'ada.example'", "url to start with https://"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        settings.load(path)


def test_the_lab_gets_a_page_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(SHIPPED, out, SETTINGS, lab=LAB, cdn=True)
    page = (out / "web" / "lab.html").read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert {each for each in checker.fetched if not each.startswith("#")} == {"icon.svg", "site.css", "../"}
    told = results.load(LAB)
    assert page.count("<svg") == len(told)
    assert page.count("</dt>") == sum(len(each["findings"]) for each in told)
    assert "Ada&#39;s &lt;digits&gt;" in page
    assert 'href="web/lab.html"' in (out / "index.html").read_text(encoding="utf-8")
    build(SHIPPED, out, SETTINGS, cdn=True)
    assert not (out / "web" / "lab.html").exists()
    assert "lab.html" not in (out / "index.html").read_text(encoding="utf-8")


def test_a_run_s_film_gets_a_page_of_its_own(tmp_path: Path) -> None:
    run, out = RunFolder(shutil.copytree(SHIPPED.path, tmp_path / "run")), tmp_path / "site"
    write_film(run.film, "fast")
    build(run, out, SETTINGS, cdn=True)
    page = (out / "web" / "film.html").read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert {each for each in checker.fetched if not each.startswith("data:")} == {"icon.svg", "site.css", "../"}
    assert page.count('type="radio"') == 3
    assert 'href="web/film.html"' in (out / "index.html").read_text(encoding="utf-8")
    run.film.unlink()
    build(run, out, SETTINGS, cdn=True)
    assert not (out / "web" / "film.html").exists()
    assert "film.html" not in (out / "index.html").read_text(encoding="utf-8")


def test_a_lab_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="results of experiments"):
        build(SHIPPED, tmp_path / "site", SETTINGS, lab=tmp_path / "nothing", cdn=True)
    assert not (tmp_path / "site").exists()


def test_the_command_builds_the_site_of_the_model_that_ships(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "digitpad", "site", "--out", str(tmp_path / "site"), "--cdn"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "python3 -m http.server" in result.stdout
    assert (tmp_path / "site" / "index.html").is_file()
