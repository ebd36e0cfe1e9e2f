"""Clients lead their person to the page of a call, and go on when that has been decided."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from mcp_types import ElicitResult

from tests.mcpendpoint.serving.asked import (
    ERAS,
    LONG,
    SECONDS,
    TAKES_URLS,
    Somebody,
    accepted,
    address_in,
    connected,
    send,
)


@dataclass
class GoingThere:
    """A person who goes where the client leads them, and decides there."""

    somebody: Somebody
    decision: str | None
    action: str = "accept"
    pages: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.pages.append(self.somebody.browser.get(httpx.URL(params.url).path).text)
        if self.decision:
            self.somebody.decide(params.url, self.decision)
        return ElicitResult(action=self.action)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("decision", "left"), [("approve", LONG), ("refuse", "old")])
async def test_what_no_client_has_room_for_is_decided_at_the_page(somebody, era, decision, left):
    there = GoingThere(somebody, decision)

    async with connected(somebody, era, there) as client:
        result = await client.call_tool("hf_fs_write", somebody.put(content=LONG))

    assert bool(result.is_error) is (decision == "refuse"), result
    assert somebody.content_of() == left
    (page,) = there.pages
    assert "line 500" in page


async def test_the_client_is_told_when_its_person_has_decided(somebody):
    heard = []

    async def listen(message: Any) -> None:
        heard.append(message)

    async with connected(
        somebody, "legacy", GoingThere(somebody, "approve"), message_handler=listen
    ) as client:
        await client.call_tool("hf_fs_write", somebody.put(content=LONG))

    assert [each.method for each in heard] == ["notifications/elicitation/complete"]


@pytest.mark.parametrize("era", ERAS)
async def test_who_does_not_want_to_go_there_is_told_the_address(somebody, era):
    async with connected(somebody, era, GoingThere(somebody, None, "decline")) as client:
        result = await client.call_tool("hf_fs_write", somebody.put(content=LONG))

    address_in(result.model_dump(by_alias=True))
    assert somebody.content_of() == "old"


def test_a_client_that_takes_no_forms_leads_to_the_page_and_waits_there(somebody):
    asked = send(somebody.wire, somebody.remove(), TAKES_URLS)["result"]
    (request,) = asked["inputRequests"].values()
    assert request["params"]["mode"] == "url"

    with ThreadPoolExecutor(1) as threads:
        going_on = threads.submit(
            send, somebody.wire, somebody.remove(), TAKES_URLS, **accepted(asked)
        )
        with pytest.raises(TimeoutError):
            going_on.result(timeout=1.5)
        meanwhile = send(somebody.wire, somebody.remove(), TAKES_URLS, **accepted(asked))
        assert address_in(meanwhile["result"]) == request["params"]["url"]
        somebody.decide(request["params"]["url"], "approve")
        done = going_on.result(timeout=SECONDS)["result"]

    assert not done.get("isError", False), done
    assert somebody.content_of() is None


def test_to_have_gone_there_is_not_to_have_approved(somebody):
    asked = send(somebody.wire, somebody.remove(), TAKES_URLS)["result"]
    (request,) = asked["inputRequests"].values()
    somebody.decide(request["params"]["url"], "refuse")

    for _ in range(2):
        again = send(somebody.wire, somebody.remove(), TAKES_URLS, **accepted(asked))["result"]
        assert "the person refused it" in again["content"][0]["text"]
    assert somebody.content_of() == "old"
