"""The architecture holds: lower layers never import higher ones, and reading never loads the training plane."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "digitpad"
LAYERS = [
    {"errors", "esm", "quiet", "words"},
    {"scaling", "strokes"},
    {"cluster", "drawing", "artifact", "verdict"},
    {"prediction"},
    {"answer", "explanation"},
    {"pages"},
    {"recognizer"},
    {"corrections"},
    {"notebook", "remote", "terminal", "server"},
    {"cli"},
]
CORE = set().union(*LAYERS)
SURFACES = {"batch", "cli", "notebook", "remote", "terminal", "server", "site", "lab", "teaching"}
FRAMEWORKS = {"keras", "tensorflow", "sklearn", "matplotlib", "scipy", "jinja2", "onnx", "tf2onnx", "mlxtend", "cv2"}

TRAINING = [
    {"backend", "batches", "recipe", "runs"},
    {"datasets", "seeds"},
    {"preprocessing"},
    {"augmentation"},
    {"pages"},
    {"networks"},
    {"evaluation"},
    {"export"},
    {"reporting"},
    {"pipeline"},
    {"page_pipeline"},
    {"pipelines"},
    {"tasks"},
    {"spread"},
    {"command"},
]
"""The rooms of the training plane and the modules beside them, in the order of the flow."""

LAB = [
    {"data", "losses", "results", "table"},
    {"networks", "surface"},
    {"training", "figures", "experiment"},
    {"nielsen"},
    {"experiments", "workers"},
    {"knobs", "run"},
    {"command", "story"},
]

TEACHING = [{"gate", "samples", "tuning"}, {"evaluation"}, {"report", "teacher"}, {"lesson"}, {"command"}]

BATCH = [
    {"sources"},
    {"evaluation", "source", "progress", "forms"},
    {"answers", "parts"},
    {"nodes", "pool"},
    {"command"},
]

ROOMS = sorted(path.parent for path in (PACKAGE / "training").glob("*/__init__.py"))


def level(layers: list[set[str]], module: str) -> int:
    return next(index for index, layer in enumerate(layers) if module in layer)


def imported_modules(tree: ast.AST) -> set[str]:
    """Full names of what is imported of digitpad anywhere under a node; what a name is imported from counts too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "digitpad":
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("digitpad.")}
    return found


def parts(tree: ast.AST, package: str = "digitpad") -> set[str]:
    """Which parts of a package are imported anywhere under a node, by the name of their file or folder."""
    inside = (name.removeprefix(f"{package}.") for name in imported_modules(tree) if name.startswith(f"{package}."))
    return {name.split(".")[0] for name in inside}


def parsed(folder: Path, module: str) -> ast.Module:
    """A module, or all modules of a folder as one."""
    files = sorted((folder / module).glob("*.py")) or [folder / f"{module}.py"]
    return ast.Module([node for path in files for node in ast.parse(path.read_text()).body], [])


def modules_in(folder: Path) -> set[str]:
    found = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    return found - {"__init__", "__main__"}


def test_every_module_of_the_core_has_a_layer() -> None:
    assert modules_in(PACKAGE) - {"site", "training", "lab", "teaching", "batch"} == CORE


@pytest.mark.parametrize("module", sorted(CORE))
def test_core_modules_import_only_lower_layers(module: str) -> None:
    tree = parsed(PACKAGE, module)
    if module in ("cli", "notebook"):  # the bodies of functions may import the training plane
        tree = ast.Module([node for node in tree.body if not isinstance(node, ast.FunctionDef)], [])
    for imported in parts(tree) - {module, "__version__", "Recognizer"}:
        assert imported in CORE, f"{module} imports {imported}"
        assert level(LAYERS, imported) < level(LAYERS, module), f"{module} imports {imported}"


def test_every_room_of_the_training_plane_has_its_place() -> None:
    assert modules_in(PACKAGE / "training") == set().union(*TRAINING)


@pytest.mark.parametrize("module", sorted(set().union(*TRAINING)))
def test_the_training_plane_imports_only_what_comes_before_in_the_flow(module: str) -> None:
    tree = parsed(PACKAGE / "training", module)
    for imported in parts(tree, "digitpad.training") - {module}:
        assert level(TRAINING, imported) < level(TRAINING, module), f"{module} imports {imported}"
    assert not parts(tree) & SURFACES, f"{module} imports a surface"


@pytest.mark.parametrize(("package", "layers"), [("lab", LAB), ("teaching", TEACHING), ("batch", BATCH)])
def test_packages_above_the_core_import_only_what_lies_below(package: str, layers: list[set[str]]) -> None:
    assert modules_in(PACKAGE / package) == set().union(*layers)
    for module in sorted(set().union(*layers)):
        tree = parsed(PACKAGE / package, module)
        for imported in parts(tree, f"digitpad.{package}") - {module}:
            assert level(layers, imported) < level(layers, module), f"{module} imports {imported}"
        assert not parts(tree) & SURFACES - {package}, f"{module} imports a surface"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_comes_in_what_goes_out_and_where_its_front_door_is(room: Path) -> None:
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    assert "In: " in text
    assert "Out: " in text
    door = text.partition("Entry point")[2].partition("`")[2].partition("`")[0]
    module, _, name = door.partition(".")
    defined = {getattr(node, "name", "") for node in ast.parse((room / f"{module}.py").read_text()).body}
    assert name in defined, f"{room.name} has no {door}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_modules_of_a_room_import_each_other_without_a_circle(room: Path) -> None:
    package = f"digitpad.training.{room.name}"
    left = {path.stem: parts(ast.parse(path.read_text()), package) for path in room.glob("*.py")}
    while free := [module for module, imported in left.items() if not imported & left.keys()]:
        for module in free:
            del left[module]
    assert not left, f"these import each other: {sorted(left)}"


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
    loaded = packages_after(statement)
    assert "digitpad" in loaded
    assert not FRAMEWORKS & loaded


def test_batches_load_no_framework_for_training() -> None:
    modules = sorted(modules_in(PACKAGE / "batch"))
    loaded = packages_after("; ".join(f"import digitpad.batch.{module}" for module in modules))
    assert FRAMEWORKS & loaded <= {"sklearn", "scipy"}


def packages_after(statement: str) -> set[str]:
    """The packages that a process has loaded after a statement."""
    script = f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stdout.split())
