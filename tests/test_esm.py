"""Hosts that load one module get the pad as one, and pages get every module that they need."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from digitpad import esm

WEB = Path(str(files("digitpad"))) / "web"


PAGES = ["page", "site", "widget", "colab", "corrections"]
LATE = ["reader", "keeping", "kept", "looking", "explained", "explaining"]
"""What pages load when it is needed."""


@pytest.mark.parametrize("page", [*PAGES, *LATE])
def test_a_module_stands_behind_all_that_it_imports(page: str) -> None:
    found = esm.needed(page)
    assert found[-1] == page
    for place, module in enumerate(found):
        imported = re.findall(r'^import .* from "\./(\w+)\.js"', (WEB / f"{module}.js").read_text(), re.MULTILINE)
        assert set(imported) <= set(found[:place]), module


def test_nothing_of_the_pages_is_left_over() -> None:
    used = esm.needed(*PAGES, *LATE)
    assert {path.stem for path in WEB.glob("*.js")} == set(used)


@pytest.mark.parametrize("host", ["widget", "colab"])
def test_one_module_imports_nothing_and_says_everything_once(host: str) -> None:
    joined = esm.join(host)
    assert not re.search(r"^import |^export (?!default)", joined, re.MULTILINE)
    for module in esm.needed(host)[:-1]:
        assert joined.count(f"const ${module} = ") == 1
    assert joined.count("export default ") == (host == "widget")


def test_the_joined_module_gives_what_it_exports(browser: Browser) -> None:
    page = browser.new_page()
    script = """async (text) => {
      const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
      return typeof module.default.render;
    }"""
    assert page.evaluate(script, esm.join("widget")) == "function"
    page.close()


def test_the_servers_page_loads_its_modules_at_once() -> None:
    preloaded = re.findall(r'rel="modulepreload" href="web/(\w+)\.js"', (WEB / "index.html").read_text())
    assert preloaded == esm.needed("pad")
