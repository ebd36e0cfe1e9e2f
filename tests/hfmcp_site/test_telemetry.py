"""Whether spans and metrics are made, and that the last of them go out before a server ends."""

import asyncio
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts import tracing
from hfmcp_site import telemetry
from hfmcp_site.telemetry import sending_what_is_left, start_telemetry
from mcpendpoint.serving.server import make_server


async def end(lifespan):
    sent = []

    async def receive():
        return {"type": "lifespan.shutdown"}

    async def send(message):
        sent.append(message["type"])

    await sending_what_is_left(lifespan)({"type": "lifespan"}, receive, send)
    return sent


async def ends_at_once(scope, receive, send):
    await send({"type": "lifespan.shutdown.complete"})


def test_nothing_is_traced_unless_a_setting_says_where_it_goes():
    start_telemetry()

    assert not tracing.is_on()
    assert tracing.serving("tools/call", {}, None) is tracing.NO_SPAN
    assert tracing.headers_for(tracing.begin_asking("GET", {})) == {}
    assert tracing.current_trace_id() == ""


def test_the_sdk_of_mcp_makes_no_spans_of_its_own_whatever_is_installed():
    server = make_server("here", None, pushes=False)

    assert not [each for each in server.middleware if "telemetry" in type(each).__name__.lower()]


@pytest.mark.parametrize("wanted", ["TRACES_ARE_SENT", "METRICS_ARE_SENT"])
def test_who_wants_any_without_what_makes_them_is_told_what_to_install(
    settings, monkeypatch, wanted
):
    setattr(settings, wanted, True)
    monkeypatch.setattr(telemetry, "find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured, match="requirements-tracing.txt"):
        start_telemetry()


async def test_the_last_spans_are_sent_before_the_server_may_end(monkeypatch):
    order = []
    monkeypatch.setattr(telemetry, "_flushes", [lambda: order.append("flushed")] * 2)

    order += await end(ends_at_once)

    assert order == ["flushed", "flushed", "lifespan.shutdown.complete"]


async def test_a_collector_that_hangs_does_not_keep_a_server_from_ending(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(telemetry, "_flushes", [released.wait])
    monkeypatch.setattr(telemetry, "SECONDS_AT_THE_END", 0.01)

    async with asyncio.timeout(5):
        assert await end(ends_at_once) == ["lifespan.shutdown.complete"]
    released.set()
