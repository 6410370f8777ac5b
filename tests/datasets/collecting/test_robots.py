"""What sites say to programs, read from whatever bytes they send."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.datasets.collecting.robots import RobotsTxt, refusal, robots_url

WORDS = st.sampled_from(
    ["User-agent: *", "User-agent: animeter", "Disallow: /", "Allow: /a*b$", "Disallow: /%zz",
     "Crawl-delay: nan", "Crawl-delay: -5", "Crawl-delay: 1e999", "Request-rate: 1/0",
     "Request-rate: 0/1", "Request-rate: 5/10m", "Visit-time: x", ":", "\0", "Sitemap:", "é"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=200), st.lists(WORDS).map(lambda w: "\n".join(w).encode())))
def test_no_robots_txt_breaks_a_run(content: bytes) -> None:
    rules = RobotsTxt(content)
    assert rules.allows("https://site.test/a/b?c=%zz#d") in (True, False)
    assert rules.delay_s >= 0


def test_the_rules_for_our_name_go_before_those_for_all() -> None:
    rules = RobotsTxt(
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\nUser-agent: Animeter\nDisallow: /x\nAllow: /x/y"
    )
    allowed = [path for path in ("/", "/x", "/x/y", "/x/z") if rules.allows(f"http://a{path}")]
    assert allowed == ["/", "/x/y"]


def test_the_rate_that_a_site_wants_is_a_delay() -> None:
    assert RobotsTxt(b"User-agent: *\nRequest-rate: 1/30s").delay_s == 30.0
    assert RobotsTxt(b"User-agent: *\nCrawl-delay: 2.5").delay_s == 2.5
    assert RobotsTxt(b"").delay_s == 0.0


def test_rules_stand_at_the_root_of_the_same_host_and_port() -> None:
    assert robots_url("https://a.test:8443/x/y?z#w") == "https://a.test:8443/robots.txt"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["noai"], "noai"),
        (["all", "NoImageAI"], "noimageai"),
        (["otherbot: noai, noimageai", "animeter: nofollow, noindex"], "noindex"),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST, noai"], "noai"),
        (["max-snippet: 20, none"], "none"),
        (["otherbot: none, noai"], None),
        (["notranslate, nosnippet"], None),
        (["", ",,,", ":"], None),
    ],
)
def test_a_refusal_is_told_from_other_words(values: list[str], found: str | None) -> None:
    assert refusal(values) == (f"X-Robots-Tag: {found}" if found else None)


@pytest.mark.parametrize(("value", "refuses"), [("1", True), (" 1 ", True), ("0", False)])
def test_reserved_mining_is_a_refusal(value: str, refuses: bool) -> None:
    assert (refusal([], value) is not None) == refuses
