"""Build the site of a run: a page, the pad, the model, and the runtime that reads with it in the browser."""

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import UndefinedError

from digitpad import Recognizer, esm
from digitpad.errors import RunError
from digitpad.site import card, runtime
from digitpad.site.settings import Settings
from digitpad.training import runs
from digitpad.training.reporting import story
from digitpad.training.runs import RunFolder

MODEL = "digits.onnx"
_SIGN = Path("web") / "reader.js"  # a folder that has it is a site, or the beginning of one
_LOOKS = ("icon.svg", "pad.css", "site.css")


def build(run: RunFolder, out: Path, settings: Settings, *, cdn: bool = False) -> int:
    """Write a folder that any static host serves, under any path. The same run and settings give the same bytes.

    Args:
        run: a finished run.
        out: a folder; a site that was built there before is replaced, and whatever else is there stays.
        settings: what the page says beside the figures.
        cdn: the page fetches the runtime from a CDN, and nothing of it is copied.

    Returns:
        How many bytes the site has.

    Raises:
        RunError: the run has no figures, or not those of this version; or the folder holds files of the same names
            that are not of a site.
        ArtifactError: the run's model is damaged.
        MissingPartError: npm is needed, and not installed.
        DigitpadError: npm failed.
    """
    metrics, model = runs.read_json(run.metrics), Recognizer.load(run.onnx_model)
    weights = run.onnx_model.read_bytes()
    taken = [name for name in ("index.html", MODEL, "card.png", "web") if (out / name).exists()]
    if taken and not (out / _SIGN).exists():
        raise RunError(
            f"Expected {out} to be new or a site of digitpad; it holds another {taken[0]}. Give another folder."
        )
    page, picture = _render(metrics, model, settings, _reader(model, weights, cdn=cdn))
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)  # what was there before stays as it is if this fails
        web = draft / "web"
        web.mkdir()
        for name in (*_LOOKS, *(f"{module}.js" for module in esm.needed("site", "reader"))):
            (web / name).write_bytes((files("digitpad") / "web" / name).read_bytes())
        if not cdn:
            runtime.copy(web)
        (draft / MODEL).write_bytes(weights)
        (draft / "card.png").write_bytes(picture)
        (draft / "index.html").write_text(page, encoding="utf-8")
        (draft / ".nojekyll").touch()  # GitHub Pages serves the files as they are
        for name in runtime.INTEGRITY:
            (out / "web" / name).unlink(missing_ok=True)
        return _copy(draft, out)


def _copy(draft: Path, out: Path) -> int:
    """Copy all files, but no rights: a temporary folder is nobody else's, and a site is everybody's. Returns bytes."""
    there = [path for path in draft.rglob("*") if path.is_file()]
    paths = sorted(there, key=lambda path: (path != draft / _SIGN, path))
    for file in paths:
        target = out / file.relative_to(draft)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return sum(file.stat().st_size for file in paths)


def _render(
    metrics: dict[str, Any], model: Recognizer, settings: Settings, reader: dict[str, Any]
) -> tuple[str, bytes]:
    """The page, and the picture for links to it."""
    try:
        template = story.environment("digitpad.site").get_template("page.html.j2")
        more = {"site": settings, "model": model, "runtime_version": runtime.version(), "reader": reader}
        more["modules"] = esm.needed("pad")
        return template.render({**story.context(metrics), **more}), card.draw(settings, metrics, model)
    except (KeyError, UndefinedError) as error:
        raise RunError(
            f"Expected the figures of a run of this version; there is no {error}. Train it again, or use the version "
            "that trained it."
        ) from None


def _reader(model: Recognizer, weights: bytes, *, cdn: bool) -> dict[str, Any]:
    """What `reader.js` loads, addresses as seen from `web/`, and where verdicts change.

    Addresses name versions, so that no cache gives an old runtime or model to a new page.
    """
    script, wasm = (
        {"url": runtime.cdn_url(name) if cdn else f"{name}?{runtime.version()}", "integrity": integrity}
        for name, integrity in runtime.INTEGRITY.items()
    )
    file = {"url": f"../{MODEL}?{model.model_id}", "integrity": runtime.digest(weights)}
    return {"files": {"script": script, "wasm": wasm, "model": file}, "thresholds": model.card["thresholds"]}
