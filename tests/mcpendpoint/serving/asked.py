"""Somebody who wants to be asked before calls, their clients, and what these say."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
import mcp
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

from tests.live.people import Person, post_form
from tests.mcpendpoint.wire import META, Json, Wire, message_of, modern, modern_headers

ASK = {f"approve_{kind}": "ask" for kind in ("delete", "publish", "spend")}
TOOLS = ("hf_fs", "hf_fs_write", "create_repo", "hf_jobs")
ERAS = ["legacy", "auto"]
"""Before 2026-07-28, and since."""
SECONDS = 15
"""Until what is noted to the side can be read, on a busy machine."""
TAKES_FORMS = {"elicitation": {"form": {}}}
TAKES_URLS = {"elicitation": {"url": {}}}
LONG = "\n".join(f"line {number}" for number in range(1_000))
"""More than clients have room for."""


@dataclass
class Somebody:
    person: Person
    browser: httpx.Client
    url: str

    @property
    def wire(self) -> Wire:
        """A client that cannot ask, such as opencode."""
        return Wire(self.url, self.person.token)

    @property
    def repo(self) -> str:
        return f"hf://models/{self.person.name}/things"

    def put(self, path: str = "a.txt", content: str = "new") -> Json:
        return {"cmd": "put", "args": [f"{self.repo}/{path}"], "content": content}

    def remove(self, path: str = "a.txt") -> Json:
        return {"cmd": "rm", "args": [f"{self.repo}/{path}"]}

    def call(self, arguments: Json) -> Json:
        return self.wire.call("hf_fs_write", arguments)["result"]

    def content_of(self, path: str = "a.txt") -> str | None:
        asked = {"operations": [{"cmd": "cat", "args": [f"{self.repo}/{path}"]}]}
        (answer,) = self.wire.call("hf_fs", asked)["result"]["structuredContent"]["results"]
        return answer["result"]["content"] if "result" in answer else None

    def decide(self, url: str, decision: str) -> httpx.Response:
        return post_form(self.browser, httpx.URL(url).path, {"decision": decision})


def make_somebody(product, settled_user, **approvals: str) -> Somebody:
    person, browser = settled_user(*TOOLS, **ASK | approvals)
    somebody = Somebody(person, browser, f"{product.url}/mcp?gradio=none")
    somebody.wire.call("create_repo", {"uri": somebody.repo, "private": True})
    somebody.call(somebody.put(content="old"))  # there is nothing to replace yet
    assert somebody.content_of() == "old"
    return somebody


@dataclass
class Answering:
    """What the person answers in the client, and what they were asked."""

    action: str
    asked: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        return ElicitResult(action=self.action, content={} if self.action == "accept" else None)


@asynccontextmanager
async def connected(
    somebody: Somebody, era: str, answering: Any = None, **options: Any
) -> AsyncIterator[Any]:
    headers = {"Authorization": f"Bearer {somebody.person.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        mcp.Client(
            streamable_http_client(somebody.url, http_client=http),
            mode=era,
            elicitation_callback=answering,
            **options,
        ) as client,
    ):
        yield client


def address_in(result: Json) -> str:
    text = result["content"][0]["text"]
    assert result["isError"], text
    return re.search(r"http://\S+/approvals/[\w-]+/", text)[0]


def call_of(
    arguments: Json,
    capabilities: Json = TAKES_FORMS,
    tool: str = "hf_fs_write",
    **answered: Any,
) -> Json:
    params = {"name": tool, "arguments": arguments, **answered}
    return modern("tools/call", params, **{META + "clientCapabilities": capabilities})


def send(wire: Wire, arguments: Json, capabilities: Json = TAKES_FORMS, **answered: Any) -> Json:
    body = call_of(arguments, capabilities, **answered)
    return message_of(wire.post(body, modern_headers(body)))


def accepted(asked: Json, action: str = "accept") -> Json:
    """Return what a client adds to the same call when its person has answered."""
    (key,) = asked["inputRequests"]
    answers = {key: {"action": action, "content": {}}}
    return {"inputResponses": answers, "requestState": asked["requestState"]}
