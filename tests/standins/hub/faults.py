"""Switches to misbehave: answers that a test asks for in place of, or on top of, the honest ones.

POST /_faults {"path": "<regex>", …} adds one, DELETE /_faults clears them. A fault with a status
answers instead of the Hub; one with only `delay`, `cut`, `stall` or `hold` spoils the Hub's own
answer.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.standins.hub.journal import CONTROL_PATHS, target_of

TOO_MANY = {
    "RateLimit": '"api";r=0;t=55',
    "RateLimit-Policy": '"fixed window";"api";q=500;w=300',
    "Retry-After": "55",
}


@dataclass
class Fault:
    path: str  # searched for in the path and query as they were sent
    method: str | None = None
    token: str | None = None  # the exact bearer token; "" is an anonymous request
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    delay: float = 0
    cut: bool = False  # close the connection in the middle of the body's first piece
    stall: bool = False  # fall silent there instead, until the client goes away
    hold: bool = False  # send all of the body, but not its end, until the client goes away
    times: int | None = None  # None: until it is cleared

    def applies_to(self, scope: Scope) -> bool:
        authorization = Headers(scope=scope).get("authorization", "")
        token = authorization.partition(" ")[2]
        return (
            self.times != 0
            and (self.method is None or self.method == scope["method"])
            and (self.token is None or self.token == token)
            and re.search(self.path, target_of(scope)) is not None
        )

    def answer(self) -> Response:
        assert self.status is not None
        headers = {**(TOO_MANY if self.status == 429 else {}), **self.headers}
        if self.body is not None:
            media_type = "text/html" if self.body.startswith("<") else "application/json"
            return Response(self.body, self.status, headers, media_type)
        return JSONResponse({"error": f"The Hub answers {self.status}"}, self.status, headers)


class FaultMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in CONTROL_PATHS:
            await self.app(scope, receive, send)
            return
        faults: list[Fault] = scope["app"].state.faults
        fault = next((fault for fault in faults if fault.applies_to(scope)), None)
        if fault is None:
            await self.app(scope, receive, send)
            return
        if fault.times is not None:
            fault.times -= 1
        await asyncio.sleep(fault.delay)
        answer = self.app if fault.status is None else fault.answer()
        if fault.hold:
            await answer(scope, receive, _without_end(send))
        elif fault.cut or fault.stall:
            await _send_half(answer, scope, receive, send)
        else:
            await answer(scope, receive, send)
        if fault.hold or fault.stall:
            await _wait_for_the_client_to_leave(receive)


async def _send_half(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Send half of the first piece of the body; when nothing follows, the server hangs up."""
    messages: asyncio.Queue[Message | None] = asyncio.Queue()
    answering = asyncio.ensure_future(app(scope, receive, messages.put))
    answering.add_done_callback(lambda _: messages.put_nowait(None))
    try:
        while (message := await messages.get()) is not None:
            if body := message.get("body", b""):
                half = body[: len(body) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                return
            if message["type"] == "http.response.start":
                await send(message)
    finally:
        answering.cancel()


def _without_end(send: Send) -> Send:
    async def send_on(message: Message) -> None:
        await send({**message, "more_body": True} if "body" in message else message)

    return send_on


async def _wait_for_the_client_to_leave(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def add(request: Request) -> Response:
    options: dict[str, Any] = await request.json()
    try:
        fault = Fault(**options)
        re.compile(fault.path)
    except (TypeError, re.error) as error:
        return JSONResponse({"error": str(error)}, 400)
    request.app.state.faults.append(fault)
    return JSONResponse({"faults": len(request.app.state.faults)}, 201)


async def clear(request: Request) -> Response:
    request.app.state.faults.clear()
    return Response(status_code=204)
