"""What counts as this machine, as the right token, and as a page of this server."""

import pytest
from fastapi import Request

from digitpad.errors import InputError
from digitpad.server import permission
from digitpad.server.problem import ProblemError

HOST = "127.0.0.1:8000"


def request(client: str | None = "127.0.0.1", host: str | None = HOST, version: str = "1.1", **headers: str) -> Request:
    """A request with these headers, written with underscores."""
    named = ({"host": host} if host is not None else {}) | headers
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in named.items()]
    address = None if client is None else (client, 50000)
    return Request({"type": "http", "http_version": version, "client": address, "headers": raw})


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", [HOST, "127.0.0.1", "localhost", "LOCALHOST:8000", "[::1]:8000", "127.0.0.2:80"])
def test_this_machine(client: str, host: str) -> None:
    assert permission.is_loopback(request(client, host))


@pytest.mark.parametrize("client", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "localhost", "", None])
def test_other_machines(client: str | None) -> None:
    assert not permission.is_loopback(request(client))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0",
        "[::1",
        "",
        None,
    ],
)
def test_names_that_another_site_can_have_point_here_are_not_this_machine(host: str | None) -> None:
    assert not permission.is_loopback(request(host=host))


@pytest.mark.parametrize(
    "header", ["forwarded", "via", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "x_real_ip"]
)
def test_what_comes_through_a_proxy_is_not_this_machine(header: str) -> None:
    assert not permission.is_loopback(request(**{header: "for=127.0.0.1"}))


def test_what_speaks_as_nginx_does_is_not_this_machine() -> None:
    assert not permission.is_loopback(request(version="1.0"))


@pytest.mark.parametrize("header", ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret "])
def test_the_right_token(header: str) -> None:
    permission.require_token(request(authorization=header), "s3cret")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "s3cret", "Bearer \xe4"]
)
def test_no_token_and_wrong_tokens(header: str | None) -> None:
    sent = {} if header is None else {"authorization": header}
    with pytest.raises(
        ProblemError, match=r"^Expected the header Authorization: Bearer TOKEN; .* DIGITPAD_TOKEN\.$"
    ) as e:
        permission.require_token(request(**sent), "s3cret")
    assert (e.value.status, e.value.kind) == (401, "unauthorized")
    assert e.value.headers["www-authenticate"] == "Bearer"
    assert "s3cret" not in str(e.value)


def test_tokens_that_a_header_cannot_carry_are_refused_at_the_start() -> None:
    permission.check_token(None)
    permission.check_token("s3cret-~!")
    for token in ("", "two words", "schlüssel", "line\n"):
        with pytest.raises(InputError, match="Expected a token"):
            permission.check_token(token)


def test_programs_and_pages_of_this_server_are_of_the_same_origin() -> None:
    assert permission.same_origin(request())
    assert permission.same_origin(request(origin="http://127.0.0.1:8000", sec_fetch_site="same-origin"))
    assert permission.same_origin(request(host="Digits.example", origin="https://digits.example"))
    assert permission.same_origin(request(sec_fetch_site="none"))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "null"},
        {"origin": ""},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "http://127.0.0.1:8000", "sec_fetch_site": "cross-site"},
    ],
)
def test_pages_of_other_sites_are_not(headers: dict[str, str]) -> None:
    assert not permission.same_origin(request(**headers))


def test_allowed_origins() -> None:
    other = request(origin="https://friend.example", sec_fetch_site="cross-site")
    assert permission.same_origin(other, ["https://friend.example"])
    assert permission.same_origin(other, ["*"])
    assert not permission.same_origin(other, ["https://another.example"])
    assert not permission.same_origin(request(sec_fetch_site="cross-site"), ["https://friend.example"])
