"""Every road into the API gives what Python gives, and everything else that is served is there."""

import base64
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digitpad import Recognizer, __version__, artifact
from digitpad import server as server_package
from digitpad.artifact import Artifact
from digitpad.errors import ArtifactError
from digitpad.server import create_app
from tests.doodles import NO_DIGITS, png
from tests.golden import GOLDEN, GOLDEN_PICTURES
from tests.server.conftest import PNG, PREDICT, SEVEN, Local, check_answer, check_problem, expected_answer
from tests.server.pictures import blank, data_url, encode, jpeg, plain

WEB = Path(server_package.__file__).parents[1] / "web"

Form = Callable[..., dict[str, Any]]


def as_json(picture: bytes, **options: Any) -> dict[str, Any]:
    return {"json": {"image": data_url(picture), **options}}


def as_raw(picture: bytes, **options: Any) -> dict[str, Any]:
    media_type = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    return {"content": picture, "headers": {"content-type": media_type}, "params": options}


def as_form(picture: bytes, **options: Any) -> dict[str, Any]:
    return {"files": {"image": ("drawing", picture)}, "data": options}


FORMS = pytest.mark.parametrize("form", [as_json, as_raw, as_form])


@FORMS
@pytest.mark.parametrize("path", GOLDEN_PICTURES[::7], ids=lambda path: path.stem)
@pytest.mark.parametrize("convert", [bytes, jpeg], ids=["png", "jpeg"])
def test_the_answer_is_what_python_answers(
    client: httpx.Client, recognizer: Recognizer, form: Form, path: Path, convert: Callable[[bytes], bytes]
) -> None:
    picture = convert(path.read_bytes())
    found = check_answer(client.post(PREDICT, **form(picture)))
    assert found == expected_answer(recognizer, picture)
    assert str(found["digit"]) == path.stem[0]


@pytest.mark.parametrize("path", GOLDEN_PICTURES, ids=lambda path: path.stem)
def test_every_golden_drawing_is_read(client: httpx.Client, path: Path) -> None:
    found = check_answer(client.post(PREDICT, **as_raw(path.read_bytes())))
    assert str(found["digit"]) == path.stem[0]


@FORMS
@pytest.mark.parametrize("top_k", [1, 4, 10])
def test_top_k_says_how_many_digits_are_listed(
    client: httpx.Client, recognizer: Recognizer, form: Form, top_k: int
) -> None:
    found = check_answer(client.post(PREDICT, **form(SEVEN, top_k=top_k)))
    assert found == expected_answer(recognizer, SEVEN, top_k)
    assert len(found["top_k"]) == top_k
    assert found["top_k"][0] == {"digit": 7, "probability": found["confidence"]}


@pytest.mark.parametrize("form", [as_json, as_form])
def test_a_query_serves_every_form_and_the_body_overrules_it(client: httpx.Client, form: Form) -> None:
    asked = client.post(PREDICT, params={"top_k": 5, "ink": True}, **form(SEVEN)).json()
    assert len(asked["top_k"]) == 5
    assert asked["steps"]["ink_picture"]
    overruled = client.post(PREDICT, params={"top_k": 5, "ink": True}, **form(SEVEN, top_k=2)).json()
    assert len(overruled["top_k"]) == 2
    assert overruled["steps"]["ink_picture"]


@FORMS
def test_the_picture_of_the_ink_comes_when_it_is_asked_for(
    client: httpx.Client, recognizer: Recognizer, form: Form
) -> None:
    picture = (GOLDEN / "7-large-light.png").read_bytes()
    found = check_answer(client.post(PREDICT, **form(picture, ink=True)))
    assert found == expected_answer(recognizer, picture, ink=True)
    header, _, payload = found["steps"]["ink_picture"].partition(",")
    assert header == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(payload))) as image:
        assert image.mode == "L"
        assert max(image.size) <= 112
    assert check_answer(client.post(PREDICT, **form(picture)))["steps"]["ink_picture"] is None


@pytest.mark.parametrize("name", ["image", "file", "a b", "'", "bild ü"])
def test_the_field_of_the_file_may_have_any_name(client: httpx.Client, name: str) -> None:
    assert check_answer(client.post(PREDICT, files={name: ("a.png", SEVEN)}, data={"top_k": "1"}))["digit"] == 7


@FORMS
@pytest.mark.parametrize(
    "picture",
    [
        blank(),
        blank(colour=0),
        blank("RGBA", colour=(0, 0, 0, 0)),
        blank("1", (1, 1), 1),
        jpeg(blank()),
        plain(9, 9, 16, 6, interlaced=True),
    ],
    ids=["white", "black", "transparent", "one pixel", "jpeg", "interlaced 16 bit"],
)
def test_blank_pictures_are_called_blank(
    client: httpx.Client, recognizer: Recognizer, form: Form, picture: bytes
) -> None:
    found = check_answer(client.post(PREDICT, **form(picture, top_k=10)))
    assert found == expected_answer(recognizer, picture, 10)
    assert (found["status"], found["digit"], found["confidence"], found["top_k"]) == ("blank", None, 0, [])
    assert not np.any(found["seen"])


