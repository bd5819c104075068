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
from digitpad.site import card, runtime
from digitpad.site.settings import Settings
from digitpad.training import runs
from digitpad.training.reporting import story
from digitpad.training.runs import RunFolder

MODELS = ("digits.onnx", "pages.onnx")
LAB = "web/lab.html"  # a folder in which all is ours
_SIGN = Path("web") / "reader.js"  # marks a folder as a site, even if it is incomplete
_LOOKS = ("correcting.css", "icon.svg", "pad.css", "site.css")


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
        ArtifactError: the run's model is damaged.
        MissingPartError: npm is needed but not installed.
        DigitpadError: npm failed.
    """
    metrics = runs.read_json(run.metrics)
    models = [artifact.load(run.onnx_model), artifact.load(artifact.shipped(artifact.PAGES), artifact.PAGES)]
    model = Recognizer(models[0])
    taken = [name for name in ("index.html", *MODELS, "card.png", "web") if (out / name).exists()]
    if taken and not (out / _SIGN).exists():
        raise RunError(
            f"Expected {out} to be new or a digitpad site; it contains another {taken[0]}. Choose another folder."
        )
    page, picture = _render(metrics, model, settings, _reader(models, cdn=cdn), has_lab=lab is not None)
    experiments = _render_lab(lab, settings) if lab else None
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)  # so that an existing site is unchanged if this fails
        web = draft / "web"
        web.mkdir()
        for name in (*_LOOKS, *(f"{module}.js" for module in esm.needed("site", "reader", "kept"))):
            (web / name).write_bytes((files("digitpad") / "web" / name).read_bytes())
        if not cdn:
            runtime.copy(web)
        for name, each in zip(MODELS, models, strict=True):
            (draft / name).write_bytes(each.path.read_bytes())
        (draft / "card.png").write_bytes(picture)
        (draft / "index.html").write_text(page, encoding="utf-8")
        if experiments:
            (draft / LAB).write_text(experiments, encoding="utf-8")
        (draft / ".nojekyll").touch()  # GitHub Pages serves the files as they are
        for name in runtime.INTEGRITY:
            (out / "web" / name).unlink(missing_ok=True)
        (out / LAB).unlink(missing_ok=True)
        return _copy(draft, out)


def _copy(draft: Path, out: Path) -> int:
    """Copy all files but not the permissions of the temporary folder, which is private. Returns the number of bytes."""
    there = [path for path in draft.rglob("*") if path.is_file()]
    paths = sorted(there, key=lambda path: (path != draft / _SIGN, path))
    for file in paths:
        target = out / file.relative_to(draft)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return sum(file.stat().st_size for file in paths)


def _render(
    metrics: dict[str, Any], model: Recognizer, settings: Settings, reader: dict[str, Any], *, has_lab: bool
) -> tuple[str, bytes]:
    """The page and its social card."""
    try:
        template = story.environment("digitpad.site").get_template("page.html.j2")
        more = {"site": settings, "model": model, "runtime_version": runtime.version(), "reader": reader}
        more |= {"modules": esm.needed("pad"), "lab": LAB if has_lab else None}
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
    """The files that `reader.js` loads, with URLs relative to `web/`, and what the cards say of thresholds and weights.

    URLs contain versions, so that a new page never gets an old runtime or model from a cache.
    """
    script, wasm = (
        {"url": runtime.cdn_url(name) if cdn else f"{name}?{runtime.version()}", "integrity": integrity}
        for name, integrity in runtime.INTEGRITY.items()
    )
    files: dict[str, Any] = {"script": script, "wasm": wasm}
    settings: dict[str, Any] = {}
    for name, model in zip(MODELS, models, strict=True):
        integrity = runtime.digest(model.path.read_bytes())
        files[model.kind.name] = {"url": f"../{name}?{model.model_id}", "integrity": integrity}
        settings[model.kind.name] = {key: model.card[key] for key in ("thresholds", "weights") if key in model.card}
    return {"files": files, **settings}
