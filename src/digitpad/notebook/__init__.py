"""The drawing pad in notebooks: `DrawingPad`, a widget, and `colab_pad`, plain HTML that uses Colab's own bridge."""

from digitpad.errors import MissingPartError

try:
    from digitpad.notebook.colab import colab_pad
    from digitpad.notebook.pad import DrawingPad
except ModuleNotFoundError as error:
    raise MissingPartError.package(str(error.name), "the notebook pad", "digitpad[notebook]") from None

__all__ = ["DrawingPad", "colab_pad"]
