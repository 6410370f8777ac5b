"""Lists of URLs, boards and search engines, all against a server on loopback."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from animeter.datasets.collecting import booru, web_search
from animeter.datasets.collecting.booru import DIALECTS, BooruCollector
from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.running import Collection, Tally, collect_into
from animeter.datasets.collecting.search_engines import ENGINES
from animeter.datasets.collecting.url_list import UrlListCollector
from animeter.datasets.collecting.web_search import WebSearchCollector
from animeter.datasets.records import read_records
from animeter.domain.errors import FileMissingError, ManifestError, UnreachableUrlError
from tests.support.misbehaving_site import Site, picture

pytestmark = pytest.mark.slow


def manners(site: Site) -> Manners:
    return Manners(delay_s=0.0, backoff_s=0.01, tries=2, timeout_s=5.0, network=site.network())


def rows(folder: Path, name: str = "manifest.csv") -> dict[str, dict[str, str]]:
    return {row["source"]: row for row in read_records(folder / name).rows}


def test_a_list_gives_what_it_can_and_says_why_the_rest_gave_nothing(
    site: Site, tmp_path: Path
) -> None:
    paths = ["/picture/1", "/page", "/picture/1", "/loop", "/cut", "/status/404", "/half"]
    paths += ["/tag/noai", "/licensed", "/moved/picture/2", "/picture/1?again"]
    lines = ["# what we want", *map(site.url, paths), "", "no url at all", "http://10.0.0.1/1.png"]
    listed = tmp_path / "urls.txt"
    listed.write_text("\n".join(lines), encoding="utf-8")
    tally = collect_into(Collection(tmp_path / "out"), UrlListCollector(listed, manners(site)))
    assert tally == Tally(kept=3, duplicates=1, failed=8)
    kept = rows(tmp_path / "out")
    assert set(kept) == {site.url(p) for p in ("/licensed", "/moved/picture/2")} | (
        {site.url("/picture/1"), site.url("/picture/1?again")} & set(kept)
    )
    assert kept[site.url("/licensed")]["licence"] == site.url("/cc-by")
    assert kept[site.url("/moved/picture/2")]["url"] == site.url("/picture/2")
    reasons = {s: r["reason"] for s, r in rows(tmp_path / "out", "passed.csv").items()}
    assert reasons[site.url("/half")] == "unreadable_image"
    assert reasons[site.url("/tag/noai")] == "forbidden_url"
    assert reasons["no url at all"] == "forbidden_url"

    asked = len(site.requests)
    collector = UrlListCollector(listed, manners(site))
    assert collect_into(Collection(tmp_path / "out"), collector) == Tally()
    assert len(site.requests) == asked  # not even for robots.txt


def test_a_table_brings_its_other_columns_along(site: Site, tmp_path: Path) -> None:
    table = tmp_path / "urls.csv"
    table.write_text(
        f'series,url,licence\n"One, two",{site.url("/picture/1")},CC0\n,{site.url("/licensed")},\n',
        encoding="utf-8-sig",
    )
    collect_into(Collection(tmp_path / "out"), UrlListCollector(table, manners(site)))
    kept = rows(tmp_path / "out")
    one, two = kept[site.url("/picture/1")], kept[site.url("/licensed")]
    assert (one["series"], one["licence"]) == ("One, two", "CC0")
    assert (two["series"], two["licence"]) == ("", site.url("/cc-by"))


def test_what_is_no_list_is_refused_before_anything_is_asked(site: Site, tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="URL a line"):
        UrlListCollector(tmp_path / "nothing.txt", manners(site))
    (tmp_path / "urls.csv").write_text("path,style\n1.png,anime\n")
    with pytest.raises(ManifestError, match="path, style"):
        UrlListCollector(tmp_path / "urls.csv", manners(site))


def posts(site: Site, count: int, dialect: str) -> list[dict[str, object]]:
    tags, rating = DIALECTS[dialect].tags, min(DIALECTS[dialect].safe)
    return [
        {
            "id": number,
            "file_url": site.url(f"/picture/{number}.png"),
            tags: "1girl  smile",
            "source": "https://artist.example/7",
            "rating": rating,
        }
        for number in range(count)
    ]


def test_a_board_is_read_page_by_page(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booru, "_POSTS_A_PAGE", 10)
    site.posts = posts(site, 30, "danbooru")
    site.posts[3] |= {"rating": "e"}
    site.posts[4] |= {"rating": "s"}  # "sensitive" there, whatever it is elsewhere
    del site.posts[5]["file_url"], site.posts[6]["rating"]
    collector = BooruCollector(site.url(""), "1girl", "danbooru", 15, manners(site))
    tally = collect_into(Collection(tmp_path), collector)
    assert tally == Tally(kept=11, failed=4)
    row = rows(tmp_path)[site.url("/picture/14.png")]
    assert row["page"] == site.url("/posts/14")
    assert (row["tags"], row["artist_page"]) == ("1girl smile", "https://artist.example/7")
    assert Path(row["path"]).name.startswith("14-")
    passed = rows(tmp_path, "passed.csv")
    assert passed[site.url("/posts/3")]["reason"] == "not_for_everybody"
    assert {site.asked(f"/picture/{number}.png") for number in (3, 4, 6)} == {0}
    queries = [parse_qs(urlsplit(r.path).query) for r in site.requests if "/posts" in r.path]
    assert [query["page"] for query in queries] == [["1"], ["2"]]
    assert queries[0]["tags"] == ["1girl"]


def test_a_board_that_ends_ends(site: Site, tmp_path: Path) -> None:
    site.posts = posts(site, 3, "danbooru")
    collector = BooruCollector(site.url("/"), "", "danbooru", 1000, manners(site))
    assert collect_into(Collection(tmp_path), collector) == Tally(kept=3)


@pytest.mark.parametrize(
    ("dialect", "path", "paged"),
    [
        ("danbooru", "/posts.json", {"page": ["1"]}),
        ("moebooru", "/post.json", {"page": ["1"]}),
        ("gelbooru", "/index.php", {"pid": ["0"], "page": ["dapi"], "json": ["1"]}),
    ],
)
def test_each_dialect_asks_in_its_own_way(
    dialect: str, path: str, paged: dict[str, list[str]]
) -> None:
    spoken = DIALECTS[dialect]
    parts = urlsplit(spoken.page_url("https://board.test/", "a b", spoken.first_page))
    query = parse_qs(parts.query)
    assert parts.path == path
    assert query["tags"] == ["a b"]
    assert {name: query[name] for name in paged} == paged


def test_a_board_that_gives_no_list_ends_the_run(site: Site, tmp_path: Path) -> None:
    collector = BooruCollector(site.url("/page/"), "", "danbooru", 9, manners(site))
    with pytest.raises(UnreachableUrlError, match="--dialect"):
        collect_into(Collection(tmp_path), collector)


def bing_page(site: Site, numbers: range) -> bytes:
    """A page of results in the form that the package reads."""
    results = ""
    for number in numbers:
        known = json.dumps(
            {
                "murl": site.url(f"/picture/{number}.png"),
                "purl": f"https://fan.example/{number}",
                "t": f"Picture {number}",
            }
        ).replace('"', "&quot;")
        results += (
            f'<div><div class="imgpt"><a class="iusc" m="{known}"></a></div>'
            '<div class="infopt"></div></div>'
        )
    return f"<html><body>{results}</body></html>".encode()


def test_bing_is_searched_page_by_page(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ddgs")
    from ddgs.engines.bing_images import BingImages

    site.pages = [
        bing_page(site, range(20)),
        bing_page(site, range(15, 30)),
        bing_page(site, range(0)),
    ]
    monkeypatch.setattr(web_search, "_LEAST_PAGE_DELAY_S", 0.0)
    monkeypatch.setattr(BingImages, "search_url", f"http://127.0.0.1:{site.port}/results")
    collector = WebSearchCollector("naruto screenshot", "bing", 12, manners(site))
    assert collect_into(Collection(tmp_path, {"series": "Naruto"}), collector) == Tally(kept=12)
    row = rows(tmp_path)[site.url("/picture/10.png")]
    assert row["page"] == "https://fan.example/10"
    assert (row["query"], row["engine"], row["title"]) == (
        "naruto screenshot",
        "bing",
        "Picture 10",
    )
    assert row["series"] == "Naruto"


@pytest.mark.parametrize("engine", ["google", "baidu"])
def test_the_pages_of_google_and_baidu_are_asked_for_and_read(engine: str) -> None:
    pytest.importorskip("icrawler")
    urls = [f"https://fan.example/{number}.jpg" for number in range(3)]
    answers = {
        "google": f"<script>AF([{','.join(json.dumps(url) for url in urls)}])</script>".replace(
            '",', '"[,'
        ),
        "baidu": json.dumps({"data": [{"hoverURL": url} for url in urls] + [{}]}),
    }
    asked: list[str] = []

    def read_page(url: str) -> bytes:
        asked.append(url)
        return answers[engine].encode()

    found = list(ENGINES[engine]("ナルト frame", 200, read_page, 0.0))
    assert [one.url for one in found] == urls
    assert len(asked) == 2  # the second page brings nothing new
    assert all(url.isascii() and " " not in url for url in asked)
    assert engine in urlsplit(asked[0]).netloc


def test_an_engine_that_finds_nothing_says_what_to_try() -> None:
    pytest.importorskip("icrawler")
    with pytest.raises(UnreachableUrlError, match="another --engine"):
        list(ENGINES["google"]("naruto", 10, lambda _: b"<html></html>", 0.0))


def test_the_pictures_are_those_of_the_board(site: Site, tmp_path: Path) -> None:
    site.posts = posts(site, 2, "danbooru")
    collector = BooruCollector(site.url("/"), "", "danbooru", 5, manners(site))
    collect_into(Collection(tmp_path), collector)
    contents = {(tmp_path / row["path"]).read_bytes() for row in rows(tmp_path).values()}
    assert contents == {picture(0), picture(1)}
