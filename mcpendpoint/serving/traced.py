"""The spans of a request and of a message in it.

Attributes are those of OpenTelemetry's conventions for MCP, as far as they tell of nobody:
https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/
"""

from contextlib import AbstractContextManager

from opentelemetry.trace import Span, get_current_span

from accounts import tracing
from mcpendpoint.protocol.kernel import Peer
from mcpendpoint.protocol.messages import Message
from mcpendpoint.protocol.records import ERRORS, KNOWN_METHODS, KNOWN_VERSIONS, Outcome
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.tools.registry import by_name

UNKNOWN = "unknown"
SPACE = "space"
"""Stands for the tools of all Spaces."""


ROUTE = "/mcp"
"""Of every address of the endpoint: whose it is is nobody else's business."""

_METHODS = frozenset({"GET", "POST", "DELETE", "OPTIONS"})


def serving_request(head: RequestHead) -> AbstractContextManager[Span]:
    """Make what is done within part of the trace that the request's `traceparent` names."""
    if not tracing.is_on():
        return tracing.NO_SPAN
    method = head.method if head.method in _METHODS else "_OTHER"
    attributes = {"http.request.method": method, "http.route": ROUTE}
    given = head.headers.get(tracing.TRACEPARENT)
    return tracing.serving(f"{method} {ROUTE}", attributes, given)


def note_status(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        tracing.mark_failed(span, str(status))


def serving_message(message: Message, peer: Peer) -> AbstractContextManager[Span]:
    """Make what is done within part of the trace that `_meta` names (SEP-414), if it does."""
    if not tracing.is_on():
        return tracing.NO_SPAN
    method = _method(message)
    version = peer.protocol_version if peer.protocol_version in KNOWN_VERSIONS else UNKNOWN
    attributes = {"mcp.method.name": method, "mcp.protocol.version": version}
    return tracing.serving(method, attributes, message.meta.get(tracing.TRACEPARENT))


def note_known_result(message: Message) -> None:
    """Say on the request's span what was answered without one of its own."""
    if tracing.is_on():
        get_current_span().set_attribute("mcp.method.name", _method(message))


def note_outcome(
    span: Span, context: RequestContext, outcome: Outcome, error_code: int | None
) -> None:
    if not span.is_recording():
        return
    if context.tool_name:
        tool = _tool(context)
        span.update_name(f"tools/call {tool}")
        span.set_attributes({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool})
    span.set_attribute("hfmcp.outcome", outcome)
    if error_code is not None:
        span.set_attribute("rpc.response.status_code", str(error_code))
    if outcome in ERRORS:
        reason = str(context.reason or outcome)
        tracing.mark_failed(span, reason)


def _method(message: Message) -> str:
    return message.method if message.method in KNOWN_METHODS else UNKNOWN


def _tool(context: RequestContext) -> str:
    if context.tool_name in by_name:
        return context.tool_name
    return SPACE if context.space_label else UNKNOWN
