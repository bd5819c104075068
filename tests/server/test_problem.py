"""Refusals are RFC 9457 problem documents, whoever refuses."""

import json
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from digitpad.server import problem
from digitpad.server.problem import MEDIA_TYPE, TITLES, ProblemError
from tests.server.conftest import PREDICT, Local, check_problem


def test_a_problem_is_a_document_that_says_it_all() -> None:
    response = ProblemError(503, "busy", "Expected less.", retry_after="1", connection="close").response()
    assert json.loads(bytes(response.body)) == {
        "type": "urn:digitpad:problem:busy",
        "title": TITLES["busy"],
        "status": 503,
        "detail": "Expected less.",
    }
    assert response.status_code == 503
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.headers["retry-after"] == "1"
    assert response.headers["connection"] == "close"


def test_what_pydantic_found_is_told_without_the_values() -> None:
    errors = [{"loc": ("top_k",), "msg": "Input should be at most 10", "input": "a picture"}, {"loc": (), "msg": "No"}]
    found = problem.from_errors(errors)
    assert str(found) == ("Expected valid values; top_k: Input should be at most 10; the body: No. See /openapi.json.")
    assert (found.status, found.kind) == (422, "invalid-request")


def test_a_hundred_errors_are_not_all_told() -> None:
    assert str(problem.from_errors([{"loc": ("x",), "msg": "No"}] * 100)).count("x: No") == 5


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/predict/more", "/%2e%2e/etc/passwd", "/favicon.ico"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_paths(client: httpx.Client, method: str, path: str) -> None:
    check_problem(client.request(method, path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", PREDICT, "POST"),
        ("PUT", PREDICT, "POST"),
        ("DELETE", PREDICT, "POST"),
        ("OPTIONS", PREDICT, "POST"),
        ("POST", "/", "GET"),
        ("PUT", "/api/model", "GET"),
        ("DELETE", "/api/model", "POST"),
        ("PATCH", "/healthz", "GET"),
        ("POST", "/metrics", "GET"),
        ("POST", "/openapi.json", "GET"),
        ("POST", "/web/index.html", "GET"),
    ],
)
def test_other_methods_are_refused_with_those_that_are_taken(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path)
    check_problem(response, 405, "method-not-allowed")
    assert allowed in response.headers["allow"].split(", ")


@pytest.mark.parametrize("query", [{"colour": "red"}, {"top_k": "0"}, {"top_k": ["1", "x"]}])
def test_wrong_queries(client: httpx.Client, query: dict[str, Any]) -> None:
    detail = check_problem(client.post(PREDICT, params=query), 422, "invalid-request")
    assert f"query.{next(iter(query))}: " in detail


def test_every_refusal_is_counted_by_its_kind(local: Local) -> None:
    local.get("/nothing")
    local.get("/nothing")
    local.post(PREDICT)
    lines = local.get("/metrics").text.splitlines()
    assert 'digitpad_refusals_total{problem="not-found"} 2.0' in lines
    assert 'digitpad_refusals_total{problem="unsupported-media-type"} 1.0' in lines
    assert REGISTRY.get_sample_value("digitpad_refusals_total", {"problem": "not-found"}) is None  # apps share nothing
