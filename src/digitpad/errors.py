"""The exceptions that digitpad raises.

A message says in one or two sentences what was expected, what was found and what to do. `exit_code` is the exit code
of the command line: 2 for bad input, 1 for anything else that fails.
"""

import shlex
import sys

INTERRUPTED = 130
"""The exit code that shells report for Ctrl-C."""


class DigitpadError(Exception):
    """Base class of all exceptions here; raised directly if something fails although the input is valid."""

    exit_code = 1


class VerificationError(DigitpadError):
    """A saved model's answers differ from those of the model in memory."""


class MissingPartError(DigitpadError):
    """A package or program that digitpad needs is not installed."""

    @classmethod
    def package(cls, name: str, what: str, install: str) -> "MissingPartError":
        """Create an error that names the missing package, what needs it, and the command that installs it."""
        command = f"{shlex.quote(sys.executable)} -m pip install {shlex.quote(install)}"
        return cls(f"Expected the packages for {what}; {name} is not installed. Install them with: {command}")


class InputError(DigitpadError):
    """The user's input cannot be used."""

    exit_code = 2


class DrawingError(InputError):
    """A drawing cannot be read."""


class ArtifactError(InputError):
    """A model file is missing, damaged, edited, or not readable by this version."""


class DataError(InputError):
    """A data set is missing, damaged, or in the wrong format."""


class RecipeError(InputError):
    """A recipe has an unknown key or a value out of range."""


class RunError(InputError):
    """A run folder cannot be used: files are missing, or would be overwritten."""


class AddressError(InputError):
    """The server cannot listen on the given address, or no server answers there."""


class CorrectionError(InputError):
    """A correction, or a file of corrections, is damaged or in the wrong format."""


class KeepingError(InputError):
    """Corrections cannot be kept in the given file or database."""


class NotKeptError(DigitpadError):
    """The store of corrections is locked, full or away just now; the same may succeed later."""


class StoreFullError(DigitpadError):
    """The store of corrections holds as much as it may."""
