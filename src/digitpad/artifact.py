"""The model file: an ONNX graph that includes the contract, a model card, and probes to check its answers.

The file is an ordinary ONNX model, so any runtime can open it. Card, probes and digest are entries of `metadata_props`
appended to the graph (protobuf joins repeated fields of concatenated messages), with the digest last:

    graph | digitpad.card = JSON | digitpad.probes = JSON | digitpad.sha256 = hex digest of every byte before this entry

A reader can therefore check that the file is complete before a runtime parses it, without an ONNX library. The digest
protects against damage, not against forgery: only load model files from sources that you trust.
"""

import base64
import contextlib
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
"""The version of the input contract (`training.preprocessing.contract`) that this package trains and reads."""

MAX_BYTES = 64_000_000
PROBE_TOLERANCE = 1e-4
"""Maximum difference from the machine that made the probes, relative for values above 1; a wrong graph differs more."""


@dataclass(frozen=True)
class Kind:
    """What a model file is for.

    Attributes:
        name: in one word.
        input: the name of the graph's input.
        outputs: the names of its outputs.
        answer: the output that probes check, up to the rows that they record.
        is_large: whether pictures are large; memory is then not planned for each size of picture, which is a tenth
            faster, but takes half as much again.
        in_batches: whether the outputs have a batch axis.
        has_switches: whether the graph has a second input, `off`, int32 (num_off,): what to leave out.
    """

    name: str
    input: str
    outputs: tuple[str, ...]
    answer: str
    is_large: bool = False
    in_batches: bool = False
    has_switches: bool = False

    @property
    def inputs(self) -> list[str]:
        """The names of all inputs."""
        return [self.input, OFF] if self.has_switches else [self.input]


OFF = "off"
DIGITS = Kind(
    "digits",
    "pixels",
    ("probabilities", "not_digit", "seen", "ink", "box", "centre", "scale", "stroke", "distance"),
    "probabilities",
    in_batches=True,
)
PAGES = Kind("pages", "picture", ("ink", "owner", "glyphs"), "glyphs", is_large=True)
LAYERS = Kind(
    "layers", "seen", ("logits", "probabilities", "not_digit", "bias", "evidence"), "logits", has_switches=True
)
"""What happens inside a digit model; the outputs are also those of its layers, which are on the card."""
CONTRACT = Kind("contract", "pixels", ("seen",), "seen", in_batches=True, has_switches=True)
"""The contract of this version, whose steps can be switched off."""
KINDS = (DIGITS, PAGES, LAYERS, CONTRACT)
INPUT, OUTPUTS = DIGITS.input, DIGITS.outputs
SMALL_OUTPUTS = tuple(name for name in OUTPUTS if name != "distance")
"""Without the one that is as large as the drawing."""

_DIGEST_KEY = "digitpad.sha256"
_DIGEST_ENTRY_BYTES = 85
_COLOURS = {1: "grey", 3: "rgb", 4: "rgba"}

T = TypeVar("T")


@dataclass(frozen=True)
class Probe:
    """A picture with the answer that an intact model gives.

    Attributes:
        pixels: uint8 (height, width, channels): RGBA for digits and the contract, RGB for pages, grey for layers.
        answer: float32, the output `Kind.answer`: for digits their calibrated probabilities, (10,); for pages the first
            rows of the glyphs found; for layers the logits, (11,); for the contract the picture, (28, 28, 1).
    """

    pixels: NDArray[np.uint8]
    answer: NDArray[np.float32]


@dataclass(frozen=True)
class Artifact:
    """A loaded model file.

    Attributes:
        kind: what it is for.
        session: runs the graph.
        card: the model card, a JSON object.
        probes: drawings with the answers that the model gave on the machine that made it.
        path: the file.
        model_id: the first 12 hex digits of the file's digest.
        num_bytes: the size of the file.
    """

    kind: Kind
    session: onnxruntime.InferenceSession
    card: dict[str, Any]
    probes: list[Probe]
    path: Path
    model_id: str
    num_bytes: int

    def run(
        self, pixels: NDArray[np.uint8], names: Sequence[str] | None = None, *, off: Sequence[int] = ()
    ) -> dict[str, NDArray[Any]]:
        """Run the graph on pictures of one size.

        Args:
            pixels: uint8 (batch, height, width, channels).
            names: of the outputs that are wanted; None for those of the kind.
            off: what to leave out, if the graph has switches.

        Returns:
            The outputs by name.
        """
        names = self.kind.outputs if names is None else names
        given: dict[str, NDArray[Any]] = {self.kind.input: pixels}
        if self.kind.has_switches:
            given[OFF] = np.array(off or [-1], np.int32)
        return dict(zip(names, self.session.run(list(names), given), strict=True))

    def check(self) -> None:
        """Compare the model's answers to the probes with the recorded ones.

        Raises:
            ArtifactError: an answer differs by more than `PROBE_TOLERANCE`.
        """
        for index, probe in enumerate(self.probes):
            [answer] = self.run(probe.pixels[None], [self.kind.answer]).values()
            if self.kind.in_batches:
                answer = answer[0]
            difference = np.abs(answer[: len(probe.answer)] - probe.answer) / np.maximum(1, np.abs(probe.answer))
            error = float(difference.max(initial=0))
            if not error <= PROBE_TOLERANCE:
                raise ArtifactError(
                    f"Expected {self.path} to reproduce its probe {index} within {PROBE_TOLERANCE:g}; it is off by "
                    f"{error:.2g}. The model gives different answers here than on the machine that made it."
                )


