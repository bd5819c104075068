"""ONNX Runtime Web, which runs the model in the browser: its WebAssembly build for the CPU, from npm or a CDN."""

import base64
import hashlib
import json
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

from digitpad.artifact import Artifact
from digitpad.errors import DigitpadError, MissingPartError

PACKAGE = "onnxruntime-web"
INTEGRITY = {
    "ort.wasm.bundle.min.mjs": "sha384-PLWz+nHEVHpjwBsO0YVdvQj6n5814Iv8E3b8FG0Rp/uIAtjFMCKOpP66iPzedrIG",
    "ort-wasm-simd-threaded.wasm": "sha384-vjBJ1z7qrhkTyYsNqKeF6c7N+nOJSU94czEo+tvZcu8G75JparGq9kB+kTnEUNVM",
}
"""The files that the page needs, and the digests that browsers check (subresource integrity)."""

CDN = "https://cdn.jsdelivr.net"


def version() -> str:
    """The version pinned in `package.json`."""
    package = json.loads((files("digitpad.site") / "package.json").read_text("utf-8"))
    return str(package["dependencies"][PACKAGE])


def cdn_url(name: str) -> str:
    """The URL of one of the files on the CDN."""
    return f"{CDN}/npm/{PACKAGE}@{version()}/dist/{name}"


def copy(folder: Path) -> None:
    """Copy the files to a folder, from the npm registry or npm's cache.

    Raises:
        MissingPartError: npm is not installed.
        DigitpadError: npm failed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise MissingPartError(
            "Expected npm, to get ONNX Runtime Web for the page; it is not installed. Install Node.js with npm "
            "(on Debian: apt install npm), or build with --cdn."
        )
    with tempfile.TemporaryDirectory() as draft:
        for name in ("package.json", "package-lock.json"):
            (Path(draft) / name).write_bytes((files("digitpad.site") / name).read_bytes())
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(command, cwd=draft, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DigitpadError(
                f"Expected npm to install {PACKAGE} {version()}; it failed: {done.stderr.strip()[-500:]}"
            )
        for name in INTEGRITY:
            shutil.copyfile(Path(draft) / "node_modules" / PACKAGE / "dist" / name, folder / name)


def digest(data: bytes) -> str:
    """The SHA-384 of data in the format of subresource integrity."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def locate(name: str, model: Artifact) -> dict[str, str]:
    """The URL of a model beside the page, relative to `web/`, and its digest.

    The URL contains its version, so that a new page never gets an old model from a cache.
    """
    return {"url": f"../{name}?{model.model_id}", "integrity": digest(model.path.read_bytes())}
