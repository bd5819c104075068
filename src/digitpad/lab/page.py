"""The page about all experiments, in Markdown, from their results."""

from pathlib import Path

from jinja2 import Environment, PackageLoader

from digitpad.errors import RunError
from digitpad.lab.experiments import EXPERIMENTS
from digitpad.training import runs


def write(folder: Path) -> Path:
    """Write `lab.md` beside the results of all experiments; returns its path.

    Raises:
        RunError: an experiment has no results.
    """
    missing = [name for name in EXPERIMENTS if not (folder / f"{name}.json").is_file()]
    if missing:
        raise RunError(
            f"Expected the results of all experiments in {folder}; there are none of {', '.join(missing)}. Run them: "
            f"{runs.command('lab', '--all', '--out', str(folder))}"
        )
    told = [runs.read_json(folder / f"{name}.json") for name in EXPERIMENTS]
    environment = Environment(
        loader=PackageLoader("digitpad.lab", "."), trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    text = environment.get_template("lab.md.j2").render(experiments=told, seconds=sum(each["seconds"] for each in told))
    path = folder / "lab.md"
    runs.write(path, text)
    return path
