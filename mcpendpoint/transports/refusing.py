"""Why a request is not served, as an HTTP response, recorded."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from mcp_types import INVALID_PARAMS, INVALID_REQUEST

from accounts.database import RETRY_AFTER_SECONDS, UNAVAILABLE
from mcpendpoint.access import limits
from mcpendpoint.access.arrivals import arrivals
from mcpendpoint.access.challenges import challenge
from mcpendpoint.access.limits import Parsed, TooMany
from mcpendpoint.access.selection import InvalidOverrides
from mcpendpoint.access.who import CallerMoved, CallerRefused, NotAdmitted
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.messages import UNAVAILABLE as UNAVAILABLE_CODE
from mcpendpoint.protocol.messages import MalformedMessage, Message, RequestId, error_message
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.responses import error_response, json_response

logger = logging.getLogger(__name__)


class SessionUnknown(Exception):
    """The session of a request is none of ours, or not of who asks."""

    def __init__(self) -> None:
        super().__init__("There is no such session. Begin a new one with initialize.")


REFUSALS = (
    CallerRefused,
    TooMany,
    InvalidOverrides,
    MalformedMessage,
    SessionUnknown,
    *UNAVAILABLE,
)


def refuse(
    error: Exception, head: RequestHead, recording: Recording, parsed: Parsed | None = None
) -> HttpResponse:
    """Say why a request is not served; `error` is one of REFUSALS."""
    request_id = parsed.id if isinstance(parsed, Message) else None
    if isinstance(error, CallerRefused):
        arrivals.note_refused(head, error)
    match error:
        case NotAdmitted():
            recording.caller = error.caller
            recording.tool = _built_in_tool_of(parsed)
            recording.finish(
                Outcome.DENIED,
                error_code=INVALID_REQUEST,
                reason=Reason.BLOCKED,
                http_status=error.status,
            )
            return refuse_admission(error, request_id)
        case CallerRefused():
            if error.status == 401:
                limits.count_wrong_credential(head)
            recording.credential_refused = error.status in (401, 403)
            recording.finish(Outcome.DENIED, reason=error.reason, http_status=error.status)
            return _refuse_caller(head, error)
        case TooMany():
            recording.tool = _built_in_tool_of(parsed)
            return refuse_too_many(error, recording, head, parsed)
        case SessionUnknown():
            recording.finish(
                Outcome.REJECTED,
                error_code=INVALID_REQUEST,
                reason=Reason.NOT_FOUND,
                http_status=404,
            )
            return json_response(error_message(INVALID_REQUEST, str(error), request_id), 404)
        case InvalidOverrides() | MalformedMessage():
            code = getattr(error, "code", INVALID_PARAMS)
            recording.finish(Outcome.REJECTED, error_code=code, http_status=400)
            request_id = getattr(error, "request_id", None) or request_id
            return json_response(error_message(code, str(error), request_id), 400)
        case _:
            # Its text may quote a statement with what was looked for.
            logger.warning("The database did not say who calls: %s.", type(error).__name__)
            recording.finish(Outcome.FAILED, error_code=UNAVAILABLE_CODE, http_status=503)
            return _refuse_for_now(request_id)


def _built_in_tool_of(parsed: Parsed | None) -> str:
    return limits.built_in_tool_of(parsed) if isinstance(parsed, Message) else ""


def refuse_request(
    head: RequestHead,
    status: int,
    text: str,
    reason: Reason = Reason.INVALID_REQUEST,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Refuse a request of which it does not matter what is in it."""
    Recording(address=head.client_address).finish(
        Outcome.REJECTED, error_code=INVALID_REQUEST, reason=reason, http_status=status
    )
    return error_response(status, INVALID_REQUEST, text, headers)


def refuse_admission(error: NotAdmitted, request_id: RequestId | None = None) -> HttpResponse:
    """Say why somebody is kept out, where a model reads it as well as a person."""
    return json_response(error_message(INVALID_REQUEST, str(error), request_id), error.status)


def _refuse_caller(head: RequestHead, refused: CallerRefused) -> HttpResponse:
    response = json_response(
        {"error": refused.error or "unauthorized", "error_description": str(refused)},
        refused.status,
    )
    if isinstance(refused, CallerMoved):
        # Relative, so that it is of the host that the client knows; 308 keeps method and body.
        response["Location"] = refused.path + (
            f"?{_escaped(head.raw_query)}" if head.raw_query else ""
        )
    if refused.status in (401, 403):
        response["WWW-Authenticate"] = challenge(head, refused)
    if refused.retry_after_seconds is not None:
        response["Retry-After"] = str(refused.retry_after_seconds)
    return response


def _refuse_for_now(request_id: RequestId | None) -> HttpResponse:
    message = "This server cannot reach its database or is too busy. Try again soon."
    data = {"retryable": True, "retryAfterSeconds": RETRY_AFTER_SECONDS}
    return json_response(
        error_message(UNAVAILABLE_CODE, message, request_id, data),
        503,
        {"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _escaped(query: str) -> str:
    return quote(query, safe="%&=+,;:@!$'()*/?~")


def refuse_too_many(
    too_many: TooMany, recording: Recording, head: RequestHead, parsed: Parsed | None = None
) -> HttpResponse:
    """Refuse the request by HTTP; or only its calls, when it is those that were too many.

    Clients on version 1 of the Python SDK fail every later request after an HTTP error.
    """
    headers = {"Retry-After": str(too_many.retry_after_seconds)}
    messages = parsed if isinstance(parsed, Sequence) else [parsed]
    requests = [each for each in messages if isinstance(each, Message) and each.kind == "request"]
    are_calls_alone = too_many.limit.is_by_class and bool(requests)
    recording.finish(
        Outcome.LIMITED,
        error_code=limits.TOO_MANY,
        limit=too_many.limit,
        http_status=200 if are_calls_alone else 429,
    )
    if not are_calls_alone:
        request_id = parsed.id if isinstance(parsed, Message) else None
        return json_response(limits.explain(too_many, request_id), 429, headers)
    bodies = [_limited_answer(each, too_many, head) for each in requests]
    return json_response(bodies if isinstance(parsed, list) else bodies[0], 200, headers)


def _limited_answer(message: Message, too_many: TooMany, head: RequestHead) -> dict[str, Any]:
    if message.method == "tools/call":
        is_modern = kernel.is_modern(message, head)
        return kernel.tool_failure(message, str(too_many), is_modern=is_modern)
    return limits.explain(too_many, message.id)
