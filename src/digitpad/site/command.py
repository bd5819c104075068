"""The `digitpad site` command: its defaults, and what to do next."""

import shlex
from pathlib import Path

from digitpad import artifact
from digitpad.explanation.explainer import how_to_make
from digitpad.site import settings
from digitpad.site.build import build
from digitpad.training.runs import RunFolder

SHIPPED = RunFolder(artifact.shipped().parent)
"""The model that ships with digitpad, which has all files of its run that a site needs."""


def site(run: Path | None, out: Path, config: Path | None, *, lab: Path | None, cdn: bool) -> None:
    """Build the site of a run, by default that of the model that ships with digitpad, and print how to view it."""
    chosen = settings.load(config) if config else settings.Settings()
    folder = RunFolder.open(run) if run else SHIPPED
    num_bytes = build(folder, out, chosen, lab=lab, cdn=cdn)
    if not folder.layers.is_file():
        print(
            f"Without a look inside the model: {folder.path} has no {folder.layers.name}. Make it with: "
            f"{how_to_make(folder.onnx_model)}"
        )
    print(f"{out}: {num_bytes / 1e6:.1f} MB, ready for any static host. To view it on this machine:")
    command = ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(out), "8001"]
    print(f"{shlex.join(command)}    # http://127.0.0.1:8001")
