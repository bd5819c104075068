"""Runs the server: the socket, the workers, the log, and a clean shutdown."""

import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from digitpad.errors import AddressError
from digitpad.server import permission
from digitpad.server.app import create_app
from digitpad.server.connection import Connection
from digitpad.server.keep import Keep
from digitpad.server.metrics import SHARED_FOLDER
from digitpad.server.served import Served

_GRACE_SECONDS = 10
_SILENT_SECONDS = 60  # after this a worker counts as crashed; on a busy machine one may say nothing for seconds
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
    token: str | None = None,
    keep: Keep | None = None,
) -> None:
    """Serve the page and the API until SIGTERM or Ctrl-C, then finish the requests in progress.

    SIGHUP makes it load again what `model` names; requests in progress finish with the model that they began with.
    When the terminal that shows the log is closed, the server ends, as others do.

    Args:
        model: a `digits.onnx` or a run's folder; None for the model that ships with digitpad.
        host: the address to listen on.
        port: the port to listen on; 0 picks a free one.
        workers: number of processes, each with its own copy of the model.
        allow_origins: as for `create_app`.
        token: as for `create_app`.
        keep: as for `create_app`.

    Raises:
        ArtifactError: the model cannot be used.
        InputError: the token cannot be sent in a header.
        KeepingError: corrections can never be kept there.
        AddressError: the server cannot listen on the address.
    """
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # uvicorn handles it while serving, and raises it again afterwards
    if keep:
        _check_store(keep)
    announce = partial(_announce, is_open=keep is not None and token is None)
    listener = _listen(host, port)
    try:
        if workers == 1:
            app = create_app(model, allow_origins, token=token, keep=keep)
            server = _Server(_configure(app), app.state.served)
            announce(listener)
            server.run(sockets=[listener])
        else:
            permission.check_token(token)
            create = partial(_create_worker, model, allow_origins, token, keep)
            _serve_with_workers(listener, workers, model, create, announce)
    except KeyboardInterrupt:
        pass


def _check_store(keep: Keep) -> None:
    """Open the store once, so that a target that will never do is told at once."""
    from digitpad.server import keeper

    keeper.check(keep)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"Expected to listen on {host}, port {port}; the system reported: {error}. "
            "Choose another address with --host and --port."
        ) from None


def _announce(listener: socket.socket, *, is_open: bool) -> None:
    """Say where the server is, and that its corrections are open to all who use this machine if they are."""
    host, port = listener.getsockname()[:2]
    print(f"Draw at http://{f'[{host}]' if ':' in host else host}:{port}  (Ctrl-C to stop)", flush=True)
    if is_open:
        notice = (
            "Everybody on this machine may look through the corrections; behind a proxy, a token is needed (--token)."
        )
        print(notice, flush=True)


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
        timeout_worker_healthcheck=_SILENT_SECONDS,
    )


def _serve_with_workers(
    listener: socket.socket,
    workers: int,
    model: Path | None,
    create: Callable[[Path], object],
    announce: Callable[[socket.socket], None],
) -> None:
    with tempfile.TemporaryDirectory(prefix="digitpad-") as folder:
        os.environ[SHARED_FOLDER] = folder
        served = Served(model, Path(folder))  # a worker that cannot load the model would only log the error
        supervisor = _Workers(_configure(partial(create, Path(folder)), workers), [listener], served)
        announce(listener)
        supervisor.run()


def _create_worker(
    model: Path | None, allow_origins: Sequence[str], token: str | None, keep: Keep | None, folder: Path
) -> FastAPI:
    _on_hangup(signal.SIG_IGN)  # the parent reloads for all, whoever else gets the signal
    return create_app(model, allow_origins, token=token, keep=keep, shared=folder)


class _Server(uvicorn.Server):
    """A single process; the model is loaded again in a thread beside its event loop."""

    def __init__(self, config: uvicorn.Config, served: Served) -> None:
        super().__init__(config)
        self._served, self._has_terminal = served, sys.stderr.isatty()
        _on_hangup(self._hang_up)

    def _hang_up(self, *_: object) -> None:
        if _has_lost(self._has_terminal):
            self.should_exit = True
        else:
            threading.Thread(target=self._served.reload).start()


class _Workers(Multiprocess):
    """Worker processes that share a listening socket and a model."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], served: Served) -> None:
        super().__init__(config, sockets)
        self._served, self._has_terminal = served, sys.stderr.isatty()

    def handle_hup(self) -> None:
        """Load the model again; by default uvicorn would start all workers again, and cut their connections."""
        if _has_lost(self._has_terminal):
            self.should_exit.set()
        else:
            self._served.reload()


def _has_lost(terminal: bool) -> bool:
    """Whether a server that logged to a terminal can no longer: it was closed, which sends SIGHUP too."""
    return terminal and not sys.stderr.isatty()


def _on_hangup(handler: Callable[..., object] | signal.Handlers) -> None:
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, handler)