def shipped(kind: Kind = DIGITS) -> Path:
    """Path of the model of a kind that ships with the package."""
    return Path(str(files("digitpad"))) / "models" / f"{kind.name}.onnx"


def find(path: str | Path, kind: Kind | None = DIGITS) -> Path:
    """The model file that a path stands for: if it is a run's folder, the run's model of a kind.

    Args:
        path: a model file or a run's folder.
        kind: what the model is for; None for whatever it is for.

    Returns:
        The path of the file; a folder without such a model stays what it is, for `load` to refuse.
    """
    path = Path(path)
    with contextlib.suppress(OSError):  # a path that cannot be looked at, which `load` refuses too
        for each in (kind,) if kind else KINDS:
            if (path / f"{each.name}.onnx").is_file():
                return path / f"{each.name}.onnx"
    return path


def seal(graph: bytes, card: dict[str, Any], probes: list[Probe], kind: Kind = DIGITS) -> bytes:
    """Turn an exported graph into a model file.

    Args:
        graph: a serialised ONNX model with the input and outputs of its kind.
        card: the model card; must be serialisable as JSON.
        probes: pictures with the answers that `load` checks.
        kind: what the model is for.

    Returns:
        The contents of the file.
    """
    versions = {"format_version": FORMAT_VERSION, "contract_version": CONTRACT_VERSION}
    body = graph
    body += _entry("digitpad.card", json.dumps({**versions, **card}, allow_nan=False))
    body += _entry("digitpad.probes", json.dumps([_probe_to_json(probe, kind) for probe in probes]))
    return body + _entry(_DIGEST_KEY, hashlib.sha256(body).hexdigest())


def load(path: str | Path, kind: Kind | None = DIGITS, *, num_threads: int = 1) -> Artifact:
    """Load a model file, and verify its digest, its versions and its answers to the probes.

    Args:
        path: the model file, or the folder of its run.
        kind: what the model is for; None for whatever it is for.
        num_threads: number of threads for one prediction; one is fastest for single drawings.

    Returns:
        The verified model.

    Raises:
        ArtifactError: the file is missing, truncated, edited, not ONNX, of another version, or gives a wrong answer to
            a probe.
    """
    path = find(path, kind)
    data = _read(path, kind)
    digest = _check_digest(data, path)
    session = _open(data, path, num_threads, plans_memory=kind is None or not kind.is_large)
    card = _parse(session, "digitpad.card", dict, path)
    _check_versions(card, path)  # before the probes, whose format may differ in another version
    kind = _check_graph(session, kind, path)
    probes = _parse(session, "digitpad.probes", lambda found: [_probe_from_json(entry, kind) for entry in found], path)
    if not probes:
        raise ArtifactError(f"Expected probes in {path} to check its answers with; it has none.")
    model = Artifact(kind, session, card, probes, path, model_id=digest[:12], num_bytes=len(data))
    model.check()
    return model


def check_accepted(model: Artifact) -> None:
    """Refuse a model that `digitpad teach` made and found worse than the one it started from.

    Raises:
        ArtifactError: its card says that it was rejected.
    """
    teaching = model.card.get("teaching")
    if teaching is None or (isinstance(teaching, dict) and teaching.get("accepted") is True):
        return
    reasons = teaching.get("reasons") if isinstance(teaching, dict) else None
    reason = str(reasons[0]).rstrip(".") if isinstance(reasons, list) and reasons else "its card does not say why"
    raise ArtifactError(
        f"Expected a model that passed the checks of `digitpad teach`; {model.path} did not: {reason}. Look at the "
        "report.html next to it; `digitpad predict --model` still reads with it."
    )


