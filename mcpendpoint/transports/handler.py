"""A lean ASGI handler in front of Django, for the endpoint's paths alone.

Django's own costs about 1.1 ms a request before the view runs: it opens a thread-sensitive executor
and hops to a thread for signals, and each classic middleware adds two hops. The endpoint uses none
of that. Its view is an ordinary async view, which urls.py serves as well (runserver, test client).
"""

import asyncio
import io
from collections.abc import Callable
from contextlib import aclosing
from importlib import import_module
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, ResolverMatch, get_resolver

from accounts.caching import remember_short
from mcpendpoint.transports.bodies import BodyRefused, ClientLeft, Receive, read_body, replay
from mcpendpoint.transports.incoming_files import IncomingFiles, is_incoming_file
from mcpendpoint.transports.listening import PushResponse
from mcpendpoint.transports.rate_limit_gate import RateLimitGate

Scope = dict[str, Any]

DISCONNECT_WATCH_SECONDS = 0.2
"""Most requests are answered by then, with nobody watching whether the client is still there."""

MAX_PATH_LENGTH = 250
"""No user's URL is longer. A longer path is Django's to answer, not ours to remember."""


class EndpointHandler:
    def __init__(
        self,
        django: Any,
        urlconf: str = "mcpendpoint.endpoint_urls",
        at_first: Callable[[], None] | None = None,
    ) -> None:
        """`at_first` is called with the first request, when there is an event loop."""
        self._django = django
        self._at_first = at_first
        import_module(urlconf)  # now, not during the first request
        self._gate = RateLimitGate()
        self._incoming_files = IncomingFiles()
        self._resolve = remember_short(max_bytes=4_000_000, max_chars=MAX_PATH_LENGTH)(
            get_resolver(urlconf).resolve
        )

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if self._at_first is not None:
            self._at_first()
            self._at_first = None
        if is_incoming_file(scope):
            if not await self._gate.rejects(scope, send):
                await self._incoming_files(scope, receive, send)
            return
        match = None if _is_for_a_reader(scope) else self._match(scope["path"])
        if match is not None and await self._gate.rejects(scope, send):
            return
        body, refusal = b"", None
        try:
            body = await read_body(receive)
        except BodyRefused as error:
            refusal = error
        except ClientLeft:
            return
        if match is not None:
            await _serve(match, _Request(scope, body, refusal), receive, send)
        elif refusal is not None:
            await _send_response(_refuse(refusal, takes_html=_takes_html(scope)), send)
        else:
            await self._django(scope, replay(body, receive), send)

    def _match(self, path: str) -> ResolverMatch | None:
        if len(path) > MAX_PATH_LENGTH:
            return None
        try:
            return self._resolve(path)
        except Resolver404:
            return None


def _is_for_a_reader(scope: Scope) -> bool:
    """Whether a browser asks for the page at the endpoint, which knows sessions as all pages do."""
    return scope["method"] == "GET" and _takes_html(scope)


def _takes_html(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


class _Request(ASGIRequest):
    has_entered = True
    """The rate-limit gate has counted it."""

    def __init__(self, scope: Scope, body: bytes, body_refused: BodyRefused | None) -> None:
        super().__init__(scope, io.BytesIO())
        # Read already; otherwise request.body would read it again from the stream.
        self._body = body
        self.body_refused = body_refused


async def _serve(match: ResolverMatch, request: _Request, receive: Receive, send: Any) -> None:
    watch = _DisconnectWatch(receive)
    try:
        response = await match.func(request, *match.args, **match.kwargs)
        if request.body_refused is not None:
            for name, value in request.body_refused.headers.items():
                response[name] = value
        if isinstance(response, PushResponse):
            watch.stop()
            del request  # a stream is open for long, and needs none of it
            await _hold(response, receive, send)
        else:
            await _send_response(response, send)
    except asyncio.CancelledError:
        if not watch.client_left:
            raise
    finally:
        watch.stop()


def _refuse(refusal: BodyRefused, *, takes_html: bool) -> HttpResponse:
    """Answer in place of one of Django's pages."""
    is_page = takes_html and refusal.status == 413
    return HttpResponse(
        render_to_string("413.html", {"why": str(refusal)}) if is_page else str(refusal),
        status=refusal.status,
        content_type="text/html; charset=utf-8" if is_page else "text/plain",
        headers={
            **refusal.headers,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'",
        },
    )


class _DisconnectWatch:
    """Cancels the current task when its client goes away."""

    def __init__(self, receive: Receive) -> None:
        self.client_left = False
        self._receive = receive
        self._request_task = asyncio.current_task()
        self._watch_task: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(DISCONNECT_WATCH_SECONDS, self._start)

    def _start(self) -> None:
        self._watch_task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_left = True
        if self._request_task is not None:
            self._request_task.cancel()

    def stop(self) -> None:
        self._timer.cancel()
        if self._watch_task is not None:
            self._watch_task.cancel()


async def _hold(response: PushResponse, receive: Receive, send: Any) -> None:
    await send(_start(response, _headers(response)))
    await response.hold(receive, send)


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]


def _start(response: HttpResponseBase, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {"type": "http.response.start", "status": response.status_code, "headers": headers}


async def _send_response(response: HttpResponseBase, send: Any) -> None:
    headers = _headers(response)
    start = _start(response, headers)
    if isinstance(response, StreamingHttpResponse):
        await send(start)
        async with aclosing(aiter(response)) as chunks:  # type: ignore[type-var]  # a generator
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})
    elif isinstance(response, HttpResponse):
        content = response.content
        if response.status_code != 204:  # which has none (RFC 9110 8.6)
            headers.append((b"content-length", str(len(content)).encode()))
        await send(start)
        await send({"type": "http.response.body", "body": content})
