"""Visiting URLs: what servers do wrong, and what must not be done to them."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote

import pytest

from animeter.datasets.collecting.asking import Content
from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.visiting import Visitor, Wanted
from animeter.domain.errors import AnimeterError
from animeter.media.limits import Limits
from tests.support.misbehaving_site import Site, picture

pytestmark = pytest.mark.slow


def manners(site: Site, **changes: object) -> Manners:
    chosen: dict[str, object] = {
        "delay_s": 0.0,
        "backoff_s": 0.01,
        "timeout_s": 5.0,
        "tries": 3,
        "network": site.network(),
    }
    return Manners(**(chosen | changes))  # type: ignore[arg-type]


def visit(site: Site, *paths: str, **changes: object) -> dict[str, Content | AnimeterError]:
    """Visit paths, or whole URLs; return what came of each."""
    urls = {path if "://" in path else site.url(path): path for path in paths}
    visitor = Visitor(manners(site, **changes))
    visited = visitor.visit(Wanted(url) for url in urls)
    return {urls[one.wanted.url]: one.answer for one in visited}


def failure(site: Site, path: str, **changes: object) -> AnimeterError:
    (answer,) = visit(site, path, **changes).values()
    assert isinstance(answer, AnimeterError), answer
    return answer


def content(site: Site, path: str, **changes: object) -> Content:
    (answer,) = visit(site, path, **changes).values()
    assert isinstance(answer, Content), answer
    return answer


def test_pictures_come_from_many_hosts_each_asked_for_its_rules_once(site: Site) -> None:
    urls = [site.url(f"/picture/{n}.png", f"host-{n % 3}.test") for n in range(9)]
    found = visit(site, *urls)
    for number, url in enumerate(urls):
        answer = found[url]
        assert isinstance(answer, Content)
        assert answer.content == picture(number)
    assert site.asked("/robots.txt") == 3
    assert {request.agent.partition("/")[0] for request in site.requests} == {"animeter"}


def test_no_host_is_asked_for_two_things_at_once_nor_too_soon(site: Site) -> None:
    """By the server's clock; an answer that was not over yet could not have been one apart."""
    delay_s = 0.05
    urls = [site.url(f"/picture/{n}", f"host-{n % 2}.test") for n in range(8)]
    visit(site, *urls, delay_s=delay_s)
    for host in ("host-0.test", "host-1.test"):
        requests = sorted(
            (one for one in site.requests if one.host == host), key=lambda one: one.began_s
        )
        assert len(requests) == 5  # its robots.txt and four pictures
        assert all(b.began_s - a.began_s >= delay_s for a, b in pairwise(requests))


def test_a_longer_delay_that_robots_txt_wants_is_kept_to(site: Site) -> None:
    site.robots["site.test"] = "User-agent: *\nCrawl-delay: 0.08"
    visit(site, "/picture/1", "/picture/2")
    began = sorted(request.began_s for request in site.requests)
    assert len(began) == 3
    assert all(later - sooner >= 0.08 for sooner, later in pairwise(began))


def test_a_site_that_wants_hours_between_requests_is_left_alone(site: Site) -> None:
    site.robots["site.test"] = "User-agent: *\nCrawl-delay: 7200"
    assert "7,200 s" in failure(site, "/picture/1", longest_wait_s=0.2).message
    assert site.asked("/picture/1") == 0


def test_robots_txt_is_kept_to_also_behind_a_redirect(site: Site) -> None:
    site.robots["closed.test"] = "User-agent: animeter\nDisallow: /picture/\nAllow: /picture/2"
    for path in (
        site.url("/picture/1", "closed.test"),
        f"/to?url={site.url('/picture/1', 'closed.test')}",
    ):
        assert failure(site, path).code == "forbidden_url"
    assert site.asked("/picture/1") == 0
    assert content(site, site.url("/picture/2", "closed.test")).content == picture(2)
    asked = content(site, site.url("/picture/1", "closed.test"), robots=False)
    assert asked.content == picture(1)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_rules_allows_everything(site: Site, status: int) -> None:
    site.robots["site.test"] = status
    assert content(site, "/picture/1").content == picture(1)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_whose_rules_cannot_be_read_for_now_allows_nothing(site: Site, status: int) -> None:
    site.robots["site.test"] = status
    assert "robots.txt" in failure(site, "/picture/1").message
    assert site.asked("/robots.txt") == 3
    assert site.asked("/picture/1") == 0


@pytest.mark.parametrize(
    "path",
    ["/tag/noai", "/tag/noimageai", "/tag/nofollow,_noai", "/tag/animeter:_noai", "/reserved",
     "/tag/googlebot:_nofollow,_animeter:_none"],
)  # fmt: skip
def test_what_a_server_keeps_from_ai_is_left_there(site: Site, path: str) -> None:
    error = failure(site, path)
    assert error.code == "forbidden_url"
    assert "keeps it from data sets" in error.message


@pytest.mark.parametrize(
    "tag", ["all", "googlebot:_noai", "unavailable_after:_2040-01-01", "nofollow"]
)
def test_other_words_of_that_header_are_no_refusal(site: Site, tag: str) -> None:
    assert content(site, f"/tag/{tag}").content == picture(92)


@pytest.mark.parametrize(
    ("status", "retry_after"), [(429, "-"), (503, "0"), (500, "-"), (429, "0")]
)
def test_a_busy_server_is_asked_again(site: Site, status: int, retry_after: str) -> None:
    path = f"/busy/{status}/2/{retry_after}/x"
    assert content(site, path).content == picture(96)
    assert site.asked(path) == 3


