"""What a person may say about their site, in `site.toml`."""

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
    """What the page says beside the figures.

    Attributes:
        title: of the page.
        description: one sentence, below the title, in search results and on the social card.
        author: whose work it is; nobody is named if it is empty.
        url: where the page will be; social networks want the whole address of the card's picture.
        links: at the top of the page, such as a profile or the code.
    """

    title: str = "Handwritten digits, read honestly"
    description: str = (
        "Draw a digit: your own browser reads it, shows what the model saw, and says when it is not sure."
    )
    author: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()


def load(path: Path) -> Settings:
    """Settings from a TOML file; what it leaves out stays as it is by default.

    Raises:
        InputError: no file, no TOML, an unknown key, or a value of another type.
    """
    if not path.is_file():
        raise InputError(f"Expected settings in TOML; there is no file {path}.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"Expected settings in TOML in {path}; they cannot be read: {error}.") from None
    links, url = values.pop("links", []), values.get("url", "")
    names = [field.name for field in fields(Settings) if field.name != "links"]
    wrong = [name for name, value in values.items() if name not in names or not isinstance(value, str)]
    if wrong:
        raise InputError(f"Expected {', '.join(names)}, each a text, and [[links]] in {path}; got {', '.join(wrong)}.")
    if not isinstance(links, list):
        raise InputError(f"Expected [[links]], each with name and url, in {path}; got links = {links!r}.")
    if url and not url.startswith(_WEB_ADDRESS):
        raise InputError(f"Expected url to begin with https:// or http:// in {path}; got {url!r}.")
    return Settings(**values, links=tuple(_link(link, path) for link in links))


def _link(link: Any, path: Path) -> Link:
    if not isinstance(link, dict) or set(link) != {"name", "url"} or not all(isinstance(v, str) for v in link.values()):
        raise InputError(f"Expected [[links]] with name and url, both texts, in {path}; got {link!r}.")
    if not link["url"].startswith((*_WEB_ADDRESS, "mailto:")):
        raise InputError(
            f"Expected the url of a link to begin with https://, http:// or mailto: in {path}; got {link!r}."
        )
    return Link(**link)
