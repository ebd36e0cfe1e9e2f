"""Sends spans to where the standard variables of OpenTelemetry say, by OTLP over HTTP.

Which ones there are: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
and .../protocol/exporter/. The SDK reads those that `deployment.py` does not. It takes part of the
memory and start of a process, so it is installed and loaded only by who wants it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts import tracing
from mcpendpoint import __version__

logger = logging.getLogger(__name__)

NAME = "hfmcp"
SECONDS_AT_THE_END = 3.0
"""For the last spans: a collector that is away must not keep a server from ending."""

_UNNAMED = "unknown_service"
"""What the SDK calls a service that no variable names."""

Lifespan = Callable[[Any, Any, Any], Awaitable[None]]


def start_tracing() -> None:
    """Raises ImproperlyConfigured where spans are wanted and what makes them is not installed."""
    if not settings.TRACES_ARE_SENT:
        return
    if find_spec("opentelemetry.sdk") is None:
        raise ImproperlyConfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT should be set only where what sends traces is installed: "
            "pip install 'hfmcp[tracing]', or -r requirements-tracing.txt in a checkout."
        )
    tracing.trace_with(_new_provider().get_tracer(NAME, __version__))


def _new_provider() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    global _flush
    resource = Resource.create({"service.version": __version__})
    if str(resource.attributes[SERVICE_NAME]).startswith(_UNNAMED):
        resource = resource.merge(Resource({SERVICE_NAME: NAME}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _flush = provider.force_flush
    return provider


_flush: Callable[[], bool] | None = None


def sending_the_last_traces(lifespan: Lifespan) -> Lifespan:
    """Have what is left sent before the server hears that it may end."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        async def send_later(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await _send_what_is_left()
            await send(message)

        await lifespan(scope, receive, send_later)

    return wrapped


async def _send_what_is_left() -> None:
    if _flush is None:
        return
    loop, sent = asyncio.get_running_loop(), asyncio.Event()

    def send(flush: Callable[[], bool]) -> None:
        flush()
        loop.call_soon_threadsafe(sent.set)

    # A daemon, which no interpreter waits for.
    Thread(target=send, args=(_flush,), daemon=True).start()
    try:
        async with asyncio.timeout(SECONDS_AT_THE_END):
            await sent.wait()
    except TimeoutError:
        logger.warning("The last traces could not be sent.")
