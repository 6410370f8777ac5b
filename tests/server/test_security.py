"""Headers on every answer, a key where one is set, other origins only where they are asked for."""

import re
from collections.abc import Iterator

import httpx
import pytest

from animeter.domain.errors import SettingError
from animeter.inference.classifier import Classifier
from animeter.server.app import create_app
from animeter.server.options import ServeOptions
from tests.server.conftest import Serve, png, running

KEY = "0123456789abcdef0123456789abcdef"


def directives(answer: httpx.Response) -> dict[str, list[str]]:
    policy = answer.headers["content-security-policy"]
    return {words[0]: words[1:] for words in map(str.split, policy.split(";"))}


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/nothing", "/v1/model", "/v1/classify", "/metrics"]
)
def test_every_answer_carries_the_headers(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    policy = directives(answer)
    assert policy["default-src"] == ["'self'"]
    assert set(policy["script-src"]) == {"'self'", "'wasm-unsafe-eval'"}
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert not re.search(r"https?:", answer.headers["content-security-policy"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert "access-control-allow-origin" not in answer.headers


@pytest.fixture(scope="module")
def guarded(classifier: Classifier) -> Iterator[httpx.Client]:
    """A client, without the key, of a server that asks for it."""
    application = create_app(classifier, ServeOptions(api_key=KEY))
    with running(application) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("header", ["Bearer", "bearer", "X-API-Key"])
def test_the_right_key_opens(guarded: httpx.Client, header: str) -> None:
    headers = {header: KEY} if header == "X-API-Key" else {"Authorization": f"{header} {KEY}"}
    assert guarded.post("/v1/classify", content=png(), headers=headers).status_code == 200
    assert guarded.get("/v1/model", headers=headers).status_code == 200
    assert guarded.get("/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {KEY[:-1]}"},
        {"Authorization": f"Bearer {KEY}0"},
        {"Authorization": f"Basic {KEY}"},
        {"X-API-Key": ""},
        {"X-API-Key": KEY.upper()},
        {"X-API-Key": "ключ".encode()},
    ],
)
def test_no_other_key_does(guarded: httpx.Client, headers: dict[str, str]) -> None:
    for path in ("/v1/model", "/metrics", "/v1/classify", "/v1/not-even-there"):
        answer = guarded.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "bad_api_key"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert KEY not in answer.text


def test_a_large_upload_hears_it_too_instead_of_a_broken_connection(guarded: httpx.Client) -> None:
    assert guarded.post("/v1/classify", content=bytes(30_000_000)).status_code == 401


def test_health_page_and_model_stay_open(guarded: httpx.Client) -> None:
    for path in ("/v2/health/live", "/v2/health/ready", "/", "/docs", "/model/model.json"):
        assert guarded.get(path).status_code == 200, path
        assert guarded.head(path).status_code == 200, path


@pytest.mark.parametrize("key", ["short", "has a space in it, long enough", "schlüsselschlüssel"])
def test_a_key_that_cannot_work_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingError, match="openssl rand") as caught:
        ServeOptions(api_key=key)
    assert key not in str(caught.value)
    assert KEY not in repr(ServeOptions(api_key=KEY))


def preflight(client: httpx.Client, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key",
    }
    return client.options("/v1/classify", headers=headers)


def test_another_origin_is_let_in_only_by_name(serve: Serve) -> None:
    client = serve(ServeOptions(cors_origins=("https://good.example",), api_key=KEY))
    assert preflight(client, "https://good.example").status_code == 200
    assert preflight(client, "https://evil.example").status_code == 400
    refused = client.post("/v1/classify", headers={"Origin": "https://good.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://good.example", (
        "its page must be able to read the refusal"
    )
    other = client.post("/v1/classify", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_no_origin_is_let_in_unless_asked_for(client: httpx.Client) -> None:
    answer = preflight(client, "https://good.example")
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_body_bytes": 0}, "max_body_bytes is 0"),
        ({"max_queue": 3, "max_pictures": 4}, "raise max_queue"),
        ({"request_timeout_s": 0.0}, "request_timeout_s"),
        ({"request_timeout_s": float("nan")}, "request_timeout_s"),
        ({"threads": 0}, "threads is 0"),
        ({"root_path": "animeter"}, "such as /animeter"),
        ({"root_path": "/animeter/"}, "such as /animeter"),
        ({"root_path": "/a b"}, "such as /animeter"),
        ({"cors_origins": ("example.org",)}, "not an origin"),
        ({"cors_origins": ("https://example.org/path",)}, "not an origin"),
    ],
)
def test_options_that_make_no_sense_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        ServeOptions(**changes)
