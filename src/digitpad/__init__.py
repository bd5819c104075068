"""digitpad reads handwritten digits and shows what the model saw."""

import os

# ONNX Runtime from 1.29 on reports its use to Microsoft and keeps an identifier of the machine, unless this is set
# before it is first imported. Nothing that is drawn here, and nothing about it, is sent anywhere.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from digitpad.errors import DigitpadError
from digitpad.pages.reading import Reading
from digitpad.prediction import Prediction
from digitpad.recognizer import Recognizer

__all__ = ["DigitpadError", "Prediction", "Reading", "Recognizer"]
__version__ = "0.1.0"
