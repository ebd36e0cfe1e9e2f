"""JSON as HTTP responses."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse

from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.protocol.messages import RequestId, error_message, serialized_message


def json_response(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


def answer_response(answer: Answer) -> HttpResponse:
    return HttpResponse(
        answer.raw,
        status=answer.status,
        headers=answer.headers,
        content_type="application/json",
    )


def batch_response(answers: Sequence[bytes]) -> HttpResponse:
    return HttpResponse(b"[" + b",".join(answers) + b"]", content_type="application/json")


def error_response(
    status: int, code: int, text: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a JSON-RPC error that belongs to no request."""
    return json_response(error_message(code, text), status, headers)


def empty_response(status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a response without a body, and so without its type."""
    response = HttpResponse(status=status, headers=headers)
    del response["Content-Type"]
    return response


def serialized_response(request_id: RequestId | None, result: bytes) -> HttpResponse:
    """Return a JSON-RPC response around a result that is JSON already."""
    return HttpResponse(serialized_message(request_id, result), content_type="application/json")
