"""A Gradio sketchpad around the model that ships, as Gradio's guides would have one write it.

It has Gradio's defaults, except for a canvas of 280 x 280 px.
"""

from typing import Any

import gradio as gr  # type: ignore[import-not-found]  # it has an environment of its own

from digitpad import Recognizer

recognizer = Recognizer.load()


def predict(drawing: dict[str, Any]) -> dict[str, float]:
    """The probability of every digit."""
    return {str(digit): share for digit, share in recognizer.predict(drawing["composite"]).top_k(10)}


gr.Interface(predict, gr.Sketchpad(canvas_size=(280, 280)), gr.Label(num_top_classes=3)).launch()
