"""A model file is believed only when it is whole, of a known version, and right about its probes."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitpad import artifact
from digitpad.errors import ArtifactError

SHIPPED = artifact.shipped().read_bytes()


def parts() -> tuple[bytes, dict[str, Any], list[artifact.Probe]]:
    """Graph, card and probes of the model that ships, to be sealed again."""
    metadata = artifact.load(artifact.shipped()).session.get_modelmeta().custom_metadata_map
    graph = SHIPPED[: SHIPPED.index(artifact._entry("digitpad.card", metadata["digitpad.card"]))]
    probes = [artifact._probe_from_json(probe, artifact.DIGITS) for probe in json.loads(metadata["digitpad.probes"])]
    return graph, json.loads(metadata["digitpad.card"]), probes


def reseal(path: Path, card: dict[str, Any] | None = None, probes: list[artifact.Probe] | None = None) -> Path:
    graph, old_card, old_probes = parts()
    path.write_bytes(artifact.seal(graph, {**old_card, **(card or {})}, old_probes if probes is None else probes))
    return path


def test_the_shipped_model_is_sound_and_small() -> None:
    model = artifact.load(artifact.shipped())
    assert model.num_bytes == len(SHIPPED) <= 1_000_000
    assert model.card["contract_version"] == artifact.CONTRACT_VERSION
    assert model.card["data"]["verified"] is True
    assert model.card["data"]["num_training"] == 55_000
    assert model.card["test"]["accuracy"] >= 0.995


def test_the_shipped_card_speaks_of_no_machine() -> None:
    assert "/" not in json.dumps(artifact.load(artifact.shipped()).card)


def test_a_file_that_is_sealed_again_is_read_again(tmp_path: Path) -> None:
    path = reseal(tmp_path / "again.onnx", {"name": "ä" * 300})
    model = artifact.load(path)
    assert model.card["name"] == "ä" * 300
    assert len(model.model_id) == 12


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(SHIPPED) - 1), st.integers(1, 255))
def test_any_flipped_byte_is_refused(tmp_path: Path, place: int, change: int) -> None:
    damaged = bytearray(SHIPPED)
    damaged[place] ^= change
    path = tmp_path / "damaged.onnx"
    path.write_bytes(damaged)
    with pytest.raises(ArtifactError, match=r"damaged or edited|does not end with a digest"):
        artifact.load(path)


@pytest.mark.parametrize("length", [0, 1, 84, 85, 1000, len(SHIPPED) - 1])
def test_a_truncated_file_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "short.onnx"
    path.write_bytes(SHIPPED[:length])
    with pytest.raises(ArtifactError, match=r"truncated|damaged"):
        artifact.load(path)


def test_the_folder_of_a_run_stands_for_its_model(tmp_path: Path) -> None:
    reseal(tmp_path / "digits.onnx")
    shutil.copy(artifact.shipped(artifact.PAGES), tmp_path)
    for kind in (artifact.DIGITS, artifact.PAGES):
        loaded = artifact.load(tmp_path, kind)
        assert (loaded.kind, loaded.path) == (kind, tmp_path / f"{kind.name}.onnx")
    assert artifact.load(tmp_path, kind=None).kind is artifact.DIGITS
    (tmp_path / "digits.onnx").unlink()
    assert artifact.load(tmp_path, kind=None).kind is artifact.PAGES
    with pytest.raises(ArtifactError, match=r"is a folder\. The model of a run is the digits\.onnx in its folder"):
        artifact.load(tmp_path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="does not exist"):
        artifact.load(tmp_path / "missing.onnx")
    with pytest.raises(ArtifactError, match=r"is a folder\. The model of a run is the digits\.onnx in its folder"):
        artifact.load(tmp_path)
    with pytest.raises(ArtifactError, match="cannot be read"):
        artifact.load("a\0b")
    text = tmp_path / "text.onnx"
    text.write_bytes(artifact.seal(b"not a graph", {}, []))
    with pytest.raises(ArtifactError, match="ONNX Runtime cannot load it"):
        artifact.load(text)


@pytest.mark.parametrize("name", ["contract_version", "format_version"])
def test_a_file_of_another_version_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtifactError, match=rf"Expected {name} [23] .* got 99"):
        artifact.load(reseal(tmp_path / "future.onnx", {name: 99}))


def test_a_file_of_another_version_is_refused_before_its_probes_are_read(tmp_path: Path) -> None:
    graph, card, _ = parts()
    body = graph + artifact._entry("digitpad.card", json.dumps({**card, "format_version": 99}))
    body += artifact._entry("digitpad.probes", '{"of": "another form"}')
    path = tmp_path / "future.onnx"
    path.write_bytes(body + artifact._entry("digitpad.sha256", hashlib.sha256(body).hexdigest()))
    with pytest.raises(ArtifactError, match="got 99"):
        artifact.load(path)


def test_a_model_that_is_wrong_about_a_probe_is_refused(tmp_path: Path) -> None:
    _, _, probes = parts()
    wrong = artifact.Probe(probes[3].pixels, np.roll(probes[3].answer, 1))
    with pytest.raises(ArtifactError, match=r"probe 1 .* it is off by"):
        artifact.load(reseal(tmp_path / "wrong.onnx", probes=[probes[0], wrong]))


def test_a_model_without_probes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="it has none"):
        artifact.load(reseal(tmp_path / "unproven.onnx", probes=[]))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("digitpad.card", "[1, 2]"),
        ("digitpad.card", "null"),
        ("digitpad.card", "{"),
        ("digitpad.card", "[" * 100_000),
        ("digitpad.probes", '[{"shape": [2, 2], "rgba": "", "probabilities": []}]'),
        ("digitpad.probes", '[{"shape": [1, 1, 4], "rgba": "eJwDAAAAAAE=", "probabilities": [1]}]'),
    ],
)
def test_a_malformed_card_or_probe_is_refused(tmp_path: Path, key: str, text: str) -> None:
    graph, card, _ = parts()
    body = graph + artifact._entry("digitpad.card", json.dumps(card)) + artifact._entry("digitpad.probes", "[]")
    body += artifact._entry(key, text)  # of two entries with one key the later counts
    path = tmp_path / "malformed.onnx"
    path.write_bytes(body + artifact._entry("digitpad.sha256", hashlib.sha256(body).hexdigest()))
    with pytest.raises(ArtifactError, match=rf"Expected {key} in .* it cannot be read"):
        artifact.load(path)


def test_probes_cover_every_digit_another_canvas_and_blank_paper() -> None:
    _, _, probes = parts()
    assert {int(probe.answer.argmax()) for probe in probes} == set(range(10))
    assert len({probe.pixels.shape for probe in probes}) == 3
    assert any(np.allclose(probe.answer, 0.1) for probe in probes)


def test_the_contract_in_words_is_of_this_version() -> None:
    words = Path(__file__).parents[1] / "docs" / "CONTRACT.md"
    assert f"\nVersion {artifact.CONTRACT_VERSION}. " in words.read_text(encoding="utf-8")
