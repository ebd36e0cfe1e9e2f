"""A lean ASGI handler in front of Django, for the endpoint's paths alone.

Django's own costs about 1.1 ms a request before the view runs: it opens a thread-sensitive executor
and hops to a thread for signals, and each classic middleware adds two hops. The endpoint uses none
of that. Its view is an ordinary async view, which urls.py serves as well (runserver, test client).
"""

import asyncio
import io
from contextlib import aclosing
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, get_resolver

from accounts.caching import remember_short
from mcpendpoint.transports.rate_limit_gate import RateLimitGate

Scope = dict[str, Any]

DISCONNECT_WATCH_SECONDS = 0.2
"""Most requests are answered by then, with nobody watching whether the client is still there."""

MAX_PATH_LENGTH = 250
"""No user's URL is longer. A longer path is Django's to answer, not ours to remember."""


class EndpointHandler:
    def __init__(self, django: Any, urlconf: str = "mcpendpoint.endpoint_urls") -> None:
        self._django = django
        import_module(urlconf)  # now, not during the first request
        self._gate = RateLimitGate()
        self._resolve = remember_short(max_bytes=4_000_000, max_chars=MAX_PATH_LENGTH)(
            get_resolver(urlconf).resolve
        )

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        match = self._match(scope["path"])
        if match is None or _is_for_a_reader(scope):
            await self._django(scope, receive, send)
            return
        if await self._gate.rejects(scope, send):
            return
        body = await _read_body(receive)
        if body is None:
            return
        request = _Request(scope, body)
        watch = _DisconnectWatch(receive)
        try:
            response = await match.func(request, *match.args, **match.kwargs)
            await _send_response(response, send)
        except asyncio.CancelledError:
            if not watch.client_left:
                raise
        finally:
            watch.stop()

    def _match(self, path: str) -> ResolverMatch | None:
        if len(path) > MAX_PATH_LENGTH:
            return None
        try:
            return self._resolve(path)
        except Resolver404:
            return None


def _is_for_a_reader(scope: Scope) -> bool:
    """Whether a browser asks for the page at the endpoint, which knows sessions as all pages do."""
    return scope["method"] == "GET" and any(
        name == b"accept" and b"text/html" in value for name, value in scope["headers"]
    )


async def _read_body(receive: Any) -> bytes | None:
    """Return the body, cut once it is too large for the view to take; None if the client left."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= settings.MCP_MAX_BODY_BYTES + 1:
            chunks.append(chunk)
        if not message.get("more_body"):
            break
    if size > settings.MCP_MAX_BODY_BYTES:
        return b" " * (settings.MCP_MAX_BODY_BYTES + 1)
    return b"".join(chunks)


class _Request(ASGIRequest):
    has_entered = True
    """The rate-limit gate has counted it."""

    def __init__(self, scope: Scope, body: bytes) -> None:
        super().__init__(scope, io.BytesIO())
        # Read already; otherwise request.body would read it again from the stream.
        self._body = body


class _DisconnectWatch:
    """Cancels the current task when its client goes away."""

    def __init__(self, receive: Any) -> None:
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


async def _send_response(response: HttpResponseBase, send: Any) -> None:
    headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.items()
    ]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    if isinstance(response, StreamingHttpResponse):
        await send(start)
        async with aclosing(aiter(response)) as chunks:  # type: ignore[type-var]  # a generator
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})
    elif isinstance(response, HttpResponse):
        content = response.content
        headers.append((b"content-length", str(len(content)).encode()))
        await send(start)
        await send({"type": "http.response.body", "body": content})
