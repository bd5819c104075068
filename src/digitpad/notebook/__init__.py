"""The drawing pad in notebooks: `DrawingPad`, a widget, and `colab_pad`, plain HTML over Colab's own bridge."""

from digitpad.errors import MissingPartError

try:
    from digitpad.notebook.colab import colab_pad
    from digitpad.notebook.pad import DrawingPad
except ModuleNotFoundError as error:
    raise MissingPartError(
        f"Expected what the pad in notebooks needs; {error.name} is not installed. Install it with: pip install "
        "'digitpad[notebook]' (in a checkout: pip install '.[notebook]')."
    ) from None

__all__ = ["DrawingPad", "colab_pad"]