def test_retry_after_is_waited_for(site: Site) -> None:
    path = "/busy/429/1/1/x"
    assert content(site, path, longest_wait_s=5.0).content == picture(96)
    first, second = sorted(one.began_s for one in site.requests if one.path == path)
    assert second - first >= 1.0


@pytest.mark.parametrize("retry_after", ["7200", "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_a_server_that_wants_to_be_left_alone_for_hours_is(site: Site, retry_after: str) -> None:
    path = f"/busy/429/9/{quote(retry_after)}/x"
    found = visit(site, path, "/picture/1")
    assert "wants to be left alone" in str(found[path])
    assert "left alone for now" in str(found["/picture/1"])
    assert site.asked(path) == 1
    assert site.asked("/picture/1") == 0


def test_a_host_that_is_silent_is_given_up(site: Site) -> None:
    found = visit(site, *(f"/hang-up/{n}" for n in range(40)), "/picture/1")
    assert {error.code for error in found.values() if isinstance(error, AnimeterError)} == {
        "unreachable_url"
    }
    asked = sum("/hang-up/" in request.path for request in site.requests)
    assert asked == 5 * 3


def test_a_name_without_an_address_holds_nobody_up(site: Site) -> None:
    found = visit(site, "http://nowhere.example/1.png", "/picture/1")
    assert isinstance(found["/picture/1"], Content)
    assert isinstance(found["http://nowhere.example/1.png"], AnimeterError)


def test_redirects_are_followed_to_a_point(site: Site) -> None:
    answer = content(site, "/moved/moved/moved/picture/3")
    assert answer.content == picture(3)
    assert answer.url == site.url("/picture/3")
    assert "redirects more than 5 times" in failure(site, "/loop").message
    assert site.asked("/loop") == 6


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "ftp://site.test/1",
     "http://user:secret@site.test/", "http://["],
)  # fmt: skip
def test_no_redirect_leads_inside(site: Site, target: str) -> None:
    assert failure(site, f"/to?url={target}").code in ("forbidden_url", "unreachable_url")
    assert failure(site, target).code in ("forbidden_url", "unreachable_url")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/status/404", "unreachable_url"),
        ("/status/204", "unreachable_url"),
        ("/page", "unsupported_format"),  # whatever its header says
        ("/gzip", "unsupported_format"),
        ("/cut", "unreachable_url"),
        ("/endless", "unsupported_format"),
        ("/large", "image_too_large"),
    ],
)
def test_what_is_no_picture_is_a_failure_in_its_place(site: Site, path: str, code: str) -> None:
    found = visit(site, path, "/picture/1", limits=Limits(max_bytes=200_000))
    error = found[path]
    assert isinstance(error, AnimeterError)
    assert error.code == code
    assert isinstance(found["/picture/1"], Content)


def test_what_is_no_picture_is_told_by_its_bytes_and_asked_for_once(site: Site) -> None:
    assert content(site, "/text").content == picture(90)
    failure(site, "/page")
    assert site.asked("/page") == 1


def test_what_comes_too_slowly_is_cut_off_and_holds_nobody_up(site: Site) -> None:
    slow = site.url("/drip", "slow.test")
    found = visit(site, slow, "/picture/1", timeout_s=0.3, tries=1)
    assert isinstance(found[slow], AnimeterError)
    assert isinstance(found["/picture/1"], Content)


def test_a_licence_in_the_headers_is_kept(site: Site) -> None:
    assert content(site, "/licensed").licence == site.url("/cc-by")
    assert content(site, "/picture/1").licence == ""


def test_a_stream_of_urls_is_read_only_as_far_as_needed(site: Site) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Wanted]:
        for number in range(1_000_000):
            taken.append(number)
            yield Wanted(site.url(f"/picture/{number}"))

    visits = Visitor(manners(site)).visit(endless())
    assert isinstance(next(visits).answer, Content)
    assert len(taken) <= 128


def test_a_visit_that_is_left_leaves_no_thread_that_waits(site: Site) -> None:
    visits = Visitor(manners(site)).visit(Wanted(site.url(f"/picture/{n}")) for n in range(9))
    next(visits)
    visits.close()  # type: ignore[attr-defined]
    assert all(t.daemon for t in threading.enumerate() if t is not threading.main_thread())


def test_pages_can_be_read_while_pictures_of_the_same_host_are_on_their_way(site: Site) -> None:
    visitor = Visitor(manners(site))

    def wanted() -> Iterator[Wanted]:
        for page in range(3):
            assert visitor.read_page(site.url("/posts.json")).content == b"[]"
            yield from (Wanted(site.url(f"/picture/{page * 5 + n}")) for n in range(5))

    assert sum(isinstance(one.answer, Content) for one in visitor.visit(wanted())) == 15


def test_who_is_asking_can_be_said(site: Site) -> None:
    content(site, "/picture/1", contact="me@example.org")
    assert all(one.agent.endswith(" (me@example.org)") for one in site.requests)
    with pytest.raises(ValueError, match="one line"):
        Manners(contact="me\r\nX-Evil: 1")


def test_one_url_that_is_tried_again_does_not_keep_its_host_from_answering(site: Site) -> None:
    visits = Visitor(manners(site, backoff_s=60.0)).visit(
        Wanted(site.url(path)) for path in ("/cut", "/picture/1", "/picture/2")
    )
    came = [next(visits).wanted.url, next(visits).wanted.url]
    assert came == [site.url("/picture/1"), site.url("/picture/2")]
    assert site.asked("/cut") == 1
