"""Serving: the socket, the workers, the log, and a quiet end."""

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
        "python_multipart": {"level": "CRITICAL"},  # the refusal says what is wrong with a form
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
    """Serve the page and the API until SIGTERM or Ctrl-C; what is in flight is finished.

    Args:
        model: a `digits.onnx`; by default the model that ships.
        host: the address to listen on.
        port: the port, 0 for any that is free.
        workers: processes, each with its own model.
        allow_origins: as for `create_app`.

    Raises:
        ArtifactError: the model file cannot be used.
        AddressError: the address cannot be listened on.
    """
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # uvicorn takes over while it serves, and raises it again after
    listener = _listen(host, port)
    try:
        if workers == 1:
            config = _configure(create_app(model, allow_origins))
            _announce(listener)
            uvicorn.Server(config).run(sockets=[listener])
        else:
            Recognizer.load(model)  # a worker that could not load it would only say so in the log
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
            f"Expected to listen on {host}, port {port}; the system says: {error}. "
            "Choose others with --host and --port."
        ) from None


def _announce(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    print(f"Draw at http://{f'[{host}]' if ':' in host else host}:{port}  (Ctrl-C ends)", flush=True)


def _configure(app: Callable[..., object], workers: int = 0) -> uvicorn.Config:
    """How uvicorn serves an app, or with `workers` what makes one."""
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
