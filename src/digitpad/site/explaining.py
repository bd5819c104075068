"""What the page loads to look inside the model: two graphs, and what their cards say."""

import json
from pathlib import Path
from typing import Any

from digitpad import artifact
from digitpad.artifact import Artifact
from digitpad.explanation.explainer import Explainer
from digitpad.site import runtime
from digitpad.training.runs import RunFolder

MODELS = ("layers.onnx", "contract.onnx")
SETTINGS = "web/explaining.json"


def load(run: RunFolder, model: Artifact) -> list[Artifact]:
    """Load the graphs in `MODELS`; none if the run does not have them.

    Args:
        run: the run.
        model: its model for digits.

    Raises:
        ArtifactError: they are damaged, or belong to another model.
    """
    if not run.layers.is_file():
        return []
    Explainer.load(model)  # which checks them
    return [
        artifact.load(run.layers, artifact.LAYERS),
        artifact.load(artifact.shipped(artifact.CONTRACT), artifact.CONTRACT),
    ]


def address(models: list[Artifact]) -> str:
    """The URL of the settings, relative to `web/`, with the versions of the graphs in it."""
    return f"{Path(SETTINGS).name}?{'-'.join(model.model_id for model in models)}"


def settings(models: list[Artifact]) -> str:
    """What `explaining.js` has to know, as JSON."""
    layers, contract = (model.card for model in models)
    told: dict[str, Any] = {key: layers[key] for key in ("layers", "grid", "is_exact", "num_readings")}
    files = {model.kind.name: runtime.locate(name, model) for name, model in zip(MODELS, models, strict=True)}
    return json.dumps({"files": files, **told, "steps": contract["steps"]})
