"""Spans of OpenTelemetry. None is made until an operator says where they go (hfmcp_site.telemetry).

Names and attributes are those of the semantic conventions for MCP and HTTP, where they tell of
nobody: no argument, token, address or name that somebody made up is in any.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    Span,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from accounts.request_ids import current_request_id

TRACEPARENT = "traceparent"

Attributes = Mapping[str, str | int]

NO_SPAN = nullcontext(INVALID_SPAN)
_propagator = TraceContextTextMapPropagator()
_tracer: Tracer | None = None


def trace_with(tracer: Tracer | None) -> None:
    """Make spans with this tracer from now on; none for None."""
    global _tracer
    _tracer = tracer


def is_on() -> bool:
    return _tracer is not None


def serving(name: str, attributes: Attributes, given: str | None) -> AbstractContextManager[Span]:
    """Make what is done within part of one span, which is that of a request.

    `given` is what a caller says that it belongs to, as `traceparent`. It goes before a span that
    is around it, which it is linked to then. Of what else callers send (`tracestate`, `baggage`)
    nothing is taken or handed on.
    """
    if _tracer is None:
        return NO_SPAN
    parent, around = _context_of(given), get_current_span().get_span_context()
    return _tracer.start_as_current_span(
        name,
        context=parent,
        kind=SpanKind.SERVER,
        attributes={**attributes, "hfmcp.request_id": current_request_id()},
        links=[Link(around)] if parent is not None and around.is_valid else None,
        # It would quote what the exception says.
        record_exception=False,
        set_status_on_exception=False,
    )


def begin_asking(name: str, attributes: Attributes) -> Span:
    """Return a span of a request to another server, for whoever asks to end.

    Only within one of a request here: what this server does by itself would be a trace each.
    """
    if _tracer is None or not get_current_span().get_span_context().is_valid:
        return INVALID_SPAN
    return _tracer.start_span(name, kind=SpanKind.CLIENT, attributes=dict(attributes))


def headers_for(span: Span) -> dict[str, str]:
    """Return what makes another server's spans part of this one."""
    headers: dict[str, str] = {}
    if span is not INVALID_SPAN:
        _propagator.inject(headers, set_span_in_context(span))
        headers.pop("tracestate", None)
    return headers


def mark_failed(span: Span, error_type: str) -> None:
    span.set_attribute("error.type", error_type)
    span.set_status(StatusCode.ERROR)


def current_trace_id() -> str:
    """Return that of the request that is being answered, "" without one."""
    if _tracer is None:
        return ""
    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def _context_of(given: Any) -> Context | None:
    """Return None for what is no `traceparent`."""
    if not isinstance(given, str):
        return None
    context = _propagator.extract({TRACEPARENT: given}, Context())
    return context if get_current_span(context).get_span_context().is_valid else None
