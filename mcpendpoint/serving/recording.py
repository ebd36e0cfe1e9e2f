"""Takes the time of one message and turns what came of it into a Record."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

from django.conf import settings
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from accounts.proxies import network_of
from accounts.request_ids import current_request_id
from mcpendpoint.access.limits import TOO_MANY
from mcpendpoint.access.who import ANONYMOUS, Caller
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.kernel import Answer, Peer
from mcpendpoint.protocol.messages import LIST_TOOLS, UNAVAILABLE
from mcpendpoint.protocol.records import REFUSED, Outcome, Reason, Record, publish
from mcpendpoint.serving.answer_size import TOO_LARGE
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.rpc_errors import NotFound
from mcpendpoint.tools.reasons import reason_behind

MAX_METHOD_LENGTH = 80

_OF_ERRORS = {INTERNAL_ERROR: Outcome.FAILED, UNAVAILABLE: Outcome.TOOL_ERROR}

_REASONS_OF_ERRORS = {
    INVALID_PARAMS: Reason.INVALID_ARGUMENTS,
    TOO_LARGE: Reason.TOO_LARGE,
    TOO_MANY: Reason.LIMIT,
    UNAVAILABLE: Reason.UNAVAILABLE,
}
_REASONS_OF_OUTCOMES = {
    Outcome.TOOL_ERROR: Reason.TOOL,
    Outcome.REJECTED: Reason.INVALID_REQUEST,
    Outcome.DENIED: Reason.BAD_CREDENTIAL,
    Outcome.WAITING: Reason.APPROVAL,
    Outcome.LIMITED: Reason.LIMIT,
    Outcome.FAILED: Reason.OUR_FAULT,
    Outcome.CANCELLED: Reason.CANCELLED,
}
_OF_OUTCOMES_ALONE = frozenset({Outcome.WAITING, Outcome.LIMITED, Outcome.CANCELLED})
"""Of which no error code says more."""


_recorded: ContextVar[list[Outcome] | None] = ContextVar("recorded", default=None)


def note_recorded() -> list[Outcome]:
    """Return a list in which the outcomes of the request that begins here will be."""
    outcomes: list[Outcome] = []
    _recorded.set(outcomes)
    return outcomes


@dataclass
class Recording:
    """What is known so far. Every message is recorded once, however it ends."""

    method: str = ""
    caller: Caller = ANONYMOUS
    credential_refused: bool = False
    peer: Peer | None = None
    tool: str = ""
    """The one that was called, until there is a context that knows."""
    address: str = ""
    transport: str = "json"
    """Unless the answer is a stream."""
    started: float = field(default_factory=time.perf_counter)

    def finish(
        self,
        outcome: Outcome,
        *,
        error_code: int | None = None,
        context: RequestContext | None = None,
        notifications_sent: int = 0,
        answer_bytes: int = 0,
        is_stream: bool = False,
        first_byte_at: float | None = None,
        limit: str = "",
        reason: Reason | None = None,
        http_status: int = 200,
    ) -> None:
        """Without a `reason` it is the usual one of the outcome, or of the error's code.

        A stream of which no byte has gone out (`first_byte_at`) begins with this answer.
        """
        now = time.perf_counter()
        peer = self.peer
        client = peer.client if peer else UNKNOWN_CLIENT
        if (recorded := _recorded.get()) is not None:
            recorded.append(outcome)
        publish(
            Record(
                at=datetime.now(UTC),
                method=self.method[:MAX_METHOD_LENGTH],
                tool=context.tool_name if context else self.tool,
                space_id=context.space_label if context else "",
                outcome=outcome,
                error_code=error_code,
                duration_ms=(now - self.started) * 1000,
                era=peer.era if peer else "",
                protocol_version=peer.protocol_version if peer else "",
                transport="sse" if is_stream else self.transport,
                client_name=client.name,
                client_version=client.version,
                credential=REFUSED if self.credential_refused else self.caller.credential,
                user_id=self.caller.user_id,
                notifications_sent=notifications_sent,
                answer_bytes=answer_bytes,
                first_byte_ms=((first_byte_at or now) - self.started) * 1000 if is_stream else None,
                limit=limit,
                listed=context.tools_listed if context else 0,
                source=self._source if self.method == LIST_TOOLS else str,
                credential_name=self.caller.credential_name,
                address=self.address if settings.AUDIT_IP else "",
                # Python salts it anew in each process.
                network=hash(network_of(self.address)) if self.address else 0,
                reason=reason or _usual_reason(outcome, error_code),
                request_id=current_request_id(),
                http_status=http_status,
            )
        )

    def _source(self) -> str:
        return source_of(self.peer, self.caller, self.address) if self.peer else ""


def source_of(peer: Peer, caller: Caller, address: str) -> str:
    """Return what messages of one client have in common, and those of others have not.

    It is the number of a session, or a digest that nobody's name can be read off.
    """
    if peer.session is not None:
        return peer.session.number
    parts = (caller.owner or address, peer.client.name, peer.client.version)
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def outcome_of(answer: Answer, context: RequestContext) -> Outcome:
    if context.is_denied:
        return Outcome.DENIED
    if context.is_waiting:
        return Outcome.WAITING
    code = answer.error_code
    if code is not None:
        return _OF_ERRORS.get(code, Outcome.REJECTED)
    return Outcome.TOOL_ERROR if answer.is_failed_result else Outcome.OK


def reason_of_answer(answer: Answer, context: RequestContext, outcome: Outcome) -> Reason | None:
    """Return why it did not go well, None where that is the usual reason of its outcome."""
    if outcome is Outcome.OK or outcome in _OF_OUTCOMES_ALONE:
        return None
    if context.reason is not None:
        return context.reason
    if isinstance(answer.failure, NotFound):
        return Reason.NOT_FOUND
    if answer.failure is not None:
        return reason_behind(answer.failure)
    # In the Space's own words.
    return Reason.SPACE_ERROR if context.space_label and outcome is Outcome.TOOL_ERROR else None


def _usual_reason(outcome: Outcome, error_code: int | None) -> Reason | None:
    usual = _REASONS_OF_OUTCOMES.get(outcome)
    if error_code is None or outcome in _OF_OUTCOMES_ALONE:
        return usual
    return _REASONS_OF_ERRORS.get(error_code, usual)
