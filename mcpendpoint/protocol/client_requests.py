"""Requests to a legacy client, such as `elicitation/create`: what it takes, and its answer."""

from collections.abc import Mapping
from typing import Any

from mcp import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, REQUEST_TIMEOUT

ANSWER_SECONDS = 270.0
"""Many clients give a call up after 300 s, whatever they hear meanwhile."""
ANSWER_SECONDS_IN_SILENCE = 50.0
"""The TypeScript SDK gives up after 60 s, unless it hears of progress, and asks for that."""

CAPABILITIES = {
    "elicitation/create": "elicitation",
    "roots/list": "roots",
    "sampling/createMessage": "sampling",
}
"""What a client declares that takes a method."""


def request_message(
    request_id: str, method: str, params: Mapping[str, Any] | None
) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "id": request_id, "method": method}
    return message if params is None else {**message, "params": dict(params)}


def seconds_to_answer(*, wants_progress: bool) -> float:
    """Return how long a client waits for its person, at least."""
    return ANSWER_SECONDS if wants_progress else ANSWER_SECONDS_IN_SILENCE


def cancellation(request_id: str) -> dict[str, Any]:
    """Return the notice that an answer would come too late."""
    params = {"requestId": request_id, "reason": "There was no answer in time."}
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}


def too_late() -> MCPError:
    return MCPError(code=REQUEST_TIMEOUT, message="The client did not answer in time.")


def too_many() -> MCPError:
    return MCPError(code=INTERNAL_ERROR, message="Too many questions are open. Try again.")


def check_capability(declared: Mapping[str, Any], method: str, params: Mapping[str, Any]) -> None:
    """Raises MCPError for a client that has not declared that it can be asked this."""
    capability = CAPABILITIES.get(method, method)
    parts = declared.get(capability)
    mode = params.get("mode", "form") if capability == "elicitation" else None
    # `elicitation: {}` is from before there were modes, and means forms (2025-11-25, Elicitation).
    is_mode_missing = mode is not None and parts is not None and mode not in (parts or {"form"})
    if parts is None or is_mode_missing:
        raise MCPError(
            code=INVALID_REQUEST, message=f"The client has not declared that it takes {method}."
        )


def result_of(message: dict[str, Any]) -> dict[str, Any]:
    """Return what a client answered. Raises MCPError for a refusal."""
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
