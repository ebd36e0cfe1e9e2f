"""Bytes to JSON-RPC 2.0 messages. Pure, but that errors carry the id of the request.

A body is one request, one notification, one response (which we take note of and drop), or, for
2025-03-26 clients, a batch of them.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

import orjson
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR

from accounts.request_ids import current_request_id
from mcpendpoint.protocol import json_text

LIST_TOOLS = "tools/list"

MAX_BATCH = 50
MAX_NAMES = 1_000
"""Of each parameter that is an object, but for the arguments of tools: the SDK reads it several
times over."""
MAX_ID_LENGTH = 256
MAX_ERROR_LENGTH = 2_000
MAX_QUOTED_LENGTH = 500

UNAVAILABLE = 503
"""When neither the caller nor we are to blame: HTTP's status, outside of what JSON-RPC reserves."""

_OF_SERVERS = frozenset({INTERNAL_ERROR, UNAVAILABLE})

RequestId = str | int


class MalformedMessage(Exception):
    """A body or message that is not JSON-RPC; `code` and the message are for the client."""

    def __init__(self, code: int, message: str, request_id: RequestId | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


@dataclass(frozen=True)
class Message:
    kind: Literal["request", "notification", "response"]
    method: str
    """"" for a response."""
    id: RequestId | None
    params: dict[str, Any] | None
    body: dict[str, Any]

    @property
    def meta(self) -> dict[str, Any]:
        meta = (self.params or {}).get("_meta")
        return meta if isinstance(meta, dict) else {}

    @property
    def wants_progress(self) -> bool:
        return self.meta.get("progressToken") is not None


def parse_body(raw: bytes) -> Message | list[Message | MalformedMessage]:
    """Return the message, or the list of a batch, in which a malformed entry stands as its error.

    Raises MalformedMessage when nothing in the body can be answered by itself.
    """
    try:
        body = json_text.loads(raw)
    except json_text.NotJson as error:
        raise MalformedMessage(PARSE_ERROR, str(error)) from error
    if isinstance(body, list):
        if not body:
            raise MalformedMessage(INVALID_REQUEST, "A batch must not be empty.")
        if len(body) > MAX_BATCH:
            raise MalformedMessage(INVALID_REQUEST, f"A batch holds at most {MAX_BATCH} messages.")
        return [_batch_entry(entry) for entry in body]
    return parse_message(body)


def _batch_entry(entry: Any) -> Message | MalformedMessage:
    try:
        return parse_message(entry)
    except MalformedMessage as error:
        return error


def parse_message(body: Any) -> Message:
    if not isinstance(body, dict):
        raise MalformedMessage(INVALID_REQUEST, "A JSON-RPC message must be an object.")
    if "id" in body and not is_request_id(body["id"]):
        raise MalformedMessage(
            INVALID_REQUEST,
            f"id must be a string of at most {MAX_ID_LENGTH} characters, or an integer.",
        )
    request_id = body.get("id")
    if body.get("jsonrpc") != "2.0":
        raise MalformedMessage(INVALID_REQUEST, 'jsonrpc must be "2.0".', request_id)
    if "method" not in body and ("result" in body or "error" in body):
        return Message("response", "", request_id, None, body)
    method, params = body.get("method"), body.get("params")
    if not isinstance(method, str) or not method:
        raise MalformedMessage(INVALID_REQUEST, "method must be a string.", request_id)
    if params is not None and not isinstance(params, dict):
        raise MalformedMessage(INVALID_REQUEST, "params must be an object.", request_id)
    for name, value in (params or {}).items():
        if isinstance(value, dict) and len(value) > MAX_NAMES and name != "arguments":
            text = f"{_cut(name, MAX_QUOTED_LENGTH)} has more than {MAX_NAMES:,} names."
            raise MalformedMessage(INVALID_REQUEST, text, request_id)
    kind: Literal["request", "notification"] = "request" if "id" in body else "notification"
    return Message(kind, method, request_id, params, body)


def is_request_id(value: Any) -> TypeGuard[RequestId]:
    """Tell an id, or a progress token, which may be the same things."""
    if isinstance(value, str):
        return len(value) <= MAX_ID_LENGTH
    return isinstance(value, int) and not isinstance(value, bool)


def error_message(
    code: int, message: str, request_id: RequestId | None = None, data: Any = None
) -> dict[str, Any]:
    """Return a JSON-RPC error. What it quotes of a request is cut, however long it was.

    One that is this server's, or may pass, says by which id the log has the HTTP request.
    """
    error: dict[str, Any] = {"code": code, "message": _cut(message, MAX_ERROR_LENGTH)}
    if code in _OF_SERVERS and isinstance(data, dict | None) and (found := current_request_id()):
        data = {**(data or {}), "requestId": found}
    if data is not None:
        error["data"] = _cut_all(data)
    return {"jsonrpc": "2.0", "id": request_id, "error": error}


def serialized_message(request_id: RequestId | None, result: bytes) -> bytes:
    """Return the response with a result that is JSON already."""
    return b'{"jsonrpc":"2.0","id":' + orjson.dumps(request_id) + b',"result":' + result + b"}"


def _cut_all(data: Any) -> Any:
    if isinstance(data, str):
        return _cut(data, MAX_QUOTED_LENGTH)
    if isinstance(data, dict):
        return {name: _cut_all(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_cut_all(value) for value in data]
    return data


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
