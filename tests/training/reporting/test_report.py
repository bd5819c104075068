"""The report holds the figures, and needs nothing from outside."""

import re
from html.parser import HTMLParser

from digitpad.training import runs
from digitpad.training.reporting import report
from digitpad.training.runs import RunFolder

VOID = {"meta", "img", "link", "br", "hr", "input"}


class Checker(HTMLParser):
    """Notes what the page would fetch, and tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_report_is_whole_and_fetches_nothing(finished: RunFolder) -> None:
    page = finished.report.read_text()
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert all(address.startswith(("data:", "#")) for address in checker.fetched)
    assert not re.search(r"@import|url\((?!#)|<script", page)


def test_the_report_shows_the_figures(finished: RunFolder) -> None:
    page, metrics = finished.report.read_text(), runs.read_json(finished.metrics)
    test = metrics["test"]
    assert f"{100 * test['accuracy']:.2f}&nbsp;%" in page
    assert f"{test['nll']:.4f}" in page
    drawn = metrics["drawings"]["generated"]
    assert page.count('class="mistake"') == len(test["worst"]) + len(drawn["worst"])
    assert page.count("<svg") == 7
    assert f"{100 * drawn['accuracy']:.2f}&nbsp;%" in page
    assert "no pen strokes" in page
    assert "its SHA-256 digests are unknown" in page  # the drawn digits are not MNIST
    assert metrics["data"]["sha256"]["train-images"] in page
    assert "looked at\nonce" in page


def test_a_small_data_set_is_announced(finished: RunFolder) -> None:
    metrics = runs.read_json(finished.metrics)
    metrics["data"]["notice"] = "NO <MNIST> FOUND"
    assert "NO &lt;MNIST&gt; FOUND" in report.render(metrics)


def test_pen_strokes_are_shown_where_they_were_at_hand(finished: RunFolder) -> None:
    metrics = runs.read_json(finished.metrics)
    metrics["drawings"]["pen"] = {**metrics["drawings"]["generated"], "accuracy": 0.98765}
    page = report.render(metrics)
    assert "98.77&nbsp;%" in page
    assert "Pen strokes: the worst mistakes" in page
    assert page.count("<svg") == 8


def test_the_same_figures_give_the_same_page(finished: RunFolder) -> None:
    metrics = runs.read_json(finished.metrics)
    assert report.render(metrics) == report.render(metrics)
