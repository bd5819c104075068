"""A stand-in for Colab's host: a real kernel, and a page whose `google.colab.kernel.invokeFunction` reaches it.

A process of its own, because kernels and browsers both want the event loop.
"""

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jupyter_client.manager import KernelManager

HOST = """
import sys, types
functions = {}

def _invoke_function(name, args, kwargs):
    if name not in functions:
        raise ValueError(f"Function not found: {name}")  # the words of google.colab.output
    return functions[name](*args, **kwargs)

output = types.ModuleType("google.colab.output")
output.register_callback = functions.__setitem__
colab = types.ModuleType("google.colab")
colab.output = output
google = sys.modules.setdefault("google", types.ModuleType("google"))
google.colab = colab
sys.modules |= {"google.colab": colab, "google.colab.output": output}
"""
"""What Colab's kernel has and others have not: functions registered by name."""

PAGE = """<!doctype html><meta charset="utf-8"><title>A notebook</title>
<script>
  const invokeFunction = async (name, args, kwargs) => {
    const response = await fetch("/invoke", { method: "POST", body: JSON.stringify({ name, args, kwargs }) });
    if (!response.ok) throw new Error(await response.text());
    return { data: await response.json() };
  };
  if (location.search !== "?elsewhere") globalThis.google = { colab: { kernel: { invokeFunction } } };
</script>
<main>%s</main>"""


class Host:
    """A kernel, and the outputs of its cells."""

    def __init__(self) -> None:
        self.outputs: list[str] = []
        self._busy = threading.Lock()  # as in a notebook, what is called waits behind what runs
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel()
        self._connect()

    def _connect(self) -> None:
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.run(HOST)

    def run(self, code: str) -> dict[str, Any]:
        """Run a cell; what it showed last, by media type. RuntimeError if it fails."""
        shown: dict[str, Any] = {}

        def keep(message: dict[str, Any]) -> None:
            shown.update(message["content"].get("data", {}))

        with self._busy:
            reply = self._client.execute_interactive(code, output_hook=keep, timeout=120)["content"]
        if reply["status"] == "error":
            raise RuntimeError(f"{reply['ename']}: {reply['evalue']}")
        return shown

    def is_busy(self) -> bool:
        """Whether a cell runs."""
        return self._busy.locked()

    def restart(self) -> None:
        """Restart the kernel; the page stays as it is."""
        self._client.stop_channels()
        self._manager.restart_kernel(now=True)
        self._connect()

    def close(self) -> None:
        """End the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def handler(host: Host) -> type[BaseHTTPRequestHandler]:
    """What the page and the tests ask for: the page, functions to be invoked, cells to be run, a restart."""

    def invoke(name: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        return host.run(f"display(_invoke_function({name!r}, {args!r}, {kwargs!r}))")

    def show(code: str) -> None:
        host.outputs.append(host.run(code)["text/html"])

    routes: dict[str, Callable[..., Any]] = {
        "/invoke": invoke,
        "/run": host.run,
        "/show": show,
        "/is_busy": host.is_busy,
        "/restart": host.restart,
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, "text/html", PAGE % "\n".join(host.outputs))

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            try:
                self._answer(200, "application/json", json.dumps(routes[self.path](**asked)))
            except RuntimeError as error:
                self._answer(500, "text/plain", str(error))

        def _answer(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    host = Host()
    try:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(host))
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()  # until the test is done
    finally:
        host.close()
