"""The static site of a run: its story, and a pad that reads drawings in the visitor's browser."""

from digitpad.site.build import build

__all__ = ["build"]
