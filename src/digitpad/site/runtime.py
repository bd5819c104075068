"""ONNX Runtime Web, which reads in the browser: its WebAssembly build for processors, from npm or from a CDN."""

import base64
import hashlib
import json
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

from digitpad.errors import DigitpadError, MissingPartError

PACKAGE = "onnxruntime-web"
INTEGRITY = {
    "ort.wasm.bundle.min.mjs": "sha384-PLWz+nHEVHpjwBsO0YVdvQj6n5814Iv8E3b8FG0Rp/uIAtjFMCKOpP66iPzedrIG",
    "ort-wasm-simd-threaded.wasm": "sha384-vjBJ1z7qrhkTyYsNqKeF6c7N+nOJSU94czEo+tvZcu8G75JparGq9kB+kTnEUNVM",
}
"""The files that reading needs, and their digests as browsers check them."""

CDN = "https://cdn.jsdelivr.net"


def version() -> str:
    """The version that `package.json` pins."""
    package = json.loads((files("digitpad.site") / "package.json").read_text("utf-8"))
    return str(package["dependencies"][PACKAGE])


def cdn_url(name: str) -> str:
    """Where the CDN has one of the files."""
    return f"{CDN}/npm/{PACKAGE}@{version()}/dist/{name}"


def copy(folder: Path) -> None:
    """Put the files into a folder, from the npm registry or npm's own cache.

    Raises:
        MissingPartError: npm is not installed.
        DigitpadError: npm failed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise MissingPartError(
            "Expected npm, which brings ONNX Runtime Web for the page; it is not installed. Install Node.js with npm "
            "(on Debian: apt install npm), or build with --cdn."
        )
    with tempfile.TemporaryDirectory() as draft:
        for name in ("package.json", "package-lock.json"):
            (Path(draft) / name).write_bytes((files("digitpad.site") / name).read_bytes())
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(command, cwd=draft, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DigitpadError(f"Expected npm to bring {PACKAGE} {version()}; it said: {done.stderr.strip()[-500:]}")
        for name in INTEGRITY:
            shutil.copyfile(Path(draft) / "node_modules" / PACKAGE / "dist" / name, folder / name)


def digest(data: bytes) -> str:
    """SHA-384 as a browser wants it to check what it fetched."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()
