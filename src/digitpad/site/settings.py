"""The settings of a site, in `site.toml`."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from digitpad.errors import InputError

_WEB_ADDRESS = ("https://", "http://")


@dataclass(frozen=True)
class Link:
    """A link at the top of the page."""

    name: str
    url: str


@dataclass(frozen=True)
class Settings:
    """The texts and links of the page.

    Attributes:
        title: the title of the page.
        description: one sentence, shown below the title, in search results and in link previews.
        author: the author's name; empty for none.
        url: the address of the published page; social networks need it for the absolute URL of the card.
        links: links at the top of the page, such as a profile or the code.
    """

    title: str = "Handwritten digit recognition in your browser"
    description: str = (
        "Draw a digit: your browser reads it, shows what the model saw, and tells you when it is not sure."
    )
    author: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()


def load(path: Path) -> Settings:
    """Load settings from a TOML file; missing keys keep their defaults.

    Raises:
        InputError: the file is missing or not TOML, or has an unknown key or a value of the wrong type or form.
    """
    if not path.is_file():
        raise InputError(f"Expected a TOML file with settings; there is no file {path}.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"Expected settings in TOML in {path}; they cannot be read: {error}.") from None
    links, url = values.pop("links", []), values.get("url", "")
    names = [field.name for field in fields(Settings) if field.name != "links"]
    wrong = [name for name, value in values.items() if name not in names or not isinstance(value, str)]
    if wrong:
        raise InputError(
            f"Expected only {', '.join(names)}, all strings, and [[links]] in {path}; got {', '.join(wrong)}."
        )
    if not isinstance(links, list):
        raise InputError(f"Expected [[links]], each with name and url, in {path}; got links = {links!r}.")
    if url and not url.startswith(_WEB_ADDRESS):
        raise InputError(f"Expected url to start with https:// or http:// in {path}; got {url!r}.")
    return Settings(**values, links=tuple(_link(link, path) for link in links))


def _link(link: Any, path: Path) -> Link:
    if not isinstance(link, dict) or set(link) != {"name", "url"} or not all(isinstance(v, str) for v in link.values()):
        raise InputError(f"Expected [[links]] with name and url, both strings, in {path}; got {link!r}.")
    if not link["url"].startswith((*_WEB_ADDRESS, "mailto:")):
        raise InputError(
            f"Expected the url of a link to start with https://, http:// or mailto: in {path}; got {link!r}."
        )
    return Link(**link)
