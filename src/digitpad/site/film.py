"""The page about how the network learned, which a site has if its run has a film."""

from typing import Any

from digitpad.site.settings import Settings
from digitpad.training.reporting import film, story
from digitpad.training.runs import RunFolder

PAGE = "web/film.html"  # a page of its own, because the first one is to load at once


def render(run: RunFolder, metrics: dict[str, Any], settings: Settings) -> str | None:
    """The page, or None if the run has no film."""
    shown = film.context(run.film, metrics)
    template = story.environment("digitpad.site").get_template("learning.html.j2")
    return template.render(site=settings, film=shown, recipe=metrics["recipe"]) if shown else None
