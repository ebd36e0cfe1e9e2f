"""Puts each call of a tool, resource or prompt into the audit log, in the background, and whatever
else failed by a fault of ours.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from accounts import admins, audit
from accounts.audit import Action, Outcome, ToolCall
from accounts.housekeeping import tidy_up
from accounts.operators import blocks
from dashboard.refusals import Refusals
from dashboard.storer import Storer
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.protocol.records import KNOWN_METHODS, PRIVATE, REFUSED, Reason, Record

logger = logging.getLogger(__name__)

LOGGED = ("tools/call", "resources/read", "prompts/get")
"""Methods by which a client does something on the Hub in a person's name."""

MAX_CALLS = 25_000
"""So many may wait for a database that does not take them: 30 MB."""


class Calls:
    """Tool calls that are not in the log yet."""

    def __init__(self) -> None:
        self.calls: deque[ToolCall] = deque(maxlen=MAX_CALLS)
        self._dropped = 0

    def add(self, call: ToolCall) -> None:
        if len(self.calls) == self.calls.maxlen:
            if not self._dropped:
                logger.error("More calls come than the audit log can be told; the oldest go.")
            self._dropped += 1
        self.calls.append(call)

    def merge(self, newer: "Calls") -> None:
        self._dropped += newer._dropped
        for call in newer.calls:
            self.add(call)

    def forget_before(self, at: datetime) -> int:
        while self.calls and self.calls[0].at < at:
            self.calls.popleft()
            self._dropped += 1
        dropped, self._dropped = self._dropped, 0
        return dropped

    def __len__(self) -> int:
        return len(self.calls)


class CallLog(Storer[Calls]):
    def __init__(
        self,
        write: Callable[[Calls], None] = lambda calls: audit.write_tool_calls(calls.calls),
        prune: Callable[[], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(Calls, write, prune or _tidy_up, clock=clock)
        self._refusals = Refusals()

    def note(self, record: Record) -> None:
        """Add a call to the log; a listener of mcpendpoint.protocol.records, on the event loop."""
        if record.credential == REFUSED:
            self._note_refusal(record)
            return
        if record.method not in LOGGED and record.reason is not Reason.OUR_FAULT:
            return
        self._batch.add(
            ToolCall(
                at=record.at,
                user_id=record.user_id,
                tool=_shown_tool(record),
                outcome=record.outcome,
                client=record.client_name,
                duration_ms=record.duration_ms,
                address=record.address,
                detail=_detail(record),
                reason=record.reason or "",
                request_id=record.request_id,
            )
        )
        self._store_soon()

    def _note_refusal(self, record: Record) -> None:
        due = self._refusals.note(record.address, record.at)
        if due is None:
            return
        address, count = due
        self._batch.add(
            ToolCall(
                at=record.at,
                user_id=None,
                tool="",
                outcome=Outcome.DENIED,
                client="",
                duration_ms=None,
                address=address,
                detail={"credential": REFUSED} | ({"count": str(count)} if count > 1 else {}),
                action=Action.CREDENTIAL_REFUSED,
                reason=record.reason or "",
                request_id=record.request_id,
            )
        )
        self._store_soon()


def _tidy_up() -> None:
    admins.note_changes()
    blocks.note_ended()
    tidy_up()


def _shown_tool(record: Record) -> str:
    if record.method != "tools/call":
        is_known = record.method and record.method in KNOWN_METHODS
        return record.method if is_known else f"http/{record.http_status}"
    # What a private Space can do is not for admins to read.
    return (prefix_of(record.tool) or "") + "…" if record.space_id == PRIVATE else record.tool


def _detail(record: Record) -> dict[str, str]:
    detail = {"credential": record.credential, "space": record.space_id, "limit": record.limit}
    # Which of their keys or apps it was.
    detail["app" if record.credential == "oauth" else "key"] = record.credential_name
    return {name: str(value) for name, value in detail.items() if value}


call_log = CallLog()
"""The one of this process."""
