"""Whether spans are made, and that the last of them go out before a server ends."""

import asyncio
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts import tracing
from hfmcp_site import tracing as site_tracing
from hfmcp_site.tracing import sending_the_last_traces, start_tracing
from mcpendpoint.serving.server import make_server


async def end(lifespan):
    sent = []

    async def receive():
        return {"type": "lifespan.shutdown"}

    async def send(message):
        sent.append(message["type"])

    await sending_the_last_traces(lifespan)({"type": "lifespan"}, receive, send)
    return sent


async def ends_at_once(scope, receive, send):
    await send({"type": "lifespan.shutdown.complete"})


def test_nothing_is_traced_unless_a_setting_says_where_it_goes():
    start_tracing()

    assert not tracing.is_on()
    assert tracing.serving("tools/call", {}, None) is tracing.NO_SPAN
    assert tracing.headers_for(tracing.begin_asking("GET", {})) == {}
    assert tracing.current_trace_id() == ""


def test_the_sdk_of_mcp_makes_no_spans_of_its_own_whatever_is_installed():
    server = make_server("here", None, pushes=False)

    assert not [each for each in server.middleware if "telemetry" in type(each).__name__.lower()]


def test_who_wants_traces_without_what_makes_them_is_told_what_to_install(settings, monkeypatch):
    settings.TRACES_ARE_SENT = True
    monkeypatch.setattr(site_tracing, "find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured, match="requirements-tracing.txt"):
        start_tracing()


async def test_the_last_spans_are_sent_before_the_server_may_end(monkeypatch):
    order = []
    monkeypatch.setattr(site_tracing, "_flush", lambda: order.append("flushed"))

    order += await end(ends_at_once)

    assert order == ["flushed", "lifespan.shutdown.complete"]


async def test_a_collector_that_hangs_does_not_keep_a_server_from_ending(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(site_tracing, "_flush", released.wait)
    monkeypatch.setattr(site_tracing, "SECONDS_AT_THE_END", 0.01)

    async with asyncio.timeout(5):
        assert await end(ends_at_once) == ["lifespan.shutdown.complete"]
    released.set()
