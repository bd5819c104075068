"""Build the site of a run: a page, the pad, the model, and the runtime that reads with it in the browser."""

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from digitpad import Recognizer
from digitpad.errors import RunError
from digitpad.site import card, runtime
from digitpad.site.settings import Settings
from digitpad.training import runs, story
from digitpad.training.runs import RunFolder

_WEB = ("icon.svg", "pad.css", "pad.js", "reader.js", "site.css", "site.js", "verdict.js")


def build(run: RunFolder, out: Path, settings: Settings, *, cdn: bool = False) -> None:
    """Write a folder that any static host serves, under any path. The same run and settings give the same bytes.

    Args:
        run: a finished run.
        out: a new or empty folder, or one that was built before, which is built anew.
        settings: what the page says beside the figures.
        cdn: the page fetches the runtime from a CDN, and nothing of it is copied.

    Raises:
        RunError: the run has no figures, or the folder holds something else.
        ArtifactError: the run's model is damaged.
        MissingPartError: npm is needed, and not installed.
        DigitpadError: npm failed.
    """
    metrics, recognizer = runs.read_json(run.metrics), Recognizer.load(run.onnx_model)
    _require_ours(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=out.parent) as folder:
        draft = Path(folder) / "site"  # so that what was there stays if this fails
        (draft / "web").mkdir(parents=True)
        for name in _WEB:
            (draft / "web" / name).write_bytes((files("digitpad") / "web" / name).read_bytes())
        shutil.copyfile(run.onnx_model, draft / run.onnx_model.name)
        if not cdn:
            runtime.copy(draft / "web")
        (draft / "card.png").write_bytes(card.draw(settings, metrics, recognizer))
        (draft / ".nojekyll").touch()  # GitHub Pages serves the files as they are
        (draft / "index.html").write_text(_page(run, settings, recognizer, cdn=cdn), encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        draft.rename(out)


def _require_ours(out: Path) -> None:
    """RunError unless a folder is new, empty, or a site that was built before."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / "index.html").is_file() or not (out / "web" / "reader.js").is_file():
        raise RunError(f"Expected {out} to be new, empty or a site of digitpad; it holds something else. Give another.")


def _page(run: RunFolder, settings: Settings, recognizer: Recognizer, *, cdn: bool) -> str:
    context = {
        **story.context(runs.read_json(run.metrics)),
        "site": settings,
        "model": recognizer,
        "cdn": runtime.CDN if cdn else "",
        "runtime_version": runtime.version(),
        "reader": _for_the_reader(run, recognizer, cdn=cdn),
    }
    return story.environment("digitpad.site").get_template("page.html.j2").render(context)


def _for_the_reader(run: RunFolder, recognizer: Recognizer, *, cdn: bool) -> dict[str, Any]:
    """What `reader.js` loads, addresses as seen from `web/`, and where verdicts change."""
    script, wasm = (
        {"url": runtime.cdn_url(name) if cdn else name, "integrity": integrity}
        for name, integrity in runtime.INTEGRITY.items()
    )
    model = {"url": f"../{run.onnx_model.name}", "integrity": runtime.digest(run.onnx_model.read_bytes())}
    return {
        "files": {"script": script, "wasm": wasm, "model": model},
        "thresholds": recognizer.card["thresholds"],
    }
