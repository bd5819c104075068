"""Builds the site of a run: the page, the pad, the model, and the runtime that runs the model in the browser."""

import shutil
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import UndefinedError

from digitpad import Recognizer, artifact, esm
from digitpad.artifact import Artifact
from digitpad.errors import RunError
from digitpad.lab import results
from digitpad.site import card, explaining, film, runtime
from digitpad.site.settings import Settings
from digitpad.training import runs
from digitpad.training.reporting import story
from digitpad.training.runs import RunFolder

MODELS = ("digits.onnx", "pages.onnx")
LAB = "web/lab.html"  # a folder in which all is ours
_SIGN = Path("web") / "reader.js"  # marks a folder as a site, even if it is incomplete
_LOOKS = ("correcting.css", "icon.svg", "inside.css", "pad.css", "site.css")
_MODULES = ("site", "reader", "kept", "explained", "explaining")


def build(run: RunFolder, out: Path, settings: Settings, *, lab: Path | None = None, cdn: bool = False) -> int:
    """Write a site that any static host can serve under any path. The same run and settings give the same bytes.

    Args:
        run: a finished run.
        out: the folder for the site; a site built there before is replaced, and other files are kept.
        settings: the texts and links of the page.
        lab: a folder with the results of experiments, which get a page of their own.
        cdn: whether the page loads the runtime from a CDN; if so, the runtime is not copied.

    Returns:
        The size of the site in bytes.

    Raises:
        RunError: the run has no metrics or those of another version, the lab has no results, or the folder has files
            of the same names that do not belong to a site.
        ArtifactError: the run's model is damaged, or what explains it is, or belongs to another.
        MissingPartError: npm is needed but not installed.
        DigitpadError: npm failed.
    """
    metrics = runs.read_json(run.metrics)
    models = [artifact.load(run.onnx_model), artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES)]
    model, inside = Recognizer(models[0]), explaining.load(run, models[0])
    _require_place(out)
    reader = _reader(models, cdn=cdn) | ({"explaining": explaining.address(inside)} if inside else {})
    learning = film.render(run, metrics, settings)
    pages = {"lab": LAB if lab else None, "film_page": film.PAGE if learning else None}
    page, picture = _render(metrics, model, settings, reader, pages)
    texts = {"index.html": page, ".nojekyll": ""}  # GitHub Pages serves the files as they are
    texts |= {LAB: _render_lab(lab, settings)} if lab else {}
    texts |= {film.PAGE: learning} if learning else {}
    texts |= {explaining.SETTINGS: explaining.settings(inside)} if inside else {}
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)  # so that an existing site is unchanged if this fails
        web = draft / "web"
        web.mkdir()
        for name in (*_LOOKS, *(f"{module}.js" for module in esm.needed(*_MODULES))):
            (web / name).write_bytes((files("digitpad") / "web" / name).read_bytes())
        if not cdn:
            runtime.copy(web)
        for each in [*models, *inside]:
            (draft / f"{each.kind.name}.onnx").write_bytes(each.path.read_bytes())
        (draft / "card.png").write_bytes(picture)
        for name, text in texts.items():
            (draft / name).write_text(text, encoding="utf-8")
        return _copy(draft, out)


def _require_place(out: Path) -> None:
    """Refuse a folder with files of the same names that do not belong to a site."""
    names = ("index.html", *MODELS, *explaining.MODELS, "card.png", "web")
    taken = [name for name in names if (out / name).exists()]
    if taken and not (out / _SIGN).exists():
        raise RunError(
            f"Expected {out} to be new or a digitpad site; it contains another {taken[0]}. Choose another folder."
        )


def _copy(draft: Path, out: Path) -> int:
    """Copy all files but not the permissions of the temporary folder, which is private. Returns the number of bytes."""
    further = (LAB, film.PAGE, *explaining.MODELS, explaining.SETTINGS)
    for name in (*(f"web/{file}" for file in runtime.INTEGRITY), *further):
        (out / name).unlink(missing_ok=True)  # not every site has these, and the one before may have
    there = [path for path in draft.rglob("*") if path.is_file()]
    paths = sorted(there, key=lambda path: (path != draft / _SIGN, path))
    for file in paths:
        target = out / file.relative_to(draft)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return sum(file.stat().st_size for file in paths)


def _render(
    metrics: dict[str, Any],
    model: Recognizer,
    settings: Settings,
    reader: dict[str, Any],
    pages: dict[str, str | None],
) -> tuple[str, bytes]:
    """The page and its social card."""
    try:
        template = story.environment("digitpad.site").get_template("page.html.j2")
        more = {"site": settings, "model": model, "runtime_version": runtime.version(), "reader": reader}
        more |= {"modules": esm.needed("pad"), **pages}
        return template.render({**story.context(metrics), **more}), card.draw(settings, metrics, model)
    except (KeyError, UndefinedError) as error:
        raise RunError(
            f"Expected the metrics of a run of this version; a value is missing: {error}. Train again, or use the "
            "version that trained the run."
        ) from None


def _render_lab(folder: Path, settings: Settings) -> str:
    """The page about the lab."""
    template = story.environment("digitpad.site").get_template("lab.html.j2")
    return template.render(results.context(folder), site=settings)


def _reader(models: Sequence[Artifact], *, cdn: bool) -> dict[str, Any]:
    """What `reader.js` loads, with URLs relative to `web/`, and what the cards say of thresholds and weights."""
    script, wasm = (
        {"url": runtime.cdn_url(name) if cdn else f"{name}?{runtime.version()}", "integrity": integrity}
        for name, integrity in runtime.INTEGRITY.items()
    )
    files: dict[str, Any] = {"script": script, "wasm": wasm}
    settings: dict[str, Any] = {}
    for name, model in zip(MODELS, models, strict=True):
        files[model.kind.name] = runtime.locate(name, model)
        settings[model.kind.name] = {key: model.card[key] for key in ("thresholds", "weights") if key in model.card}
    return {"files": files, **settings}
