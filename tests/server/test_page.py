"""The page's files and the model's, cached as they should be; and a word where there is no page."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from animeter.inference.classifier import Classifier
from animeter.server.app import create_app
from tests.server.conftest import Serve, running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page, as the build leaves it."""
    tmp_path = tmp_path_factory.mktemp("page")
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Animeter</title>" + " " * 500)
    (tmp_path / "assets" / "index-BxK3_9aQ.js").write_text("console.log(1);" * 100)
    (tmp_path / "assets" / "engine-C_1-xY9z.wasm").write_bytes(b"\0asm" + bytes(5000))
    (tmp_path / "icon.png").write_bytes(bytes(range(256)))
    (tmp_path / "manifest.webmanifest").write_text("{}")
    return tmp_path


@pytest.fixture(scope="module")
def visitor(classifier: Classifier, folder: Path) -> Iterator[httpx.Client]:
    """A client of a server with that page."""
    with (
        running(create_app(classifier, page_folder=folder)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "kind", "caching"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/assets/index-BxK3_9aQ.js", "text/javascript; charset=utf-8", "immutable"),
        ("/assets/engine-C_1-xY9z.wasm", "application/wasm", "immutable"),
        ("/icon.png", "image/png", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
    ],
)
def test_a_file_comes_with_its_type_and_is_sent_once(
    visitor: httpx.Client, folder: Path, path: str, kind: str, caching: str
) -> None:
    content = (folder / (path.strip("/") or "index.html")).read_bytes()
    for encoding in ("gzip", "identity"):
        answer = visitor.get(path, headers={"Accept-Encoding": encoding})
        assert answer.content == content
        assert answer.headers["content-type"] == kind
        assert caching in answer.headers["cache-control"]
    again = visitor.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = visitor.head(path, headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(content)


def test_what_shrinks_is_sent_compressed(visitor: httpx.Client) -> None:
    assert visitor.get("/assets/engine-C_1-xY9z.wasm").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in visitor.get("/icon.png").headers


def test_without_a_page_it_says_so_and_the_api_works(serve: Serve, tmp_path: Path) -> None:
    client = serve(page_folder=tmp_path / "nothing")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "no built page" in answer.text
    assert "<script" not in answer.text
    assert client.get("/v1/model").status_code == 200


def test_the_models_files_are_the_bundles_own(client: httpx.Client, classifier: Classifier) -> None:
    bundle = classifier.bundle
    weights = client.get("/model/model.onnx")
    assert hashlib.sha256(weights.content).hexdigest() == bundle.spec.sha256
    assert weights.headers["cache-control"] == "no-cache"
    assert weights.headers["etag"] == f'"{bundle.spec.sha256}"'
    named = client.get(f"/model/model.onnx?sha256={bundle.spec.sha256}")
    assert "immutable" in named.headers["cache-control"]
    assert client.get("/model/model.json").json() == bundle.spec.model_dump(mode="json")
    assert client.get("/model/checkpoint.safetensors").status_code == 404
    assert client.get("/model/..%2Fmodel.json").status_code == 404


def test_the_model_is_described(client: httpx.Client, classifier: Classifier) -> None:
    spec = classifier.bundle.spec
    shown = client.get("/v1/model").json()
    assert shown["label"] == spec.label
    assert shown["created"] == spec.created
    assert shown["sha256"] == spec.sha256
    assert shown["labels"] == {"style": ["anime", "cartoon"]}
    assert shown["thresholds"] == spec.thresholds.model_dump()
    assert shown["limits"]["max_body_bytes"] == 20 * 2**20
