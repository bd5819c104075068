"""The drawing pad in notebooks: `DrawingPad`, a widget, and `colab_pad`, plain HTML over Colab's own bridge."""

from digitpad.notebook.colab import colab_pad
from digitpad.notebook.pad import DrawingPad

__all__ = ["DrawingPad", "colab_pad"]
