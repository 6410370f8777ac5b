"""What nobody foresaw becomes an answer too, and the log says what it was."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from animeter.server.metrics import Metrics
from animeter.server.observing import Observing


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a secret of the machine")


async def fails_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("too late")


async def was_left(scope: Scope, receive: Receive, send: Send) -> None:
    raise ClientDisconnect


def asked(application: Callable[..., Awaitable[None]], metrics: Metrics) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Observing(application, metrics))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get("/somewhere")

    return asyncio.run(ask())


def test_a_fault_is_answered_logged_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.ERROR, logger="animeter.server"):
        answer = asked(fails, metrics)
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert "secret" not in answer.text
    assert "a secret of the machine" in caplog.text
    counted = metrics.text().decode()
    assert 'animeter_requests_total{method="GET",route="page",status="500"} 1.0' in counted
    assert 'animeter_rejects_total{code="internal_error"} 1.0' in counted


def test_a_fault_in_mid_answer_cannot_pass_for_a_whole_one() -> None:
    with pytest.raises(RuntimeError, match="too late"):
        asked(fails_late, Metrics())


def test_a_client_that_left_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    with pytest.raises(AssertionError):  # the transport misses an answer, as it should
        asked(was_left, metrics)
    assert caplog.text == ""
    assert 'status="gone"} 1.0' in metrics.text().decode()
