"""The pages' ES modules: which of them a page needs, and all of those as one module, for hosts that load only one.

The modules keep to a plain form: an import is one line, `import { names } from "./module.js";`, and what is exported
says so where it is defined.
"""

import re
from importlib.resources import files

_WEB = files("digitpad") / "web"
_IMPORT = re.compile(r'^import (\{.*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def needed(*modules: str) -> list[str]:
    """The modules that some modules need, themselves among them, each behind those that it imports.

    Args:
        modules: their names, without ".js".
    """
    found: list[str] = []
    for module in modules:
        imported = [name for _, name in _IMPORT.findall(_read(f"{module}.js"))]
        found += [name for name in [*needed(*imported), module] if name not in found]
    return found


def join(module: str) -> str:
    """A module and all that it needs as one: what it imports becomes constants that hold what they export."""
    *others, _ = needed(module)
    return "".join(map(_constant, others)) + _linked(module)


def style() -> str:
    """The pad's style sheet."""
    return _read("pad.css")


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")


def _linked(module: str) -> str:
    """A module that takes what it imports out of constants."""
    return _IMPORT.sub(r"const \1 = $\2;", _read(f"{module}.js"))


def _constant(module: str) -> str:
    """A module as a constant, in a scope of its own."""
    text = _linked(module)
    body, exported = _EXPORT.sub(r"\1", text), ", ".join(name for _, name in _EXPORT.findall(text))
    return f"const ${module} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"
