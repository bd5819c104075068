"""The files in `deploy/` agree with the server, and nginx spreads requests over two real servers without losing one."""

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from digitpad.server.run import _GRACE_SECONDS
from tests import equipment
from tests.conftest import soak
from tests.golden import GOLDEN
from tests.serving import Server, serving

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SEVEN = (GOLDEN / "7-medium-light.png").read_bytes()


def instructions(name: str) -> list[str]:
    """The arguments of all instructions of a kind in the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)


def manifests() -> dict[str, Any]:
    """The Kubernetes objects by kind."""
    return {each["kind"]: each for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())}


def test_the_image_copies_what_it_installs_from() -> None:
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    copied = {name for copy in instructions("COPY") if "--from" not in copy for name in copy.split()[:-1]}
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_the_health_check_succeeds_only_while_the_server_is_ready() -> None:
    [check] = instructions("HEALTHCHECK")
    _, *arguments = json.loads(check.partition("CMD ")[2])
    with serving() as server:
        port = server.url.rpartition(":")[2]
        command = [sys.executable, *(each.replace(":8000", f":{port}") for each in arguments)]
        assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


@soak
def test_the_steps_of_the_image_make_a_server(tmp_path: Path) -> None:
    """Every RUN in a folder instead of an image, then CMD."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src")
    place = str(tmp_path / "opt")
    for step in instructions("RUN"):
        subprocess.run(shlex.split(step.replace("/opt/digitpad", place)), cwd=tmp_path, check=True)
    program, *options = json.loads(instructions("CMD")[-1])
    command = [f"{place}/bin/{program}", *options[:-1], "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout
        url = re.findall(r"http://\S+", process.stdout.readline())[0].replace("0.0.0.0", "127.0.0.1")
        assert json.loads(get(f"{url}/readyz"))["status"] == "ready"
        process.terminate()


def test_the_manifest_agrees_with_the_image_and_the_server() -> None:
    objects = manifests()
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["args"] == json.loads(instructions("CMD")[-1])
    port = container["ports"][0]["containerPort"]
    assert str(port) == instructions("EXPOSE")[0] == container["args"][-1]
    assert f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" == instructions("USER")[0]
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > waits + _GRACE_SECONDS
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert objects[kind]["spec"]["selector"]["matchLabels"] == labels
    assert objects["Service"]["spec"]["selector"] == labels
    assert objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == "digitpad"


def test_the_probes_of_the_manifest_are_answered() -> None:
    [container] = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"]
    with serving() as server:
        for probe in ("readinessProbe", "livenessProbe"):
            path = container[probe]["httpGet"]["path"]
            assert get(server.url + path)


def get(url: str) -> bytes:
    """What a server answers; an error unless that is a success."""
    with urllib.request.urlopen(url, timeout=30) as response:
        body: bytes = response.read()
    return body


def ask(url: str, body: bytes = SEVEN) -> dict[str, Any]:
    """The answer to a drawing."""
    request = urllib.request.Request(f"{url}/api/predict", body, {"content-type": "image/png"})
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


@contextmanager
def balanced(folder: Path, *servers: Server) -> Iterator[str]:
    """Run nginx with the project's settings in front of two servers. Yields its address."""
    if not (program := equipment.nginx()):
        equipment.lacks("nginx")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = (DEPLOY / "nginx.conf").read_text().replace("listen 8080;", f"listen 127.0.0.1:{port};")
    for number, server in enumerate(servers, start=1):
        text = text.replace(f"127.0.0.1:800{number}", server.url.removeprefix("http://"))
    folder.joinpath("nginx.conf").write_text(text.replace("http {", "http {\n" + temporary(folder), 1))
    command = [program, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    with subprocess.Popen([*command, "-g", f"daemon off; pid {folder}/pid;"]) as process:
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def temporary(folder: Path) -> str:
    """Where nginx may write."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)


def served(server: Server) -> int:
    """How many drawings a server has answered."""
    text = get(f"{server.url}/metrics").decode()
    return int(sum(float(each) for each in re.findall(r"digitpad_requests_total{[^}]*predict[^}]*} (\S+)", text)))


def test_requests_are_spread_and_a_server_that_is_killed_loses_none(tmp_path: Path) -> None:
    with serving() as one, serving() as two, balanced(tmp_path, one, two) as url:
        assert all(ask(url)["digit"] == 7 for _ in range(20))
        assert min(served(one), served(two)) >= 5

        answers: list[int | None] = []
        asking = threading.Thread(target=lambda: answers.extend(ask(url)["digit"] for _ in range(60)))
        asking.start()
        while len(answers) == 0 and served(two) < 15:
            time.sleep(0.01)
        two.process.send_signal(signal.SIGKILL)
        asking.join()
        assert answers == [7] * 60


def test_a_server_that_ends_answers_what_it_has_begun(tmp_path: Path) -> None:
    with serving() as one, serving() as two, balanced(tmp_path, one, two) as url:
        answers: list[int | None] = []
        asking = threading.Thread(target=lambda: answers.extend(ask(url)["digit"] for _ in range(40)))
        asking.start()
        two.process.send_signal(signal.SIGTERM)
        asking.join()
        assert answers == [7] * 40
        assert two.process.wait(timeout=30) == 0


def test_what_nginx_must_not_pass_on_is_refused(tmp_path: Path) -> None:
    with serving() as one, serving() as two, balanced(tmp_path, one, two) as url:
        for path, data, code in (
            ("/metrics", None, 404),
            ("/api/model", b"{}", 403),
            ("/api/read", b"x" * 14_000_000, 413),
        ):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(urllib.request.Request(url + path, data), timeout=30)
            with caught.value as error:
                assert error.code == code, path
        assert get(f"{url}/api/model")
