"""The model file: an ONNX graph with the contract inside, a card that describes it, and probes that check it.

The file is an ordinary ONNX model, so any runtime opens it. Card, probes and digest are entries of `metadata_props`,
appended behind the graph (protobuf joins repeated fields of concatenated messages), the digest last:

    graph | digitpad.card = JSON | digitpad.probes = JSON | digitpad.sha256 = hex digest of every byte before this entry

So a reader proves that the file is whole before a runtime parses a byte of it, and needs no ONNX library to do so. The
digest guards against damage, not against forgery: load model files from sources that you trust.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from digitpad.errors import ArtifactError

FORMAT_VERSION = 3
CONTRACT_VERSION = 3
"""The version of the input contract (`training.contract`) that this package trains and reads."""

MAX_BYTES = 64_000_000
PROBE_TOLERANCE = 1e-4
"""Probabilities may differ by this much from the machine that made the probes; a wrong graph is off by far more."""

INPUT = "pixels"
OUTPUTS = ("probabilities", "not_digit", "seen", "ink", "box", "centre", "scale", "stroke", "distance")

_DIGEST_KEY = "digitpad.sha256"
_DIGEST_ENTRY_BYTES = 85

T = TypeVar("T")


@dataclass(frozen=True)
class Probe:
    """A drawing and the answer that a sound model gives to it.

    Attributes:
        pixels: uint8 (height, width, 4), RGBA.
        probabilities: float32 (10,), calibrated probabilities of the digits 0 to 9.
    """

    pixels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class Artifact:
    """A model file that was read and found sound.

    Attributes:
        session: runs the graph; `INPUT` in, `OUTPUTS` out.
        card: the JSON object that describes the model.
        probes: drawings with the answers that the model gave where it was made.
        path: the file.
        model_id: the first 12 hex digits of the file's digest.
        num_bytes: the size of the file.
    """

    session: onnxruntime.InferenceSession
    card: dict[str, Any]
    probes: list[Probe]
    path: Path
    model_id: str
    num_bytes: int

    def run(self, pixels: NDArray[np.uint8], names: Sequence[str] = OUTPUTS) -> dict[str, NDArray[np.float32]]:
        """The answers, by their names in `OUTPUTS`, to uint8 (batch, height, width, 4), RGBA drawings of one size."""
        return dict(zip(names, self.session.run(list(names), {INPUT: pixels}), strict=True))

    def check(self) -> None:
        """Compare the answers to the probes with those that they carry.

        Raises:
            ArtifactError: an answer is off by more than `PROBE_TOLERANCE`.
        """
        for index, probe in enumerate(self.probes):
            probabilities = self.run(probe.pixels[None], ["probabilities"])["probabilities"][0]
            error = float(np.abs(probabilities - probe.probabilities).max())
            if not error <= PROBE_TOLERANCE:
                raise ArtifactError(
                    f"Expected {self.path} to answer its probe {index} within {PROBE_TOLERANCE:g}; it is off by "
                    f"{error:.2g}. The model does not compute here what it computed where it was made."
                )


def shipped() -> Path:
    """Path of the model that comes with the package."""
    return Path(str(files("digitpad"))) / "models" / "digits.onnx"


def seal(graph: bytes, card: dict[str, Any], probes: list[Probe]) -> bytes:
    """Turn an exported graph into a model file.

    Args:
        graph: a serialised ONNX model with the input `INPUT` and the outputs `OUTPUTS`.
        card: describes the model; must be JSON.
        probes: drawings with the answers that `load` demands.

    Returns:
        The bytes of the file.
    """
    versions = {"format_version": FORMAT_VERSION, "contract_version": CONTRACT_VERSION}
    body = graph
    body += _entry("digitpad.card", json.dumps({**versions, **card}, allow_nan=False))
    body += _entry("digitpad.probes", json.dumps([_probe_to_json(probe) for probe in probes]))
    return body + _entry(_DIGEST_KEY, hashlib.sha256(body).hexdigest())


def load(path: str | Path, *, num_threads: int = 1) -> Artifact:
    """Read a model file, prove that it is whole, and check its answers to its own probes.

    Args:
        path: the model file.
        num_threads: threads that one prediction may use; one is fastest for single drawings.

    Returns:
        The sound model.

    Raises:
        ArtifactError: missing, truncated, edited, not ONNX, of another version, or wrong about a probe.
    """
    data = _read(Path(path))
    digest = _check_digest(data, path)
    session = _open(data, path, num_threads)
    card = _parse(session, "digitpad.card", dict, path)
    _check_versions(card, path)  # before the probes, which may look otherwise in another version
    _check_graph(session, path)
    probes = _parse(session, "digitpad.probes", lambda entries: list(map(_probe_from_json, entries)), path)
    if not probes:
        raise ArtifactError(f"Expected probes in {path}, to check its answers by; it has none.")
    model = Artifact(session, card, probes, Path(path), model_id=digest[:12], num_bytes=len(data))
    model.check()
    return model


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ArtifactError(f"Expected a model file; there is no {path}. `digitpad train` makes one.") from None
    except IsADirectoryError:
        raise ArtifactError(f"Expected a model file; {path} is a folder. A run's is its digits.onnx.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise ArtifactError(f"Expected a model file that can be read; {str(path)!r} cannot: {error}.") from None
    if len(data) > MAX_BYTES:
        raise ArtifactError(f"Expected a model file of at most {MAX_BYTES:,} bytes; {path} is larger.")
    return data


def _check_digest(data: bytes, path: str | Path) -> str:
    body, entry = data[:-_DIGEST_ENTRY_BYTES], data[-_DIGEST_ENTRY_BYTES:]
    digest = hashlib.sha256(body).hexdigest()
    if _DIGEST_KEY.encode() not in entry:
        raise ArtifactError(
            f"Expected a model file of digitpad, such as a run's digits.onnx; {path} does not end in its digest: it is "
            "cut short, or something else."
        )
    if entry != _entry(_DIGEST_KEY, digest):
        raise ArtifactError(
            f"Expected {path} to match the digest that it carries; it does not: the file was damaged or edited. "
            "Copy it again, or train it again."
        )
    return digest


def _open(data: bytes, path: str | Path, num_threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base class
        raise ArtifactError(f"Expected an ONNX model in {path}; ONNX Runtime refuses it: {error}") from None


def _parse(session: onnxruntime.InferenceSession, key: str, parse: Callable[[Any], T], path: str | Path) -> T:
    """What a metadata entry says in JSON."""
    try:
        return parse(json.loads(session.get_modelmeta().custom_metadata_map[key]))
    except Exception as error:  # whatever a hostile card or probe brings about
        raise ArtifactError(f"Expected {key} in {path}, in JSON; it cannot be read: {error!r}.") from None


def _check_versions(card: dict[str, Any], path: str | Path) -> None:
    for name, known in (("format_version", FORMAT_VERSION), ("contract_version", CONTRACT_VERSION)):
        if card.get(name) != known:
            raise ArtifactError(
                f"Expected {name} {known} in {path}; got {card.get(name)}. "
                "Use the version of digitpad that made the file, or train again with this one."
            )


def _check_graph(session: onnxruntime.InferenceSession, path: str | Path) -> None:
    inputs, outputs = [i.name for i in session.get_inputs()], {o.name for o in session.get_outputs()}
    if inputs != [INPUT] or not outputs.issuperset(OUTPUTS):
        raise ArtifactError(f"Expected {INPUT} in and {OUTPUTS} out in {path}; got {inputs} and {sorted(outputs)}.")


def _entry(key: str, value: str) -> bytes:
    """One `metadata_props` entry (field 14 of ModelProto: key is field 1, value field 2) as protobuf bytes."""
    pair = b"\x0a" + _sized(key.encode()) + b"\x12" + _sized(value.encode())
    return b"\x72" + _sized(pair)


def _sized(data: bytes) -> bytes:
    """The bytes behind their length as a protobuf varint."""
    length, prefix = len(data), bytearray()
    while length > 127:
        prefix.append(length & 127 | 128)
        length >>= 7
    return bytes(prefix) + bytes([length]) + data


def _probe_to_json(probe: Probe) -> dict[str, Any]:
    packed = base64.b64encode(zlib.compress(probe.pixels.tobytes(), 9)).decode()
    probabilities = [float(p) for p in probe.probabilities]
    return {"shape": probe.pixels.shape, "rgba": packed, "probabilities": probabilities}


def _probe_from_json(entry: dict[str, Any]) -> Probe:
    raw = zlib.decompress(base64.b64decode(entry["rgba"]))
    height, width, _ = entry["shape"]
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 4)
    return Probe(pixels, np.asarray(entry["probabilities"], np.float32).reshape(10))
