"""Sends spans and metrics to where the standard variables of OpenTelemetry say, by OTLP over HTTP.

Which ones there are: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
and .../protocol/exporter/. The SDK reads those that `deployment.py` does not. It takes part of the
memory and start of a process, so it is installed and loaded only by who wants it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.util import find_spec
from threading import Thread
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts import tracing
from hfmcp_site.monitoring.instruments import count_noted, registry
from hfmcp_site.monitoring.otlp import MetricsSender
from mcpendpoint import __version__

logger = logging.getLogger(__name__)

NAME = "hfmcp"
SECONDS_AT_THE_END = 3.0
"""For the last that is sent: a collector that is away must not keep a server from ending."""

_UNNAMED = "unknown_service"
"""What the SDK calls a service that no variable names."""

Lifespan = Callable[[Any, Any, Any], Awaitable[None]]

_flushes: list[Callable[[], Any]] = []


def start_telemetry() -> None:
    """Raises ImproperlyConfigured where it is wanted and what sends it is not installed."""
    if not (settings.TRACES_ARE_SENT or settings.METRICS_ARE_SENT):
        return
    if find_spec("opentelemetry.sdk") is None:
        raise ImproperlyConfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT should be set only where what sends to it is installed: "
            "pip install 'hfmcp[tracing]', or -r requirements-tracing.txt in a checkout."
        )
    resource = _resource()
    if settings.TRACES_ARE_SENT:
        _start_traces(resource)
    if settings.METRICS_ARE_SENT:
        _start_metrics(resource)


def _resource() -> Any:
    """Return what this process is called; each worker counts for itself, and so has an id."""
    from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource

    resource = Resource.create({"service.version": __version__})
    if SERVICE_INSTANCE_ID not in resource.attributes:
        resource = resource.merge(Resource({SERVICE_INSTANCE_ID: str(uuid4())}))
    if str(resource.attributes[SERVICE_NAME]).startswith(_UNNAMED):
        resource = resource.merge(Resource({SERVICE_NAME: NAME}))
    return resource


def _start_traces(resource: Any) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracing.trace_with(provider.get_tracer(NAME, __version__))
    _flushes.append(provider.force_flush)


def _start_metrics(resource: Any) -> None:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    sender = MetricsSender(registry, OTLPMetricExporter(), resource)
    sender.start(settings.METRICS_SENT_EVERY_SECONDS)
    _flushes.append(sender.send)


def sending_what_is_left(lifespan: Lifespan) -> Lifespan:
    """Have what is left sent before the server hears that it may end."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def send_later(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await _send_what_is_left()
            await send(message)

        await lifespan(scope, receive, send_later)

    return wrapped


async def _send_what_is_left() -> None:
    count_noted()  # for the other workers, which add up what this one leaves
    loop, sent = asyncio.get_running_loop(), asyncio.Semaphore(0)

    def send(flush: Callable[[], Any]) -> None:
        flush()
        with suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(sent.release)

    for flush in _flushes:
        # A daemon, which no interpreter waits for.
        Thread(target=send, args=(flush,), daemon=True).start()
    try:
        async with asyncio.timeout(SECONDS_AT_THE_END):
            for _ in _flushes:
                await sent.acquire()
    except TimeoutError:
        logger.warning("The last traces or metrics could not be sent.")
