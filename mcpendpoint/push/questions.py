"""Questions to a legacy client: a request on the stream of the call that needs to know, whose
answer comes by a POST of its own, at whichever worker.

The id of a question names the worker that waits. An answer counts in the session of its question
alone, so whoever guesses an id gains nothing.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, REQUEST_TIMEOUT

from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus, bus

ANSWER_SECONDS = 270.0
"""Many clients give a call up after 300 s, whatever they hear meanwhile."""

MAX_WAITING = 5_000
TOPIC = "answer"

CAPABILITIES = {
    "elicitation/create": "elicitation",
    "roots/list": "roots",
    "sampling/createMessage": "sampling",
}
"""What a client declares that takes a method."""

Put = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class _Waiting:
    session: str
    answer: asyncio.Future[dict[str, Any]]


class Questions:
    """Those that wait at this worker."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: dict[str, _Waiting] = {}
        bus.on(TOPIC, self._take_here)

    async def ask(
        self, session: Session, put: Put, method: str, params: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the client's result.

        Raises MCPError for a client that cannot be asked this, for a refusal, or for no answer.
        """
        _check_capability(session, method, params or {})
        if len(self._waiting) >= MAX_WAITING:
            raise MCPError(code=INTERNAL_ERROR, message="Too many questions are open. Try again.")
        await self._bus.start()
        question_id = f"{self._bus.name}.{secrets.token_urlsafe(12)}"
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[question_id] = _Waiting(session.number, answer)
        question = {"jsonrpc": "2.0", "id": question_id, "method": method}
        put(question if params is None else {**question, "params": dict(params)})
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                message = await answer
        except TimeoutError as error:
            cancelled = {"requestId": question_id, "reason": "There was no answer in time."}
            put({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
            raise MCPError(
                code=REQUEST_TIMEOUT, message="The client did not answer in time."
            ) from error
        finally:
            del self._waiting[question_id]
        return _result_of(message)

    async def take(self, session: Session, message: dict[str, Any]) -> None:
        """Hand an answer of this session to the worker that waits for it, if any does."""
        worker, dot, _ = str(message.get("id")).partition(".")
        if dot and worker.isalnum():
            await self._bus.tell(TOPIC, [session.number, message], worker)

    def _take_here(self, answered: Any) -> None:
        session, message = answered
        waiting = self._waiting.get(message["id"])
        if waiting is not None and waiting.session == session and not waiting.answer.done():
            waiting.answer.set_result(message)


def _check_capability(session: Session, method: str, params: Mapping[str, Any]) -> None:
    declared = session.client_capabilities
    capability = CAPABILITIES.get(method, method)
    parts = declared.get(capability)
    mode = params.get("mode", "form") if capability == "elicitation" else None
    # `elicitation: {}` is from before there were modes, and means forms (2025-11-25, Elicitation).
    is_mode_missing = mode is not None and parts is not None and mode not in (parts or {"form"})
    if parts is None or is_mode_missing:
        raise MCPError(
            code=INVALID_REQUEST, message=f"The client has not declared that it takes {method}."
        )


def _result_of(message: dict[str, Any]) -> dict[str, Any]:
    if isinstance(error := message.get("error"), dict):
        code, text = error.get("code"), error.get("message")
        raise MCPError(
            code=code if isinstance(code, int) else INTERNAL_ERROR,
            message=text if isinstance(text, str) else "The client refused.",
        )
    result = message.get("result")
    if not isinstance(result, dict):
        raise MCPError(code=INTERNAL_ERROR, message="The client's answer is none.")
    return result


questions = Questions(bus)
