"""The server does what its description says."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from digitpad.server.schema import Answer, Health, Model
from tests.conftest import portion
from tests.doodles import NO_DIGITS, png
from tests.server.conftest import JSON, PNG, PREDICT, SEVEN, Server, check_problem
from tests.server.pictures import blank, data_url

ROOT = Path(__file__).parents[2]

EXCLUDED = {
    # No schema can say that a string holds a picture, so much that fits the description is refused all the same.
    "positive_data_acceptance",
    # Queries and forms are text, where 0, off and no are taken for false, 1, on and yes for true.
    "negative_data_rejection",
}


def test_schemathesis_finds_no_difference(server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json", "--checks", "all"]
    command += ["--exclude-checks", ",".join(sorted(EXCLUDED)), "--continue-on-failure", "--no-color", "--no-shrink"]
    command += ["--max-examples", str(portion(1000)), "--seed", "1", "--generation-database", "none"]
    command += ["--warnings", "off"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.server.media_types", "PYTHONPATH": python_path()}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    found = re.search(r"(\d+) generated, (\d+) passed", result.stdout)
    assert found, result.stdout
    assert int(found[1]) > portion(3000)


def python_path() -> str:
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.mark.parametrize("picture", [SEVEN, png(NO_DIGITS["W"]), blank()], ids=["digit", "not a digit", "blank"])
@pytest.mark.parametrize("ink", [False, True])
def test_answers_are_as_described(client: httpx.Client, picture: bytes, ink: bool) -> None:
    found = client.post(PREDICT, content=picture, headers=PNG, params={"ink": ink, "top_k": 10}).json()
    assert Answer.model_validate(found).model_dump(mode="json") == found
    assert set(Answer.model_fields) == set(found)


def test_the_model_and_the_probes_are_as_described(client: httpx.Client) -> None:
    for path, kind in (("/api/model", Model), ("/healthz", Health), ("/readyz", Health)):
        found = client.get(path).json()
        assert kind.model_validate(found).model_dump(mode="json") == found


def operation(client: httpx.Client, path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()["paths"][path][method]
    return found


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, {"content": "{", "headers": JSON}),
        (413, {"content": bytes(2_000_001), "headers": PNG}),
        (415, {"content": "x"}),
        (422, {"content": "x", "headers": PNG}),
    ],
)
def test_every_refusal_is_described(client: httpx.Client, status: int, sent: dict[str, Any]) -> None:
    response = client.post(PREDICT, **sent)
    kind = response.json()["type"].rpartition(":")[2]
    check_problem(response, status, kind)
    described = operation(client, PREDICT, "post")["responses"]
    assert response.headers["content-type"] in described[str(status)]["content"]


def test_refusals_for_want_of_time_and_room_are_described(client: httpx.Client) -> None:
    assert {"408", "503"} <= set(operation(client, PREDICT, "post")["responses"])
    assert "503" in operation(client, "/readyz", "get")["responses"]


def test_the_description_says_what_a_body_may_be(client: httpx.Client) -> None:
    content = operation(client, PREDICT, "post")["requestBody"]["content"]
    document = content["application/json"]["schema"]
    assert document["required"] == ["image"]
    assert document["additionalProperties"] is False
    assert (
        document["properties"]["top_k"] | {"minimum": 1, "maximum": 10, "default": 3}
        == (document["properties"]["top_k"])
    )
    form = content["multipart/form-data"]["schema"]
    assert form["properties"]["image"]["format"] == "binary"
    assert form["required"] == ["image"]
    assert form["additionalProperties"] is False  # a form with other fields is refused


def test_the_description_names_every_status(client: httpx.Client) -> None:
    answer = client.get("/openapi.json").json()["components"]["schemas"]["Answer"]
    assert answer["properties"]["status"]["enum"] == ["digit", "unsure", "not a digit", "several digits", "blank"]
    assert set(answer["required"]) == set(Answer.model_fields)


def test_an_example_from_the_description_works(client: httpx.Client) -> None:
    prefix = client.post(PREDICT, json={"image": "x"}).json()["detail"].split("'")[1]
    assert data_url(SEVEN).startswith(prefix)
    assert client.post(PREDICT, json={"image": data_url(SEVEN)}).status_code == 200
