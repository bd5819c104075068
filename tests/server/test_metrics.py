"""What the server counts is what happened."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from digitpad import Recognizer
from tests.doodles import NO_DIGITS, png
from tests.golden import GOLDEN
from tests.server.conftest import PNG, PREDICT, SEVEN, Local, run
from tests.server.pictures import blank

THREE = (GOLDEN / "3-large-dark.png").read_bytes()


class Counts:
    """Everything at /metrics."""

    def __init__(self, text: str) -> None:
        self._values = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float:
        return self._values.get((f"digitpad_{name}", frozenset(labels.items())), 0.0)

    def __len__(self) -> int:
        return len(self._values)

    def names(self) -> Iterator[str]:
        return (name for name, _ in self._values)


def counts(local: Local) -> Counts:
    return Counts(local.get("/metrics").text)


def predict(local: Local, picture: bytes = SEVEN) -> httpx.Response:
    return local.post(PREDICT, content=picture, headers=PNG)


def test_nothing_is_counted_before_anything_happened(local: Local) -> None:
    found = counts(local)
    assert found("requests_total", route=PREDICT, method="POST", status="200") == 0
    assert found("confidence_count") == 0
    assert found("prediction_seconds_count") == 0


def test_requests_are_counted_by_route_method_and_status(local: Local) -> None:
    for picture in (SEVEN, SEVEN, b"no picture"):
        predict(local, picture)
    local.get("/healthz")
    local.get("/nothing")
    local.request("PUT", PREDICT)
    found = counts(local)
    assert found("requests_total", route=PREDICT, method="POST", status="200") == 2
    assert found("requests_total", route=PREDICT, method="POST", status="422") == 1
    assert found("requests_total", route=PREDICT, method="PUT", status="405") == 1
    assert found("requests_total", route="/healthz", method="GET", status="200") == 1
    assert found("requests_total", route="other", method="GET", status="404") == 1
    assert found("request_seconds_count", route=PREDICT) == 4
    assert found("request_seconds_sum", route=PREDICT) > 0
    assert counts(local)("requests_total", route="/metrics", method="GET", status="200") == 1


def test_predictions_are_counted_by_status_and_digit(local: Local, recognizer: Recognizer) -> None:
    for picture in (SEVEN, THREE, SEVEN, blank(), png(NO_DIGITS["W"]), b"no picture"):
        predict(local, picture)
    found = counts(local)
    assert found("predictions_total", status="digit", digit="7") == 2
    assert found("predictions_total", status="digit", digit="3") == 1
    assert found("predictions_total", status="blank", digit="") == 1
    assert found("predictions_total", status="not a digit", digit="") == 1  # what comes closest was not read
    assert found("prediction_seconds_count") == 5  # the refused one was never read
    assert found("confidence_count") == 3
    confidences = [recognizer.predict(picture).confidence for picture in (SEVEN, THREE, SEVEN)]
    assert found("confidence_sum") == pytest.approx(sum(confidences))
    assert found("confidence_bucket", le="+Inf") == 3
    assert found("confidence_bucket", le="0.2") == 0


def test_refusals_are_counted_by_kind(local: Local) -> None:
    predict(local, b"no picture")
    local.post(PREDICT, json={"image": 3})
    local.post(PREDICT, content=b"{", headers={"content-type": "application/json"})
    local.post(PREDICT, content=b"x" * 2_000_001, headers=PNG)
    local.post(PREDICT)
    found = counts(local)
    for kind in ("unreadable-drawing", "invalid-request", "malformed-body", "body-too-large", "unsupported-media-type"):
        assert found("refusals_total", problem=kind) == 1


def test_nobody_can_make_the_counts_grow_for_ever(local: Local) -> None:
    def ask_all(numbers: range) -> int:
        for number in numbers:
            local.get(f"/nothing/{number}")
            local.get(f"/web/{number}")
            local.request(f"METHOD{number}", "/healthz")
            local.post(f"{PREDICT}?{number}=1")
        return len(counts(local))

    ask_all(range(1))  # asking for the counts counts as well
    assert ask_all(range(1, 2)) == ask_all(range(2, 10))


def test_counts_are_right_whatever_happens_at_once(local: Local) -> None:
    async def crowd() -> None:
        await asyncio.gather(*(local.send("POST", PREDICT, content=SEVEN, headers=PNG) for _ in range(40)))

    run(crowd())
    assert counts(local)("predictions_total", status="digit", digit="7") == 40


def test_a_server_tells_its_memory_and_is_understood_by_prometheus(client: httpx.Client) -> None:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    names = set(Counts(response.text).names())
    assert {"process_resident_memory_bytes", "process_cpu_seconds_total", "python_info"} <= names
