"""The exceptions that digitpad raises on purpose: one small tree.

Every message is one sentence or two: what was expected, what came, what to do. `exit_code` is what the command line
ends with: 2 when the input was bad, 1 when something went wrong on the way.
"""

import shlex
import sys


class DigitpadError(Exception):
    """Something went wrong while digitpad worked on good input."""

    exit_code = 1


class VerificationError(DigitpadError):
    """A saved model does not answer like the model that was saved."""


class MissingPartError(DigitpadError):
    """A part of digitpad is not installed."""

    @classmethod
    def package(cls, name: str, what: str, install: str) -> "MissingPartError":
        """A Python package that something needs, and what to give to pip for it."""
        command = f"{shlex.quote(sys.executable)} -m pip install {shlex.quote(install)}"
        return cls(f"Expected what {what} needs; {name} is not installed. Install it with: {command}")


class InputError(DigitpadError):
    """What the user gave cannot be used as it is."""

    exit_code = 2


class DrawingError(InputError):
    """A drawing cannot be read."""


class ArtifactError(InputError):
    """A model file is damaged, edited, or not one that this version can read."""


class DataError(InputError):
    """A data set is missing, damaged, or of the wrong form."""


class RecipeError(InputError):
    """A recipe has an unknown key or a value out of range."""


class RunError(InputError):
    """A run folder cannot be used: parts are missing, or it would be overwritten."""


class AddressError(InputError):
    """The server cannot listen where it was told to."""
