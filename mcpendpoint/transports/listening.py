"""Streams that stay open: `subscriptions/listen` (2026-07-28), and GET in a session (before)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from mcp_types import INVALID_PARAMS, INVALID_REQUEST
from pydantic import ValidationError

from accounts.authorization.scopes import Scope
from mcpendpoint.access.admission import check_client
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import InvalidOverrides, Selection
from mcpendpoint.access.who import Caller, CallerRefused, NotAdmitted, UrlOwner
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.invalid_params import explain_invalid_params
from mcpendpoint.protocol.messages import UNAVAILABLE, Message, RequestId, error_message
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.protocol.subscriptions import read_listen
from mcpendpoint.push.frames import Frames, ListenFrames, SessionFrames, SseFrames
from mcpendpoint.push.stream import Origin, Send
from mcpendpoint.push.streams import (
    Receive,
    TooManyStreams,
    open_streams,
)
from mcpendpoint.push.watch import Seen, StreamEnds
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.part_lists import part_lists
from mcpendpoint.serving.recording import Recording, source_of
from mcpendpoint.serving.resources.fingerprints import can_watch, fingerprint
from mcpendpoint.serving.resources.watching import (
    MAX_OF_STREAM,
    TooManyResources,
    watched_resources,
)
from mcpendpoint.serving.site import tells_of_resources
from mcpendpoint.serving.tool_lists import SerializedToolLists
from mcpendpoint.transports.refusing import refuse
from mcpendpoint.transports.requests import identify_caller
from mcpendpoint.transports.responses import json_response

SSE_VERSION = "2024-11-05"
BUSY_SECONDS = 30
MAX_KEPT_CHARS = 8_000
COMES_BACK_AFTER_SECONDS = 30
"""A client opens its first stream right after `initialize`."""
_KEPT_HEADERS = ("authorization", "x-mcp-")


class HeadTooLarge(Exception):
    def __init__(self) -> None:
        super().__init__("The URL and the x-mcp headers are too long for a stream that stays open.")


NOT_OPENED = (HeadTooLarge, TooManyStreams, TooManyResources)

Hold = Callable[[Receive, Send], Awaitable[None]]


class PushResponse(StreamingHttpResponse):
    """A response that goes on for as long as `hold` does.

    The lean handler awaits `hold` with ASGI's own receive and send; any other reads the chunks.
    """

    def __init__(self, hold: Hold) -> None:
        super().__init__(_chunks(hold), content_type="text/event-stream")
        self.hold = hold
        self["Cache-Control"] = "no-store, no-transform"
        self["X-Accel-Buffering"] = "no"


async def _chunks(hold: Hold) -> AsyncIterator[bytes]:
    written: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1)
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    holding = asyncio.create_task(_as_coroutine(hold(receive, written.put)))
    try:
        more = True
        while more:
            message = await written.get()
            yield message["body"]
            more = message["more_body"]
    finally:
        left.set()
        holding.cancel()


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work


@dataclass(frozen=True)
class ListWatch:
    """What a credential has at a URL; a Watch."""

    lists: SerializedToolLists
    head: RequestHead
    """Without what does not decide about the list."""
    url_owner: UrlOwner | None
    peer: kernel.Peer
    key: bytes
    owner: str

    @property
    def size(self) -> int:
        """In characters, of what is kept of the request's head."""
        return len(self.head.raw_query) + sum(
            len(name) + len(text) for name, text in self.head.pairs
        )

    async def look(self) -> Seen:
        context = await self._context()
        return await self.see(context.caller, context.selection)

    async def resource(self, uri: str, news: int) -> str | None:
        return await fingerprint(uri, await self._context(), news)

    async def _context(self) -> RequestContext:
        try:
            caller, overrides = await identify_caller(self.head, self.url_owner)
            selection = selection_of(caller, overrides)
        except InvalidOverrides as error:
            raise StreamEnds from error
        except CallerRefused as refused:
            if refused.status == 503:
                raise
            raise StreamEnds from refused
        return RequestContext(caller, selection, self.head)

    async def see(self, caller: Caller, selection: Selection) -> Seen:
        context = RequestContext(caller, selection, self.head)
        parts = await part_lists(context)
        return Seen(
            list_id=await self.lists.digest_for(self.peer, context),
            user_id=caller.user_id,
            expires_at=caller.expires_at.timestamp() if caller.expires_at else None,
            prompts_id=parts.prompts if parts else None,
            resources_id=parts.resources if parts else None,
        )


