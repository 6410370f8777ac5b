"""`/metrics`: requests, latencies, verdicts, refusals and the queue, as Prometheus reads them."""

import re

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.server.conftest import Serve, png


def samples(client: httpx.Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def labelled(**labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


def test_everything_is_counted(serve: Serve) -> None:
    client = serve()
    client.post("/v1/classify", content=png("anime"))
    client.post("/v1/classify", content=b"not a picture")
    files = [("file", ("a.png", png("both"))), ("file", ("b.png", b"broken"))]
    client.post("/v1/classify", files=files)
    client.post("/v1/explain", content=png("anime"))
    client.get("/some/path/that/nobody/knows")
    found = samples(client)
    requests = "animeter_requests_total"
    assert found[requests, labelled(route="/v1/classify", method="POST", status="200")] == 2
    assert found[requests, labelled(route="/v1/classify", method="POST", status="415")] == 1
    assert found[requests, labelled(route="/v1/explain", method="POST", status="200")] == 1
    assert found[requests, labelled(route="page", method="GET", status="404")] == 1
    assert found["animeter_request_seconds_count", labelled(route="/v1/classify")] == 3
    assert found["animeter_request_seconds_bucket", labelled(route="/v1/classify", le="+Inf")] == 3
    assert found["animeter_verdicts_total", labelled(verdict="anime")] == 1
    assert found["animeter_verdicts_total", labelled(verdict="both")] == 1
    assert found["animeter_verdicts_total", labelled(verdict="cartoon")] == 0
    assert found["animeter_rejects_total", labelled(code="unsupported_format")] == 2
    assert found["animeter_rejects_total", labelled(code="not_found")] == 1
    assert found["animeter_queue_pictures", ()] == 0


def test_no_client_can_make_the_labels_grow(serve: Serve) -> None:
    client = serve()
    client.get("/warm")
    client.request("BREW", "/coffee-x")
    samples(client)  # the first look is itself counted in the second
    before = len(samples(client))
    for number in range(30):
        client.get(f"/path-{number}")
        client.request(f"BREW{number}", "/coffee")
    assert len(samples(client)) == before
    assert not re.search(r"path-\d|BREW", client.get("/metrics").text)
