"""What every request by HTTP goes through, whichever transport it is for."""

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from mcp_types import INTERNAL_ERROR

from accounts.outgoing import callers
from mcpendpoint.access import limits
from mcpendpoint.access.admission import check_address
from mcpendpoint.access.caller import identify, read_credential
from mcpendpoint.access.limits import Parsed, TooMany
from mcpendpoint.access.profiles import in_profile, with_named_spaces
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import RequestOverrides, Selection, read_overrides
from mcpendpoint.access.who import Caller, NotAdmitted, UrlOwner
from mcpendpoint.protocol.messages import MalformedMessage, parse_body
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.protocol.request_head import RequestHead, read_request_head
from mcpendpoint.protocol.security import cors_headers, is_host_served, is_origin_served
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.recording import Recording, note_recorded
from mcpendpoint.serving.traced import note_status, serving_request
from mcpendpoint.transports.bodies import BodyRefused, BodyTooLarge
from mcpendpoint.transports.refusing import refuse, refuse_request, refuse_too_many
from mcpendpoint.transports.responses import error_response

logger = logging.getLogger(__name__)

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
Serve = Callable[[HttpRequest, RequestHead, UrlOwner | None], Coroutine[Any, Any, HttpResponseBase]]


def as_view(serve: Serve) -> View:
    """Return the Django view of what serves requests."""

    async def view(
        request: HttpRequest, username: str | None = None, profile: str | None = None
    ) -> HttpResponseBase:
        head = read_request_head(request)
        owner = None if username is None else UrlOwner(username, profile and profile.lower())
        recorded = note_recorded()
        try:
            with serving_request(head) as span:
                response = await serve(request, head, owner)
                note_status(span, response.status_code)
        except NotAdmitted as blocked:
            response = refuse(blocked, head, Recording(address=head.client_address))
        except TooMany as too_many:
            recording = Recording(caller=too_many.caller, address=head.client_address)
            response = refuse_too_many(too_many, recording, head)
        except Exception:
            if is_for_a_browser(head):
                raise  # Django has a page for that
            # Whoever serves us would answer with something else than JSON-RPC, and log what the
            # exception says.
            logger.exception("The endpoint failed.")
            if not recorded:
                Recording(address=head.client_address).finish(
                    Outcome.FAILED, error_code=INTERNAL_ERROR, http_status=500
                )
            response = error_response(500, INTERNAL_ERROR, "The server failed. It has logged why.")
        for name, value in cors_headers(head).items():
            response[name] = value
        # What one caller is told is nobody else's, and nothing else than it says it is.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    view.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is ever looked at
    return view


def refuse_entry(request: HttpRequest, head: RequestHead) -> HttpResponse | None:
    """Raises TooMany and NotAdmitted."""
    if head.method != "OPTIONS" and not getattr(request, "has_entered", False):
        check_address(head.client_address)
        limits.enter(head.client_address, head.headers.get("authorization"))
    if not is_host_served(head):
        return refuse_request(head, 421, "This host is not served. Check ALLOWED_HOSTS.")
    if not is_origin_served(head):
        return refuse_request(head, 403, "This origin is not served. Check MCP_ALLOWED_ORIGINS.")
    return None


async def identify_caller(
    head: RequestHead, owner: UrlOwner | None
) -> tuple[Caller, RequestOverrides]:
    """Return who asks, and what the URL asks for. Raises CallerRefused and InvalidOverrides."""
    callers.note_address(head.client_address)
    overrides = read_overrides(head)
    caller = await identify(head, owner, must_sign_in=overrides.must_sign_in)
    caller.note_for_outgoing()
    return await with_named_spaces(caller, overrides), overrides


def context_of(caller: Caller, selection: Selection, head: RequestHead) -> RequestContext:
    return RequestContext(caller, selection, head, renewal=partial(_by_now, head, caller.profile))


async def _by_now(head: RequestHead, profile: str | None) -> tuple[Caller, Selection]:
    """Raises CallerRefused and InvalidOverrides."""
    caller = await read_credential(head)
    if profile is not None:
        caller = await in_profile(caller, profile)
    overrides = read_overrides(head)
    caller = await with_named_spaces(caller, overrides)
    return caller, selection_of(caller, overrides)


def is_for_a_browser(head: RequestHead) -> bool:
    return head.method == "GET" and "text/html" in head.headers.get("accept", "")


def refuse_body(request: HttpRequest, head: RequestHead) -> HttpResponse | None:
    content_type = head.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return refuse_request(head, 415, "Content-Type should be application/json.")
    encoding = head.headers.get("content-encoding", "")
    if encoding.lower() not in {"", "identity"}:
        return refuse_request(
            head,
            415,
            "Content-Encoding is not supported: send the body as plain JSON.",
            headers={"Accept-Encoding": "identity"},
        )
    refused: BodyRefused | None = getattr(request, "body_refused", None)
    try:
        too_large = len(request.body) > settings.MCP_MAX_BODY_BYTES
    except RequestDataTooBig:
        too_large = True
    if refused is None and too_large:
        refused = BodyTooLarge()
    if refused is not None:
        return refuse_request(head, refused.status, str(refused), refused.reason)
    return None


def parse(raw: bytes) -> Parsed:
    try:
        return parse_body(raw)
    except MalformedMessage as error:
        return error
