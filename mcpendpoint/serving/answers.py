"""Answers one request, whatever it came by: within its size, and recorded however it ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from mcp.server import Server
from opentelemetry.trace import Span

from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.kernel import Answer, Ask, Peer
from mcpendpoint.protocol.messages import Message
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.serving.answer_size import fit
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.recording import Recording, outcome_of, reason_of_answer
from mcpendpoint.serving.scope_checks import with_scopes_asked_for
from mcpendpoint.serving.traced import note_known_result, note_outcome, serving_message
from mcpendpoint.tools.registry import by_name

TALKATIVE_METHODS = frozenset(
    {"tools/call", "prompts/get", "resources/read", "subscriptions/listen"}
)
"""Those that can take long or have something to say on the way."""

LONG_METHODS = TALKATIVE_METHODS | {"completion/complete"}
"""Those that are worth cancelling."""

Shortcut = Callable[[Message, Peer, RequestContext], Awaitable[bytes | None]]
"""Returns a result that is serialized already, or None when the kernel has to be asked."""


class Outgoing(Protocol):
    """Where a request's notifications go while it is answered."""

    is_open: bool
    is_streaming: bool
    """Whether the answer is part of a stream of events."""
    first_byte_at: float | None
    """When that stream began, by time.perf_counter()."""

    def put(self, notification: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class Answers:
    server: Server[Any]
    shortcut: Shortcut | None

    async def known_result(
        self, message: Message, peer: Peer, context: RequestContext, recording: Recording
    ) -> bytes | None:
        """Return the result as JSON, recorded, where the kernel need not be asked for it."""
        if self.shortcut is None:
            return None
        context.note_client(peer)
        result = await self.shortcut(message, peer, context)
        if result is not None:
            note_known_result(message)
            recording.finish(Outcome.OK, context=context, answer_bytes=len(result))
        return result

    async def answer(
        self,
        message: Message,
        peer: Peer,
        context: RequestContext,
        recording: Recording,
        outgoing: Outgoing,
        ask: Ask | None = None,
    ) -> Answer:
        """Have one request answered and recorded; never raises but for cancellation.

        `ask` is the way to ask the client something meanwhile, if there is one.
        """
        with serving_message(message, peer) as span:
            return await self._answer(message, peer, context, recording, outgoing, ask, span)

    async def _answer(
        self,
        message: Message,
        peer: Peer,
        context: RequestContext,
        recording: Recording,
        outgoing: Outgoing,
        ask: Ask | None,
        span: Span,
    ) -> Answer:
        send = outgoing.put if outgoing.is_open else None
        exchange = kernel.open_exchange(message, context.headers, context, send=send, ask=ask)
        context.note_client(peer)
        context.report = exchange.progress
        context.wants_progress = exchange.progress_token is not None and outgoing.is_open
        outcome, error_code = Outcome.CANCELLED, None
        status, reason, answer_bytes = 200, None, 0
        try:
            answer = await kernel.answer(self.server, message, peer, exchange)
            answer = _fitting(answer, context)
            if context.scopes_to_ask_for:
                answer = with_scopes_asked_for(answer, context)
            outcome, error_code = outcome_of(answer, context), answer.error_code
            status, reason = answer.status, reason_of_answer(answer, context, outcome)
            answer_bytes = len(answer.raw)
            return answer
        finally:
            note_outcome(span, context, outcome, error_code)
            recording.finish(
                outcome,
                error_code=error_code,
                context=context,
                notifications_sent=exchange.notifications_sent,
                answer_bytes=answer_bytes,
                is_stream=outgoing.is_streaming,
                first_byte_at=outgoing.first_byte_at,
                reason=reason,
                http_status=200 if outgoing.is_streaming else status,
            )


def _fitting(answer: Answer, context: RequestContext) -> Answer:
    has_output_schema = context.tool_name in by_name
    fitting = fit(answer, settings.MCP_MAX_ANSWER_BYTES, has_output_schema=has_output_schema)
    if fitting.is_failed_result and not answer.is_failed_result:
        context.reason = Reason.TOO_LARGE
    return fitting
