"""What `digitpad site` does around the build: defaults, and what to do next."""

import shlex
from pathlib import Path

from digitpad import artifact
from digitpad.site import settings
from digitpad.site.build import build
from digitpad.training.runs import RunFolder

SHIPPED = RunFolder(artifact.shipped().parent)
"""The model that ships has what a site needs of its run beside it."""


def site(run: Path | None, out: Path, config: Path | None, *, cdn: bool) -> None:
    """Build the site of a run, by default of the model that ships, and say how to look at it."""
    chosen = settings.load(config) if config else settings.Settings()
    num_bytes = build(RunFolder.open(run) if run else SHIPPED, out, chosen, cdn=cdn)
    print(f"{out}: {num_bytes / 1e6:.1f} MB, for any static host. To look at it here:")
    command = ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(out), "8001"]
    print(f"{shlex.join(command)}    # http://127.0.0.1:8001")
