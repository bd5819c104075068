"""The architecture holds: lower layers never import higher ones, and reading never loads the training plane."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "digitpad"
LAYERS = [
    {"errors"},
    {"strokes"},
    {"drawing", "artifact", "verdict"},
    {"recognizer"},
    {"answer"},
    {"notebook", "terminal", "server"},
    {"cli"},
]
CORE = set().union(*LAYERS)
TRAINING_PLANE = {"keras", "tensorflow", "sklearn", "matplotlib", "scipy", "jinja2", "onnx", "tf2onnx", "mlxtend"}


def level(module: str) -> int:
    return next(index for index, layer in enumerate(LAYERS) if module in layer)


def imports(tree: ast.AST) -> set[str]:
    """Parts of digitpad imported anywhere under a node, by the name of their file or folder."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "digitpad":
            parts = node.module.split(".")[1:]
            found |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("digitpad.")}
    return found


def files(module: str) -> list[Path]:
    """A module's file, or those of its folder."""
    return sorted((PACKAGE / module).glob("*.py")) or [PACKAGE / f"{module}.py"]


def test_every_module_of_the_core_has_a_layer() -> None:
    found = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert found - {"__init__", "__main__", "site", "training"} == CORE


@pytest.mark.parametrize("module", sorted(CORE))
def test_core_modules_import_only_lower_layers(module: str) -> None:
    tree = ast.Module([node for path in files(module) for node in ast.parse(path.read_text()).body], [])
    if module in ("cli", "notebook"):  # the bodies of functions may import the training plane
        tree = ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef)], [])
    for imported in imports(tree) - {module, "__version__"}:
        assert imported in CORE, f"{module} imports {imported}"
        assert level(imported) < level(module), f"{module} imports {imported}"


def test_the_training_plane_never_imports_the_surfaces() -> None:
    for path in (PACKAGE / "training").glob("*.py"):
        assert not imports(ast.parse(path.read_text())) & {"cli", "notebook", "terminal", "server", "site"}, path


@pytest.mark.parametrize(
    "statement",
    [
        "import digitpad",
        "import digitpad.cli",
        "import digitpad; digitpad.Recognizer.load()",
        "import digitpad.notebook; digitpad.notebook.DrawingPad()",
        "import digitpad.server; digitpad.server.create_app()",
    ],
)
def test_reading_loads_no_training_plane(statement: str) -> None:
    script = f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "digitpad" in loaded
    assert not TRAINING_PLANE & set(loaded)
