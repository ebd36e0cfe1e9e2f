"""The headers of every answer of the Hub: a request id, and what is left of the caller's quota."""

import hashlib
import time
import uuid
from collections import Counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.standins.hub import errors
from tests.standins.hub.errors import HubError
from tests.standins.hub.journal import CONTROL_PATHS

WINDOW_SECONDS = 300


class HeadersMiddleware:
    """Counts requests per caller in windows of five minutes and refuses those above the quota."""

    def __init__(self, app: ASGIApp, quota: int) -> None:
        self.app = app
        self.quota = quota
        self.window = 0
        self.used: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in CONTROL_PATHS:
            await self.app(scope, receive, send)
            return
        added = {
            "X-Request-Id": f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}",
            "X-Powered-By": "huggingface-moon",
        }
        budget = "resolvers" if "/resolve/" in scope["path"] else "api"
        remaining, reset = self._take(scope, budget)
        added["RateLimit"] = f'"{budget}";r={max(0, remaining)};t={reset}'
        added["RateLimit-Policy"] = f'"fixed window";"{budget}";q={self.quota};w={WINDOW_SECONDS}'

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        if remaining < 0:
            retry = {"Retry-After": str(reset)}
            error = HubError(429, "We had to rate limit you", headers=retry)
            await errors.response(scope["path"], error)(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)

    def _take(self, scope: Scope, budget: str) -> tuple[int, int]:
        now = int(time.time())
        if now // WINDOW_SECONDS != self.window:
            self.window = now // WINDOW_SECONDS
            self.used.clear()
        token = Headers(scope=scope).get("authorization", "anonymous")
        caller = f"{budget}:{hashlib.sha256(token.encode()).hexdigest()}"
        self.used[caller] += 1
        return self.quota - self.used[caller], WINDOW_SECONDS - now % WINDOW_SECONDS
