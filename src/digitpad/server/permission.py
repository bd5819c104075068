"""Who may do what: requests from this machine, requests with the token, and requests from pages of this server."""

import hmac
import re
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from fastapi import Request

from digitpad.errors import InputError
from digitpad.server.problem import ProblemError

_SCHEME = b"bearer "
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Guard:
    """Says who may send corrections, and who may look through them.

    Args:
        allow_origins: other origins whose pages may send some; "*" for all.
        token: what the owner knows; None so that the owner is whoever uses this machine.
    """

    def __init__(self, allow_origins: Sequence[str], token: str | None) -> None:
        self._allow_origins, self._token = allow_origins, token

    def check_writer(self, request: Request) -> None:
        """Refuse pages of other sites.

        Raises:
            ProblemError: 403.
        """
        if not same_origin(request, self._allow_origins):
            detail = "Expected a page of this server, or one named by --allow-origin; got another site's."
            raise ProblemError(403, "forbidden", detail)

    def check_reader(self, request: Request) -> None:
        """Require the token; where none is configured, a client on this machine that is no page of another site.

        Raises:
            ProblemError: 401 or 403.
        """
        if self._token is not None:
            require_token(request, self._token)
        elif not (is_loopback(request) and same_origin(request)):
            detail = (
                "Expected a client on the server's own machine, without a proxy; got another. Start the server with "
                "--token, or with DIGITPAD_TOKEN in its environment, and send the token."
            )
            raise ProblemError(403, "forbidden", detail)

    def may_read(self, request: Request) -> bool:
        """Whether `check_reader` lets a request pass."""
        try:
            self.check_reader(request)
        except ProblemError:
            return False
        return True


def check_token(token: str | None) -> None:
    """Check that HTTP can carry a configured token.

    Raises:
        InputError: the token is empty, or has spaces or characters other than ASCII.
    """
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise InputError(
            "Expected a token of visible ASCII characters without spaces; got another one, or an empty one. "
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"
        )


def is_loopback(request: Request) -> bool:
    """Whether a request comes from this machine, to a name that only this machine answers to, and through no proxy.

    The name keeps out pages whose own domain was made to point here (DNS rebinding). HTTP/1.0 is what nginx speaks if
    nobody told it otherwise; browsers do not. A proxy on this machine that adds none of the usual headers cannot be
    told from a client on this machine: behind a proxy, configure a token.
    """
    client = request.client.host if request.client else ""
    return (
        request.scope["http_version"] != "1.0"
        and _is_loopback_address(client)
        and _is_loopback_name(request.headers.get("host", ""))
        and not any(name in request.headers for name in _PROXY_HEADERS)
    )


def require_token(request: Request, token: str) -> None:
    """Require the header `Authorization: Bearer TOKEN`.

    Raises:
        ProblemError: 401, the token is missing or wrong.
    """
    # Starlette decodes headers as latin-1, so this gives back the bytes that were sent.
    sent = request.headers.get("authorization", "").encode("latin-1")
    is_bearer = sent[: len(_SCHEME)].lower() == _SCHEME
    if not (is_bearer and hmac.compare_digest(sent[len(_SCHEME) :].strip(), token.encode())):
        found = "its token is wrong" if is_bearer else "there is none"
        detail = (
            f"Expected the header Authorization: Bearer TOKEN; {found}. "
            "Send the token that `digitpad serve` was started with, as --token or DIGITPAD_TOKEN."
        )
        raise ProblemError(401, "unauthorized", detail, www_authenticate="Bearer")


def same_origin(request: Request, allow_origins: Sequence[str] = ()) -> bool:
    """Whether a request comes from a page of this server or of an allowed origin, or from a program that is no browser.

    Args:
        request: the request; browsers add `Origin` to whatever may change something, and no page can forge it.
        allow_origins: other origins whose pages may do this; "*" for all.
    """
    origin = request.headers.get("origin")
    if origin is not None and ("*" in allow_origins or origin in allow_origins):
        return True
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return False
    # The scheme may differ: a proxy with TLS in front passes HTTP on.
    return origin is None or origin.partition("://")[2].lower() == request.headers.get("host", "").lower()


def _is_loopback_name(host: str) -> bool:
    """Whether a `Host` header, a name with or without a port, can only mean this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # unbalanced brackets
        return False
    return name == "localhost" or _is_loopback_address(name)


def _is_loopback_address(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