def _read(path: Path, kind: Kind | None) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ArtifactError(f"Expected a model file; {path} does not exist. Make one with `digitpad train`.") from None
    except IsADirectoryError:
        raise ArtifactError(
            f"Expected a model file; {path} is a folder. The model of a run is the {(kind or DIGITS).name}.onnx in its "
            "folder."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise ArtifactError(f"Expected a readable model file; {str(path)!r} cannot be read: {error}.") from None
    if len(data) > MAX_BYTES:
        raise ArtifactError(f"Expected a model file of at most {MAX_BYTES:,} bytes; {path} is larger.")
    return data


def _check_digest(data: bytes, path: str | Path) -> str:
    body, entry = data[:-_DIGEST_ENTRY_BYTES], data[-_DIGEST_ENTRY_BYTES:]
    digest = hashlib.sha256(body).hexdigest()
    if _DIGEST_KEY.encode() not in entry:
        raise ArtifactError(
            f"Expected a digitpad model file, such as a run's digits.onnx; {path} does not end with a digest, so it is "
            "truncated or another kind of file."
        )
    if entry != _entry(_DIGEST_KEY, digest):
        raise ArtifactError(
            f"Expected {path} to match its digest; it does not, so the file was damaged or edited. "
            "Copy it again, or train again."
        )
    return digest


def _open(data: bytes, path: str | Path, num_threads: int, *, plans_memory: bool) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = plans_memory
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions have no common base class
        raise ArtifactError(f"Expected an ONNX model in {path}; ONNX Runtime cannot load it: {error}") from None


def _parse(session: onnxruntime.InferenceSession, key: str, parse: Callable[[Any], T], path: str | Path) -> T:
    """Parse the JSON of a metadata entry."""
    try:
        return parse(json.loads(session.get_modelmeta().custom_metadata_map[key]))
    except Exception as error:  # a hostile card or probe can raise anything
        raise ArtifactError(f"Expected {key} in {path} as JSON; it cannot be read: {error!r}.") from None


def _check_versions(card: dict[str, Any], path: str | Path) -> None:
    for name, known in (("format_version", FORMAT_VERSION), ("contract_version", CONTRACT_VERSION)):
        if card.get(name) != known:
            raise ArtifactError(
                f"Expected {name} {known} in {path}; got {card.get(name)}. "
                "Use the version of digitpad that made the file, or train again with this one."
            )


def _check_graph(session: onnxruntime.InferenceSession, kind: Kind | None, path: str | Path) -> Kind:
    """What the graph is for; an error unless it is for what was expected."""
    inputs, outputs = [i.name for i in session.get_inputs()], {o.name for o in session.get_outputs()}
    if kind is None:
        kind = next((each for each in KINDS if each.inputs == inputs), DIGITS)
    if inputs != kind.inputs or not outputs.issuperset(kind.outputs):
        raise ArtifactError(
            f"Expected a model for {kind.name}, with the inputs {kind.inputs} and the outputs {kind.outputs}, in "
            f"{path}; got {inputs} and {sorted(outputs)}."
        )
    return kind


def _entry(key: str, value: str) -> bytes:
    """One `metadata_props` entry (field 14 of ModelProto; the key is field 1, the value field 2) as protobuf bytes."""
    pair = b"\x0a" + _sized(key.encode()) + b"\x12" + _sized(value.encode())
    return b"\x72" + _sized(pair)


def _sized(data: bytes) -> bytes:
    """The bytes, prefixed with their length as a protobuf varint."""
    length, prefix = len(data), bytearray()
    while length > 127:
        prefix.append(length & 127 | 128)
        length >>= 7
    return bytes(prefix) + bytes([length]) + data


def _probe_to_json(probe: Probe, kind: Kind) -> dict[str, Any]:
    packed = base64.b64encode(zlib.compress(probe.pixels.tobytes(), 9)).decode()
    return {
        "shape": probe.pixels.shape,
        _COLOURS[probe.pixels.shape[2]]: packed,
        kind.answer: probe.answer.astype(float).tolist(),
    }


def _probe_from_json(entry: dict[str, Any], kind: Kind) -> Probe:
    height, width, channels = entry["shape"]
    raw = zlib.decompress(base64.b64decode(entry[_COLOURS[channels]]))
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, channels)
    return Probe(pixels, np.asarray(entry[kind.answer], np.float32))
