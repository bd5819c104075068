"""Runs the server: the socket, the workers, the log, and a clean shutdown."""

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from digitpad.errors import AddressError
from digitpad.recognizer import Recognizer
from digitpad.server.app import create_app
from digitpad.server.connection import Connection
from digitpad.server.metrics import SHARED_FOLDER

_GRACE_SECONDS = 10
_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "digitpad.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "python_multipart": {"level": "CRITICAL"},  # the problem document says what is wrong with a form
    },
}


def serve(
    *,
    model: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    allow_origins: Sequence[str] = (),
) -> None:
    """Serve the page and the API until SIGTERM or Ctrl-C, then finish the requests in progress.

    Args:
        model: a `digits.onnx`; None for the model that ships with digitpad.
        host: the address to listen on.
        port: the port to listen on; 0 picks a free one.
        workers: number of processes, each with its own copy of the model.
        allow_origins: as for `create_app`.

    Raises:
        ArtifactError: the model file cannot be used.
        AddressError: the server cannot listen on the address.
    """
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # uvicorn handles it while serving, and raises it again afterwards
    listener = _listen(host, port)
    try:
        if workers == 1:
            config = _configure(create_app(model, allow_origins))
            _announce(listener)
            uvicorn.Server(config).run(sockets=[listener])
        else:
            Recognizer.load(model)  # a worker that cannot load it would only log the error
            _announce(listener)
            _run_workers(_configure(partial(create_app, model, allow_origins), workers), listener)
    except KeyboardInterrupt:
        pass


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"Expected to listen on {host}, port {port}; the system reported: {error}. "
            "Choose another address with --host and --port."
        ) from None


def _announce(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    print(f"Draw at http://{f'[{host}]' if ':' in host else host}:{port}  (Ctrl-C to stop)", flush=True)


def _configure(app: Callable[..., object], workers: int = 0) -> uvicorn.Config:
    """Configure uvicorn for an app, or for a function that creates one if there are `workers`."""
    return uvicorn.Config(
        app,
        factory=workers > 0,
        workers=workers or 1,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=_LOG,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _run_workers(config: uvicorn.Config, listener: socket.socket) -> None:
    with tempfile.TemporaryDirectory(prefix="digitpad-") as folder:
        os.environ[SHARED_FOLDER] = folder
        Multiprocess(config, [listener]).run()
