"""Runs a tool for who is at its page: by the endpoint's own server, as one of their clients would.

This site is the client: it hears of progress, and leads the person to the page where they approve.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from accounts.database import UNAVAILABLE
from mcpendpoint import __version__
from mcpendpoint.access import limits
from mcpendpoint.access.limits import TooMany
from mcpendpoint.files.links import files_url
from mcpendpoint.pages.trying.snippets import request_of
from mcpendpoint.pages.visits import Visit
from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.protocol.kernel import Peer
from mcpendpoint.protocol.messages import UNAVAILABLE as UNAVAILABLE_CODE
from mcpendpoint.protocol.messages import Message, error_message
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.serving.answers import Answers
from mcpendpoint.serving.recording import Recording
from mcpendpoint.serving.site import site_server

Json = dict[str, Any]

CLIENT = "This site"
VERSION = "2025-11-25"
"""The newest in which a question is asked while the call goes on."""

KEEP_ALIVE_SECONDS = 10.0
MAX_MESSAGE_CHARS = 500

BUSY = "This server cannot reach its database or is too busy. Try again soon."


@cache
def _answers() -> Answers:
    return Answers(site_server(), None)


@dataclass
class Telling:
    """What is said of a call before it has ended; the way in which its person is asked."""

    waits: bool = True
    """Whether a call goes on once its person has approved it at the page."""
    is_open: bool = True
    is_streaming: bool = False
    first_byte_at: float | None = None
    page_url: str = ""
    """Where the person decides, or gives a file, until they have."""
    progress: Json | None = None
    """The latest."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, notification: Json) -> None:
        params = notification.get("params") or {}
        if notification.get("method") == "notifications/progress":
            self.progress = {
                "progress": params.get("progress"),
                "total": params.get("total"),
                "message": str(params.get("message") or "")[:MAX_MESSAGE_CHARS],
            }
        elif notification.get("method") == "notifications/elicitation/complete":
            self.page_url = ""
        self.ring()

    async def ask(self, method: str, params: Mapping[str, Any] | None) -> Json:
        """Answer for the person, who is led to the page of the call."""
        self.page_url = str((params or {}).get("url", ""))
        self.ring()
        return {"action": "accept" if self.waits else "cancel"}

    def ring(self) -> None:
        self._news.set()

    async def news(self) -> Json | None:
        """Return what there is to say now, None where for some time there is nothing."""
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                await self._news.wait()
        except TimeoutError:
            return None
        self._news.clear()
        progress, self.progress = self.progress, None
        return {**(progress or {}), "page": self.page_url, "lacks_file": _lacks_file(self.page_url)}


@dataclass(frozen=True)
class Ran:
    answer: Json
    """The JSON-RPC response."""
    waits_at: str = ""
    """The page where the person has to approve the call, or to give a file, before it is made."""

    @property
    def lacks_file(self) -> bool:
        return _lacks_file(self.waits_at)


def _lacks_file(page_url: str) -> bool:
    return page_url.startswith(f"{files_url()}asked/")


async def run_tool(name: str, arguments: Json, visit: Visit, telling: Telling) -> Ran:
    """Make a call, which is limited and recorded as all are."""
    body = request_of(name, arguments)
    params = {**body["params"], "_meta": {"progressToken": 1}}
    message = Message("request", "tools/call", 1, params, {**body, "params": params})
    recording = Recording(method=message.method, address=visit.address, transport="page")
    recording.peer = peer = _peer()
    try:
        context = await visit.context()
        recording.caller = context.caller
        context.caller.note_for_outgoing()
        limits.charge_page(context.caller, message)
    except TooMany as too_many:
        recording.tool = limits.built_in_tool_of(message)
        recording.finish(Outcome.LIMITED, error_code=limits.TOO_MANY, limit=too_many.limit)
        return Ran(limits.explain(too_many, 1))
    except UNAVAILABLE:
        recording.finish(Outcome.FAILED, error_code=UNAVAILABLE_CODE)
        return Ran(error_message(UNAVAILABLE_CODE, BUSY, 1))
    answer = await _answers().answer(message, peer, context, recording, telling, telling.ask)
    return Ran(answer.body, telling.page_url if context.is_waiting else "")


def _peer() -> Peer:
    """Return this site, as the client that it is here."""
    info = {"name": CLIENT, "version": __version__}
    capabilities: Json = {"elicitation": {"url": {}}}
    client = ClientTag(CLIENT, __version__)
    return Peer(False, VERSION, client, client_info=info, capabilities=capabilities)


async def news_of(
    work: Callable[[Telling], Coroutine[Any, Any, Json]],
) -> AsyncIterator[Json | None]:
    """Run `work` and yield what is said meanwhile, None as a sign of life, and last its result.

    Whoever stops listening cancels it, up to the Space that it runs.
    """
    telling = Telling()
    task = asyncio.create_task(work(telling))
    task.add_done_callback(lambda _: telling.ring())
    try:
        yield None
        while not task.done():
            news = await telling.news()
            if not task.done():
                yield news
        yield task.result()
    finally:
        task.cancel()
