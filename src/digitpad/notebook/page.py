"""The pad's files as one module and one style sheet: a notebook cannot fetch more."""

from importlib.resources import files

_WEB = files("digitpad") / "web"
_IMPORT = 'import { mount } from "./pad.js";\n'


def module(name: str) -> str:
    """A module of `web/` that imports the pad, with the pad in the place of the import."""
    before, after = (_WEB / name).read_text(encoding="utf-8").split(_IMPORT)
    return before + (_WEB / "pad.js").read_text(encoding="utf-8") + after


def style() -> str:
    """The pad's style sheet."""
    return (_WEB / "pad.css").read_text(encoding="utf-8")