@FORMS
@pytest.mark.parametrize("name", sorted(NO_DIGITS))
def test_what_is_no_digit_is_called_so(client: httpx.Client, recognizer: Recognizer, form: Form, name: str) -> None:
    picture = png(NO_DIGITS[name])
    found = check_answer(client.post(PREDICT, **form(picture)))
    assert found == expected_answer(recognizer, picture)
    assert found["status"] == "not a digit"
    assert found["digit"] == found["candidates"][0] == found["top_k"][0]["digit"]
    assert found["not_digit"] > 0.5
    assert "the closest is" in found["reason"]


@pytest.mark.parametrize("size", [(16_000, 1), (1, 16_000), (3_000, 2_000)])
def test_pictures_of_strange_shapes_are_read(
    client: httpx.Client, recognizer: Recognizer, size: tuple[int, int]
) -> None:
    image = Image.new("L", size, 255)
    image.paste(0, (size[0] // 3, size[1] // 3, size[0] // 3 + 90, size[1] // 3 + 400))
    picture = encode(image)
    assert check_answer(client.post(PREDICT, **as_raw(picture))) == expected_answer(recognizer, picture)


def test_the_model_shows_its_card(client: httpx.Client, recognizer: Recognizer) -> None:
    assert client.get("/api/model").json() == {
        "model": recognizer.model_id,
        "num_bytes": artifact.shipped().stat().st_size,
        "card": recognizer.card,
        "report": "/report",
        "explains": True,
        "keeps": None,
    }
    assert client.post(PREDICT, **as_json(SEVEN)).json()["model"] == recognizer.model_id


def test_the_report_is_the_file_beside_the_model(client: httpx.Client) -> None:
    response = client.get("/report")
    assert response.content == artifact.shipped().with_name("report.html").read_bytes()
    assert response.headers["content-type"] == "text/html; charset=utf-8"


def test_a_model_without_a_report_says_so(tmp_path: Path) -> None:
    local = Local(create_app(Path(shutil.copy(artifact.shipped(), tmp_path))))
    assert local.get("/api/model").json()["report"] is None
    assert "report.html" in check_problem(local.get("/report"), 404, "not-found")
    assert check_answer(local.post(PREDICT, **as_json(SEVEN)))["digit"] == 7


def test_a_model_that_cannot_be_used_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="does not exist"):
        create_app(tmp_path / "missing.onnx")


def test_probes_for_operators(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/web/pad.js"])
def test_who_only_asks_whether_it_is_there_is_answered(client: httpx.Client, path: str) -> None:
    response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")


def test_a_model_that_fails_its_probes_is_not_ready_but_alive(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Artifact.run

    def run_wrongly(*arguments: Any, **options: Any) -> dict[str, NDArray[np.float32]]:
        return run(*arguments, **options) | {"probabilities": np.full((1, 10), 0.1, np.float32)}

    with monkeypatch.context() as broken:
        broken.setattr(Artifact, "run", run_wrongly)
        check_problem(local.get("/readyz"), 503, "not-ready")
        assert local.get("/healthz").status_code == 200
    assert local.get("/readyz").status_code == 200


def test_the_api_is_described(client: httpx.Client) -> None:
    description = client.get("/openapi.json").json()
    assert description["info"]["version"] == __version__
    routes = {PREDICT, "/api/read", "/api/explain", "/api/weights", "/api/model", "/healthz", "/readyz", "/metrics"}
    assert set(description["paths"]) == routes
    accepted = description["paths"][PREDICT]["post"]["requestBody"]["content"]
    assert set(accepted) == {"application/json", "multipart/form-data", "image/png", "image/jpeg", "image/webp"}


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_nothing_is_served_that_loads_scripts_from_elsewhere(client: httpx.Client, path: str) -> None:
    check_problem(client.get(path), 404, "not-found")


def test_the_page_and_all_that_it_links_to_are_there(client: httpx.Client) -> None:
    response = client.get("/")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == (WEB / "index.html").read_text()
    links = set(re.findall(r'(?:href|src)="([^":#]+)"', response.text))
    links.remove("corrections")  # shown only where they are kept
    assert links
    assert [client.get("/" + link).status_code for link in links] == [200] * len(links)


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.*")), ids=lambda path: path.name)
def test_every_file_of_the_page_is_served_as_what_it_is(client: httpx.Client, path: Path) -> None:
    kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    response = client.get(f"/web/{path.relative_to(WEB)}")
    assert response.content == path.read_bytes()
    assert response.headers["content-type"].partition(";")[0] == kinds[path.suffix]


@pytest.mark.parametrize(
    "path",
    ["..%2fcli.py", "%2e%2e/cli.py", "..%5ccli.py", "%2fetc%2fpasswd", "%00", "", "nothing.js", "a" * 5000, "%ff"],
)
def test_nothing_beside_the_page_is_served(client: httpx.Client, path: str) -> None:
    check_problem(client.get(f"/web/{path}"), 404, "not-found")


def test_media_types_may_carry_parameters_and_capitals(client: httpx.Client) -> None:
    for media_type in ("IMAGE/PNG", "image/png; q=1", "image/png ;charset=x"):
        assert client.post(PREDICT, content=SEVEN, headers={"content-type": media_type}).status_code == 200
    response = client.post(PREDICT, content=b'{"image": "%b"}' % data_url(SEVEN).encode(), headers=PNG)
    check_problem(response, 422, "unreadable-drawing")  # the header is taken at its word
