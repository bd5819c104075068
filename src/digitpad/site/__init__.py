"""The site of a run: its story and a pad that reads in the visitor's own browser, as static files."""

from digitpad.site.build import build

__all__ = ["build"]
