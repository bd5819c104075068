"""digitpad reads handwritten digits and shows what the model saw."""

from digitpad.errors import DigitpadError
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.recognizer import Recognizer

__all__ = ["DigitpadError", "Prediction", "Reading", "Recognizer"]
__version__ = "0.1.0"
