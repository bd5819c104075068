"""Dependencies of the pages' ES modules, and a bundler for hosts that load only one module.

The modules follow two rules: an import is one line, `import { names } from "./module.js";`, and exports are marked
where they are defined.
"""

import re
from importlib.resources import files

_WEB = files("digitpad") / "web"
_IMPORT = re.compile(r'^import (\{.*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def needed(*modules: str) -> list[str]:
    """List the given modules and all modules that they import, each after its own imports.

    Args:
        modules: names without ".js".
    """
    found: list[str] = []
    for module in modules:
        imported = [name for _, name in _IMPORT.findall(_read(f"{module}.js"))]
        found += [name for name in [*needed(*imported), module] if name not in found]
    return found


def join(module: str) -> str:
    """Bundle a module with all modules that it imports, which become constants that hold their exports."""
    *others, _ = needed(module)
    return "".join(map(_constant, others)) + _linked(module)


def style() -> str:
    """The pad's style sheet, with those of corrections and of the view inside the model."""
    return _read("pad.css") + _read("correcting.css") + _read("inside.css")


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")


def _linked(module: str) -> str:
    """The text of a module, with its imports replaced by constants."""
    return _IMPORT.sub(r"const \1 = $\2;", _read(f"{module}.js"))


def _constant(module: str) -> str:
    """The text of a module as a constant with its own scope."""
    text = _linked(module)
    body, exported = _EXPORT.sub(r"\1", text), ", ".join(name for _, name in _EXPORT.findall(text))
    return f"const ${module} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"
