"""What was asked of the stand-in: GET /_log?path=<regex> lists it, DELETE /_log empties it.

A token appears as the start of its digest, so that a test can tell whose it was.
"""

import hashlib
import re
from collections import deque
from dataclasses import asdict, dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL_PATHS = ("/_log", "/_faults")
KEPT = 10_000


@dataclass
class Entry:
    method: str
    path: str
    query: str
    has_authorization: bool
    token: str | None
    user_agent: str | None
    trace: str | None
    """What it says to be part of, as `traceparent`."""
    status: int | None = None


def target_of(scope: Scope) -> str:
    """Return the path and query as they were sent."""
    path, query = scope["raw_path"].decode(), scope["query_string"].decode()
    return f"{path}?{query}" if query else path


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:12]


class JournalMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in CONTROL_PATHS:
            await self.app(scope, receive, send)
            return
        entry = _entry(scope)
        scope["app"].state.journal.append(entry)

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        await self.app(scope, receive, note_status)


def _entry(scope: Scope) -> Entry:
    headers = Headers(scope=scope)
    authorization = headers.get("authorization")
    return Entry(
        method=scope["method"],
        path=scope["raw_path"].decode(),
        query=scope["query_string"].decode(),
        has_authorization=authorization is not None,
        token=digest(authorization.partition(" ")[2]) if authorization else None,
        user_agent=headers.get("user-agent"),
        trace=headers.get("traceparent"),
    )


def new_journal() -> deque[Entry]:
    return deque(maxlen=KEPT)


async def read(request: Request) -> Response:
    wanted = request.query_params.get("path", "")
    entries = [entry for entry in request.app.state.journal if re.search(wanted, entry.path)]
    return JSONResponse([asdict(entry) for entry in entries])


async def empty(request: Request) -> Response:
    request.app.state.journal.clear()
    return Response(status_code=204)
