"""digitpad reads handwritten digits and shows what the model saw."""

from digitpad.errors import DigitpadError
from digitpad.recognizer import Prediction, Recognizer

__all__ = ["DigitpadError", "Prediction", "Recognizer"]
__version__ = "0.1.0"
