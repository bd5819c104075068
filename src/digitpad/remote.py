"""Asks a running server to change its model."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from digitpad.errors import AddressError, ArtifactError, DigitpadError, InputError

_SECONDS = 60
_MAX_BYTES = 10_000_000


def switch(server: str, token: str | None, model: Path | None, *, back: bool = False) -> str:
    """Order a server to answer with another model.

    Args:
        server: the URL that `digitpad serve` prints.
        token: the token that the server was started with.
        model: a run's folder or a `digits.onnx`, or None with `back`.
        back: whether the model before the present one is wanted.

    Returns:
        The id of the model that serves now.

    Raises:
        InputError: not exactly one of `model` and `back`, or the server refused the order or the token.
        AddressError: the URL is none, or nothing that understands the order answers there.
        ArtifactError: the server cannot use the model.
    """
    if back == (model is not None):
        raise InputError("Expected a run or --back; got both or neither.")
    # `absolute` keeps links, which may lead elsewhere when the server looks.
    body = {"model": str(model.absolute())} if model else {"back": True}
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    try:
        request = urllib.request.Request(f"{server.rstrip('/')}/api/model", json.dumps(body).encode(), headers)
        # no proxy that the environment names: the server is on this machine
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_SECONDS) as response:
            return str(json.loads(response.read(_MAX_BYTES))["model"])
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(server, error) from None
    except UnicodeError:
        raise InputError("Expected a URL and a token of ASCII characters; got others. Check them.") from None
    except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
        raise AddressError(
            f"Expected a digitpad server at {server}; got: {getattr(error, 'reason', error)}. "
            "Start one with `digitpad serve`, or name its address with --server."
        ) from None


def _refused(server: str, error: urllib.error.HTTPError) -> DigitpadError:
    """The error for a response that is no success, in the server's own words if it has any."""
    try:
        problem: dict[str, Any] = json.loads(error.read(_MAX_BYTES))
        kind, detail = str(problem["type"]).rpartition(":")[2], str(problem["detail"])
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        kind, detail = "", ""
    match kind:
        case "unusable-model":
            return ArtifactError(detail)
        case "unauthorized" | "forbidden" | "invalid-request":
            return InputError(detail)
        case "":
            return AddressError(
                f"Expected a digitpad server at {server}; got the status {error.code}, which is not from one. "
                "Name its address with --server."
            )
        case _:
            return DigitpadError(detail)