@dataclass(frozen=True)
class Listening:
    lists: SerializedToolLists

    async def serve_listen(
        self,
        message: Message,
        head: RequestHead,
        owner: UrlOwner | None,
        recording: Recording,
        selection: Selection,
    ) -> HttpResponseBase:
        """Answer `subscriptions/listen`: acknowledge what is honored, then tell what changes."""
        peer = kernel.refuse_version(message, head) or kernel.modern_peer(message, head)
        if isinstance(peer, kernel.Answer):
            recording.finish(Outcome.REJECTED, error_code=peer.error_code, http_status=peer.status)
            return json_response(peer.body, peer.status)
        recording.peer = peer
        try:
            check_client(peer.client, recording.caller)
            frames = ListenFrames(read_listen(message, _may_watch(recording.caller)))
        except NotAdmitted as blocked:
            return refuse(blocked, head, recording, message)
        except ValidationError as error:
            recording.finish(Outcome.REJECTED, error_code=INVALID_PARAMS, http_status=400)
            text = explain_invalid_params(error)
            return json_response(error_message(INVALID_PARAMS, text, message.id), 400)
        if len(frames.subscription.resources) > MAX_OF_STREAM:
            recording.finish(Outcome.REJECTED, error_code=INVALID_PARAMS, http_status=400)
            text = f"One stream tells of {MAX_OF_STREAM} resources at most. Subscribe to fewer."
            return json_response(error_message(INVALID_PARAMS, text, message.id), 400)
        try:
            response = await self._open(head, owner, peer, recording.caller, selection, frames)
        except NOT_OPENED as error:
            return _refuse(error, recording, message.id)
        recording.finish(Outcome.OK, is_stream=True)
        return response

    async def serve_session(
        self,
        head: RequestHead,
        owner: UrlOwner | None,
        caller: Caller,
        selection: Selection,
        session: Session,
    ) -> HttpResponseBase:
        """Answer GET in a session."""
        version = session.protocol_version or kernel.ASSUMED_VERSION
        declared = session.client_capabilities
        peer = kernel.Peer(False, version, session.client, None, declared, session)
        frames = SessionFrames(head.headers.get("mcp-protocol-version", ""))
        known_list = head.headers.get("last-event-id")
        if known_list is None and time.time() - session.began_at > COMES_BACK_AFTER_SECONDS:
            known_list = ""  # it comes back, and cannot say what it knows
        try:
            return await self._open(head, owner, peer, caller, selection, frames, known_list)
        except NOT_OPENED as error:
            recording = Recording(caller=caller, peer=peer, address=head.client_address)
            return _refuse(error, recording)

    async def serve_sse(
        self,
        head: RequestHead,
        owner: UrlOwner | None,
        caller: Caller,
        selection: Selection,
        number: str,
        address: str,
    ) -> HttpResponseBase:
        """Answer GET of HTTP+SSE; `number` is that of the session that lives with it."""
        session = Session(UNKNOWN_CLIENT, SSE_VERSION, number=number)
        peer = kernel.Peer(False, SSE_VERSION, UNKNOWN_CLIENT, session=session)
        frames = SseFrames(address, "push" in settings.MCP_TRANSPORTS)
        try:
            return await self._open(head, owner, peer, caller, selection, frames)
        except NOT_OPENED as error:
            recording = Recording(caller=caller, peer=peer, address=head.client_address)
            return _refuse(error, recording)

    async def _open(
        self,
        head: RequestHead,
        owner: UrlOwner | None,
        peer: kernel.Peer,
        caller: Caller,
        selection: Selection,
        frames: Frames,
        known_list: str | None = None,
    ) -> PushResponse:
        """Raises one of NOT_OPENED."""
        watch = self._watch(head, owner, peer, caller)
        if watch.size > MAX_KEPT_CHARS:
            raise HeadTooLarge
        open_streams.check_room(
            watch.owner,
            most=settings.MCP_MAX_STREAMS,
            most_of_owner=_most_streams(caller),
        )
        if isinstance(frames, ListenFrames):
            watched_resources.check_room(watch.owner, len(frames.subscription.resources))
        seen = open_streams.seen_by(watch) or await watch.see(caller, selection)
        origin = Origin(
            client=peer.client,
            session=peer.session.number if peer.session else None,
            protocol_version=peer.protocol_version,
            user_id=caller.user_id,
            credential=caller.credential,
            hf_id=caller.hf_id,
            address=head.client_address,
            source=source_of(peer, caller, head.client_address),
        )
        return PushResponse(partial(open_streams.hold, watch, seen, known_list, origin, frames))

    def _watch(
        self, head: RequestHead, owner: UrlOwner | None, peer: kernel.Peer, caller: Caller
    ) -> ListWatch:
        kept = tuple(pair for pair in head.pairs if pair[0].startswith(_KEPT_HEADERS))
        of_peer = (peer.protocol_version, peer.shows_views)
        at = owner and (owner.username.lower(), owner.profile)
        decisive = (kept, at, head.raw_query, *of_peer)
        return ListWatch(
            lists=self.lists,
            head=replace(head, pairs=kept, headers=dict(kept)),
            url_owner=owner,
            peer=kernel.nameless(peer),
            key=blake2b(repr(decisive).encode(), digest_size=16).digest(),
            owner=caller.owner_at(head.client_address),
        )


def _most_streams(caller: Caller) -> int:
    of_groups = caller.offer.limits.streams
    return settings.MCP_MAX_STREAMS_PER_CALLER if of_groups is None else of_groups


def _may_watch(caller: Caller) -> Callable[[str], bool]:
    if tells_of_resources() and Scope.READ in caller.scopes:
        return can_watch
    return lambda uri: False


def _refuse(
    error: Exception, recording: Recording, request_id: RequestId | None = None
) -> HttpResponse:
    """Say why a stream is not opened; `error` is one of NOT_OPENED."""
    if isinstance(error, HeadTooLarge):
        recording.finish(
            Outcome.REJECTED,
            error_code=INVALID_REQUEST,
            reason=Reason.TOO_LARGE,
            http_status=431,
        )
        return json_response(error_message(INVALID_REQUEST, str(error), request_id), 431)
    headers = {"Retry-After": str(BUSY_SECONDS)}
    if isinstance(error, TooManyResources):
        recording.finish(
            Outcome.LIMITED,
            error_code=UNAVAILABLE,
            limit=f"resources_{error.whose}",
            http_status=503,
        )
        text = "Too many resources are subscribed to. Subscribe to fewer, or try again later."
        return json_response(error_message(UNAVAILABLE, text, request_id), 503, headers)
    assert isinstance(error, TooManyStreams)  # noqa: S101 - the last of them
    recording.finish(
        Outcome.LIMITED, error_code=UNAVAILABLE, limit=f"streams_{error.whose}", http_status=503
    )
    text = (
        "This server holds as many streams as it can. Try again later; calls work without one."
        if error.whose == "server"
        else "You hold too many open streams here. Close some of your clients; calls work without."
    )
    return json_response(error_message(UNAVAILABLE, text, request_id), 503, headers)
