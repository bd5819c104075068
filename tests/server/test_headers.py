"""Browsers are told to run nothing inline, load nothing from elsewhere, and share nothing unless asked."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from digitpad import Recognizer
from digitpad.server import app, create_app
from digitpad.server.headers import PAGE_POLICY
from tests.server.conftest import JSON, PNG, PREDICT, SEVEN, Local, check_answer

FRIEND, STRANGER = "https://friend.example", "https://stranger.example"
SHARING = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers")

PATHS = ["/", "/web/index.html", "/api/model", "/healthz", "/readyz", "/metrics", "/openapi.json"]
REFUSED: list[tuple[int, dict[str, Any]]] = [
    (400, {"content": "{", "headers": JSON}),
    (413, {"content": bytes(2_000_001), "headers": PNG}),
    (415, {"content": "x"}),
    (422, {"content": "x", "headers": PNG}),
    (422, {"content": SEVEN, "headers": PNG, "params": {"top_k": 0}}),
]


def parse(policy: str) -> dict[str, list[str]]:
    directives = [part.split() for part in policy.split(";")]
    return {words[0]: words[1:] for words in directives}


def check_headers(response: httpx.Response) -> None:
    assert response.headers["content-security-policy"] == PAGE_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-cache"
    assert "server" not in response.headers


def test_the_policy_is_strict() -> None:
    directives = parse(PAGE_POLICY)
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == ["'self'"]
    assert directives["base-uri"] == directives["form-action"] == directives["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in PAGE_POLICY
    assert "*" not in PAGE_POLICY


@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_served_carries_the_policy(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    check_headers(response)


def test_answers_carry_the_policy(client: httpx.Client) -> None:
    check_headers(client.post(PREDICT, content=SEVEN, headers=PNG))


@pytest.mark.parametrize(("status", "sent"), REFUSED)
def test_refusals_carry_the_policy(client: httpx.Client, status: int, sent: dict[str, Any]) -> None:
    response = client.post(PREDICT, **sent)
    assert response.status_code == status
    check_headers(response)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/x", 404), ("GET", PREDICT, 405), ("GET", "/web/x", 404)]
)
def test_refusals_of_routes_carry_the_policy(client: httpx.Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    check_headers(response)


def test_refusals_for_want_of_room_carry_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MAX_DRAWINGS", 0)
    response = Local(app.create_app()).post(PREDICT, content=SEVEN, headers=PNG)
    assert response.status_code == 503
    check_headers(response)


def test_crashes_carry_the_policy(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Recognizer, "predict")
    response = local.post(PREDICT, content=SEVEN, headers=PNG)
    assert response.status_code == 500
    check_headers(response)


def test_the_report_may_have_styles_inside_but_no_scripts(client: httpx.Client) -> None:
    response = client.get("/report")
    directives = parse(response.headers["content-security-policy"])
    assert directives["default-src"] == ["'none'"]
    assert directives["img-src"] == ["data:"]
    assert "script-src" not in directives
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in response.text


def test_the_page_has_nothing_that_its_policy_forbids(client: httpx.Client) -> None:
    page = client.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


@pytest.fixture
def shared() -> Local:
    """An app whose API a friend's pages may use."""
    return Local(create_app(allow_origins=[FRIEND]))


def preflight(local: Local, origin: str, method: str = "POST", header: str = "content-type") -> httpx.Response:
    asked = {"access-control-request-method": method, "access-control-request-headers": header}
    return local.request("OPTIONS", PREDICT, headers={"origin": origin, **asked})


@pytest.mark.parametrize("ask", [preflight, lambda local, origin: local.get("/api/model", headers={"origin": origin})])
def test_nothing_is_shared_unless_asked(local: Local, ask: Callable[[Local, str], httpx.Response]) -> None:
    response = ask(local, FRIEND)
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_a_friend_may_send_drawings(shared: Local) -> None:
    response = preflight(shared, FRIEND)
    assert response.status_code == 200, response.text
    assert response.headers["access-control-allow-origin"] == FRIEND
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "content-type" in response.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(("status", "sent"), [(200, {"content": SEVEN, "headers": PNG}), *REFUSED])
def test_a_friend_may_read_answers_and_refusals(shared: Local, status: int, sent: dict[str, Any]) -> None:
    sent = sent | {"headers": {**sent.get("headers", {}), "origin": FRIEND}}
    response = shared.post(PREDICT, **sent)
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == FRIEND
    assert "origin" in response.headers["vary"].lower()


def test_a_stranger_may_do_neither(shared: Local) -> None:
    refused = preflight(shared, STRANGER)
    assert refused.status_code == 400
    answered = shared.post(PREDICT, content=SEVEN, headers={**PNG, "origin": STRANGER})
    for name in SHARING:
        assert name not in refused.headers
        assert name not in answered.headers


def test_friends_bring_no_cookies_and_no_other_headers(shared: Local) -> None:
    assert "access-control-allow-credentials" not in preflight(shared, FRIEND).headers
    assert preflight(shared, FRIEND, header="authorization").status_code == 400
    assert preflight(shared, FRIEND, method="DELETE").status_code == 400


def test_a_star_is_everybody() -> None:
    local = Local(create_app(allow_origins=["*"]))
    assert preflight(local, STRANGER).status_code == 200
    response = local.post(PREDICT, content=SEVEN, headers={**PNG, "origin": STRANGER})
    assert response.headers["access-control-allow-origin"] == "*"
    assert check_answer(response)["digit"] == 7
