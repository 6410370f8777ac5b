"""The label page's routes: whose turn it is, what is kept, and who may look at the pictures."""

import csv
import io
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from animeter.datasets.labelling import LabelLog
from animeter.datasets.marks import MARKS
from animeter.datasets.to_label import PictureToLabel, pictures_to_label
from animeter.domain.results import Result
from animeter.inference.classifier import Classifier
from animeter.server.app import create_app
from animeter.server.labelling import Labelling, LabelSession
from animeter.server.looking import Looking
from animeter.server.options import ServeOptions
from tests.server.conftest import running
from tests.support.tiny_bundle import COLOURS

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture for each verdict, and one that is none."""
    monkeypatch.setenv("ANIMETER_HOME", str(tmp_path / "home"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (60, 40), colour).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot more")
    return folder


@contextmanager
def labelling(
    classifier: Classifier, source: Path, key: str | None = None, opinions: int | None = None
) -> Iterator[httpx.Client]:
    """A client of a server where pictures are labelled, once the model has looked at all."""
    file = source.parent / "labels.csv"
    log = LabelLog(file, MARKS)
    what = Labelling(source, pictures_to_label(source, file, MARKS), log, opinions)
    app = create_app(classifier, ServeOptions(api_key=key), labelling=what)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with (
        running(app) as url,
        httpx.Client(base_url=url, timeout=60, trust_env=False, headers=headers) as client,
    ):
        until_looked_at(client, len(what.pictures))
        yield client
    log.close()


def until_looked_at(client: httpx.Client, pictures: int) -> None:
    for _ in range(3000):
        progress = client.get("/v1/labelling/pictures?who=x").json()["progress"]
        if progress["looked_at"] + progress["unreadable"] == pictures:
            return
        time.sleep(0.02)
    pytest.fail("the model never finished looking")


def turns(client: httpx.Client, who: str, which: str = "open") -> list[str]:
    found = client.get("/v1/labelling/pictures", params={"who": who, "which": which}).json()
    return [picture["name"].removeprefix("pictures/") for picture in found["pictures"]]


def say(client: httpx.Client, who: str, name: str, **marks: str) -> httpx.Response:
    answers = [
        {"picture": f"pictures/{name}", "mark": mark, "value": value}
        for mark, value in marks.items()
    ]
    return client.post("/v1/labelling/answers", json={"who": who, "answers": answers})


@pytest.mark.slow
def test_people_label_side_by_side(classifier: Classifier, folder: Path) -> None:
    with labelling(classifier, folder) as client:
        about = client.get("/v1/labelling").json()
        assert (about["title"], about["pictures"], about["model"]) == ("pictures", 6, "tiny 1.0")
        assert [mark["name"] for mark in about["marks"]] == [mark.name for mark in MARKS]
        # What the model is unsure of comes first; what nobody can see does not come at all.
        assert turns(client, "Ada")[:2] == ["both.png", "unsure.png"]
        assert "broken.png" not in turns(client, "Ada")
        assert say(client, "Ada", "both.png", style="anime", done="yes").json() == {"kept": 2}
        assert say(client, "Bo", "both.png", style="cartoon", done="yes").status_code == 200
        assert turns(client, "Ada")[0] == "unsure.png"
        assert turns(client, "Ada", "done") == ["both.png"]
        assert "both.png" in turns(client, "Cy")
        found = client.get("/v1/labelling/pictures?who=Ada&which=done").json()
        assert found["pictures"][0]["said"] == {"style": "anime"}
        assert found["pictures"][0]["done"] is True
        assert found["progress"] == {"done": 1, "open": 4, "looked_at": 5, "unreadable": 1}
        agreement = client.get("/v1/labelling/agreement").json()
        assert agreement["people"] == [{"who": "Ada", "done": 1}, {"who": "Bo", "done": 1}]
        style = agreement["agreement"][0]
        assert (style["mark"], style["pictures"], style["same"]) == ("style", 1, 0)
    with labelling(classifier, folder, opinions=2) as client:  # the next program goes on
        assert "both.png" not in turns(client, "Cy"), "two people are enough"
        assert turns(client, "Bo", "done") == ["both.png"]
        assert say(client, "Cy", "unsure.png", style="anime").status_code == 200
    with (folder.parent / "labels.csv").open(newline="") as file:
        assert [row["who"] for row in csv.DictReader(file)] == ["Ada", "Ada", "Bo", "Bo", "Cy"]


@pytest.mark.slow
def test_pictures_are_shown_and_nothing_else_is(classifier: Classifier, folder: Path) -> None:
    secret = folder.parent / "secret.png"
    Image.new("RGB", (9, 9)).save(secret)
    with labelling(classifier, folder) as client:
        answer = client.get("/v1/labelling/picture", params={"name": "pictures/anime.png"})
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "no-store"
        assert Image.open(io.BytesIO(answer.content)).size == (60, 40)
        for name in ("secret.png", "pictures/../secret.png", str(secret), "", "pictures"):
            refused = client.get("/v1/labelling/picture", params={"name": name})
            assert (refused.status_code, refused.json()["error"]["code"]) == (
                404,
                "unknown_picture",
            )
        broken = client.get("/v1/labelling/picture", params={"name": "pictures/broken.png"})
        assert broken.status_code == 422
        (folder / "anime.png").unlink()
        gone = client.get("/v1/labelling/picture", params={"name": "pictures/anime.png"})
        assert gone.status_code == 404


@pytest.mark.slow
def test_bad_answers_are_refused_and_leave_no_trace(classifier: Classifier, folder: Path) -> None:
    with labelling(classifier, folder) as client:
        refused = [
            say(client, "", "anime.png", style="anime"),
            say(client, "=cmd()", "anime.png", style="anime"),
            say(client, "Ada", "nothing.png", style="anime"),
            say(client, "Ada", "anime.png", style="manga"),
            say(client, "Ada", "anime.png", mood="happy"),
            client.post("/v1/labelling/answers", json={"who": "Ada", "answers": []}),
            client.post("/v1/labelling/answers", json={"answers": "all"}),
            client.post("/v1/labelling/answers", json=["no"]),
            client.get("/v1/labelling/pictures", params={"who": "=1"}),
            client.get("/v1/labelling/pictures", params={"who": "Ada", "limit": 10**6}),
        ]
        assert [answer.status_code for answer in refused] == [400] * len(refused)
        assert all(answer.json()["error"]["message"] for answer in refused)
        large = client.post(
            "/v1/labelling/answers",
            content=b"x" * 300_000,
            headers={"Content-Type": "application/json"},
        )
        assert large.status_code == 413
        # What a foreign page's form could send without asking first.
        simple = client.post(
            "/v1/labelling/answers",
            content=b'{"who":"Ada","answers":[]}',
            headers={"Content-Type": "text/plain"},
        )
        assert simple.status_code == 400
        assert client.get("/v1/labelling/agreement").json() == {"people": [], "agreement": []}
    assert (folder.parent / "labels.csv").read_text() == "path,mark,value,who,when\n"


@pytest.mark.slow
def test_without_a_key_only_this_computers_names_lead_in(
    classifier: Classifier, folder: Path
) -> None:
    with labelling(classifier, folder) as client:
        port = client.base_url.port
        for host in (f"localhost:{port}", "127.0.0.1", f"[::1]:{port}"):
            assert client.get("/v1/labelling", headers={"Host": host}).status_code == 200
        for host in ("evil.example", "127.0.0.1.evil.example", "[bad", "localhost.evil:80"):
            answer = client.get("/v1/labelling", headers={"Host": host})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden_host")
            assert "content-security-policy" in answer.headers
    with labelling(classifier, folder, KEY) as client:
        assert client.get("/v1/labelling", headers={"Host": "our-lab"}).status_code == 200
        with httpx.Client(base_url=client.base_url, trust_env=False) as stranger:
            for path in ("", "/pictures?who=Ada", "/picture?name=pictures/anime.png"):
                assert stranger.get(f"/v1/labelling{path}").status_code == 401


@pytest.mark.slow
def test_its_page_is_the_label_page_and_other_servers_have_none(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page"
    page.mkdir()
    for name in ("index.html", "label.html", "service-worker.js", "icon.svg"):
        (page / name).write_text(name)
    log = LabelLog(tmp_path / "labels.csv", MARKS)
    what = Labelling(folder, pictures_to_label(folder, log.path, MARKS), log)
    app = create_app(classifier, page_folder=page, labelling=what)
    with running(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        assert client.get("/").text == "label.html"
        assert client.get("/icon.svg").text == "icon.svg"
        assert client.get("/index.html").status_code == 404
        assert client.get("/service-worker.js").status_code == 404
    log.close()
    with (
        running(create_app(classifier, page_folder=page)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        assert client.get("/").text == "index.html"
        assert client.get("/label.html").status_code == 404
        assert client.get("/v1/labelling").status_code == 404


@pytest.mark.slow
def test_what_the_model_saw_is_kept_until_a_picture_changes(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache.csv"

    def look() -> Looking:
        pictures = pictures_to_label(folder, folder / "labels.csv", MARKS)
        looking = Looking(classifier, pictures, cache)
        looking.start()
        looking.wait()
        return looking

    first = look()
    assert len(first.likenesses) == 5
    assert first.unreadable == {"broken.png"}
    rows = cache.read_text().splitlines()
    assert look().likenesses == first.likenesses
    assert cache.read_text().splitlines() == rows, "nothing was looked at again"
    Image.new("RGB", (61, 40), COLOURS["cartoon"]).save(folder / "anime.png")
    assert look().likenesses["anime.png"] == first.likenesses["cartoon.png"]
    assert len(cache.read_text().splitlines()) == len(rows) + 1
    cache.write_text("no manifest at all")
    assert look().likenesses["anime.png"] == first.likenesses["cartoon.png"]


@pytest.mark.slow
def test_a_picture_that_changes_while_it_is_looked_at_is_looked_at_again(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    picture = folder / "anime.png"

    class Slow:
        bundle = classifier.bundle

        def classify_many(self, paths: Iterable[Path]) -> Iterator[Result]:
            for result in classifier.classify_many(paths):
                Image.new("RGB", (61, 40), COLOURS["cartoon"]).save(picture)
                yield result

    def look(looker: Any) -> Any:
        looking = Looking(looker, [PictureToLabel("a", picture, {})], tmp_path / "cache.csv")
        looking.start()
        looking.wait()
        return looking.likenesses["a"]

    before = look(Slow())
    assert look(classifier) == pytest.approx(before[::-1], abs=0.01)


@pytest.mark.slow
def test_what_the_model_denies_comes_first(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    styles = {"anime": "anime", "cartoon": "anime", "neither": "neither"}
    pictures = [
        PictureToLabel(name, folder / f"{name}.png", {"style": style})
        for name, style in styles.items()
    ]
    log = LabelLog(tmp_path / "labels.csv", MARKS)
    looking = Looking(classifier, pictures, tmp_path / "cache.csv")
    session = LabelSession(Labelling(folder, pictures, log), looking)

    def order() -> list[Any]:
        return [picture["name"] for picture in session.open_for("Ada", 9)["pictures"]]

    assert order() == ["anime", "cartoon", "neither"], "their own order, until it has looked"
    looking.start()
    looking.wait()
    assert order()[0] == "cartoon"
    log.close()
