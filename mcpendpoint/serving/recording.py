"""Takes the time of one message and turns what came of it into a Record."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

from django.conf import settings
from mcp_types import INTERNAL_ERROR

from mcpendpoint.access.who import ANONYMOUS, Caller
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.kernel import Answer, Peer
from mcpendpoint.protocol.messages import LIST_TOOLS
from mcpendpoint.protocol.records import REFUSED, Outcome, Reason, Record, publish
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.rpc_errors import UNAVAILABLE

MAX_METHOD_LENGTH = 80

_OF_ERRORS = {INTERNAL_ERROR: Outcome.FAILED, UNAVAILABLE: Outcome.TOOL_ERROR}


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
        is_stream: bool = False,
        limit: str = "",
        reason: Reason | None = None,
    ) -> None:
        peer = self.peer
        client = peer.client if peer else UNKNOWN_CLIENT
        publish(
            Record(
                at=datetime.now(UTC),
                method=self.method[:MAX_METHOD_LENGTH],
                tool=context.tool_name if context else self.tool,
                space_id=context.space_label if context else "",
                outcome=outcome,
                error_code=error_code,
                duration_ms=(time.perf_counter() - self.started) * 1000,
                era=peer.era if peer else "",
                protocol_version=peer.protocol_version if peer else "",
                transport="sse" if is_stream else self.transport,
                client_name=client.name,
                client_version=client.version,
                credential=REFUSED if self.credential_refused else self.caller.credential,
                user_id=self.caller.user_id,
                notifications_sent=notifications_sent,
                limit=limit,
                reason=reason,
                source=self._source if self.method == LIST_TOOLS else "",
                credential_name=self.caller.credential_name,
                address=self.address if settings.AUDIT_IP else "",
            )
        )

    @property
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
    return Outcome.TOOL_ERROR if answer.body["result"].get("isError") else Outcome.OK
