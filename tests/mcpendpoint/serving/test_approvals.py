"""Calls that delete, publish or spend wait for the person, whatever their client can do."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

from tests.live.people import Person, post_form
from tests.mcpendpoint.wire import Json, Wire

ASK = {f"approve_{kind}": "ask" for kind in ("delete", "publish", "spend")}
ERAS = ["legacy", "auto"]
"""Before 2026-07-28, and since."""
TAKES_FORMS = {"elicitation": {"form": {}}}


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


@pytest.fixture
def somebody(product, settled_user) -> Somebody:
    """Somebody with a repository that has a file, who wants to be asked."""
    person, browser = settled_user("hf_fs", "hf_fs_write", "create_repo", "hf_jobs", **ASK)
    somebody = Somebody(person, browser, f"{product.url}/mcp?gradio=none")
    form = {"tools": ["hf_fs", "hf_fs_write", "create_repo", "hf_jobs"], **ASK}
    somebody.wire.call("create_repo", {"uri": somebody.repo, "private": True})
    somebody.call(somebody.put(content="old"))
    assert somebody.content_of() == "old"
    assert form
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
async def connected(somebody: Somebody, era: str, answering: Any = None) -> AsyncIterator[Any]:
    headers = {"Authorization": f"Bearer {somebody.person.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        mcp.Client(
            streamable_http_client(somebody.url, http_client=http),
            mode=era,
            elicitation_callback=answering,
        ) as client,
    ):
        yield client


def address_in(result: Json) -> str:
    text = result["content"][0]["text"]
    assert result["isError"], text
    return re.search(r"http://\S+/approvals/[\w-]+/", text)[0]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("action", "left"), [("accept", "new"), ("decline", "old")])
async def test_a_client_that_can_asks_its_person(somebody, era, action, left):
    answering = Answering(action)

    async with connected(somebody, era, answering) as client:
        result = await client.call_tool("hf_fs_write", somebody.put())

    assert bool(result.is_error) is (action == "decline"), result
    assert somebody.content_of() == left
    (asked,) = answering.asked
    assert asked.startswith(f"Replace {somebody.repo}/a.txt?")
    assert asked.endswith("bytes:\nnew")


@pytest.mark.parametrize("era", ERAS)
async def test_who_dismisses_the_question_can_still_decide_on_the_page(somebody, era):
    async with connected(somebody, era, Answering("cancel")) as client:
        first = await client.call_tool("hf_fs_write", somebody.remove())
        somebody.decide(address_in(first.model_dump(by_alias=True)), "approve")
        second = await client.call_tool("hf_fs_write", somebody.remove())

    assert not second.is_error, second
    assert somebody.content_of() is None


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_cannot_ask_gets_the_address_of_a_page(somebody, era):
    async with connected(somebody, era) as client:
        first = await client.call_tool("hf_fs_write", somebody.put())
        again = await client.call_tool("hf_fs_write", somebody.put())
        address = address_in(first.model_dump(by_alias=True))
        assert address_in(again.model_dump(by_alias=True)) == address
        assert somebody.content_of() == "old"

        somebody.decide(address, "approve")
        done = await client.call_tool("hf_fs_write", somebody.put())
        once_more = await client.call_tool("hf_fs_write", somebody.put())

    assert not done.is_error, done
    assert somebody.content_of() == "new"
    assert address_in(once_more.model_dump(by_alias=True)) != address
