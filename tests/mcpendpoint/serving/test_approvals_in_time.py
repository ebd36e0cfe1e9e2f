"""People take their time: what holds when they have decided is what counts."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from huggingface_hub import HfApi
from mcp_types import ElicitResult

from tests.live.people import post_form
from tests.mcpendpoint.conftest import save_tools
from tests.mcpendpoint.serving.asked import (
    ASK,
    ERAS,
    SECONDS,
    TAKES_URLS,
    TOOLS,
    Somebody,
    accepted,
    address_in,
    connected,
    make_somebody,
    send,
)
from tests.mcpendpoint.wire import Wire


@dataclass
class Meanwhile:
    """Accepts, but not before something has happened."""

    happen: Any
    times: int = 0

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.times += 1
        if self.times == 1:
            self.happen()
        return ElicitResult(action="accept", content={})


def content_at_the_hub(hub, somebody: Somebody) -> str:
    """Return what is there, without what anybody remembers."""
    path = f"/{somebody.person.name}/things/resolve/main/a.txt"
    headers = {"Authorization": f"Bearer {somebody.person.token}"}
    answer = httpx.get(f"{hub.url}{path}", headers=headers, follow_redirects=True)
    return answer.raise_for_status().text


def change_at_the_hub(hub, somebody: Somebody, text: str = "somebody else's work") -> None:
    HfApi(hub.url, token=somebody.person.token).upload_file(
        path_or_fileobj=text.encode(),
        path_in_repo="a.txt",
        repo_id=f"{somebody.person.name}/things",
    )


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("command", ["put", "remove"])
async def test_what_has_changed_since_the_question_is_not_destroyed(hub, somebody, era, command):
    meanwhile = Meanwhile(lambda: change_at_the_hub(hub, somebody))

    async with connected(somebody, era, meanwhile) as client:
        result = await client.call_tool("hf_fs_write", getattr(somebody, command)())

    if era == "legacy":
        assert "has changed since" in result.content[0].text
        assert content_at_the_hub(hub, somebody) == "somebody else's work"
    else:  # the client is asked again, about what is there now
        assert meanwhile.times == 2


def test_what_changes_between_approval_and_call_is_asked_about_anew(hub, somebody):
    somebody.decide(address_in(somebody.call(somebody.put())), "approve")
    change_at_the_hub(hub, somebody)

    address_in(somebody.call(somebody.put()))
    assert content_at_the_hub(hub, somebody) == "somebody else's work"


async def test_never_counts_for_a_call_that_waits_already(somebody):
    never = {**ASK, "approve_delete": "never"}
    meanwhile = Meanwhile(lambda: save_tools(somebody.browser, *TOOLS, **never))

    async with connected(somebody, "legacy", meanwhile) as client:
        result = await client.call_tool("hf_fs_write", somebody.put())

    assert "never delete" in result.content[0].text
    assert somebody.content_of() == "old"


async def test_a_tool_that_was_unticked_meanwhile_is_not_used(somebody):
    meanwhile = Meanwhile(lambda: save_tools(somebody.browser, "hf_fs", **ASK))

    async with connected(somebody, "legacy", meanwhile) as client:
        result = await client.call_tool("hf_fs_write", somebody.put())

    assert "is not selected" in result.content[0].text
    assert somebody.content_of() == "old"


def test_a_key_that_was_revoked_meanwhile_does_nothing(somebody):
    form = {"name": "Laptop", "scopes": ["mcp:read", "mcp:write"], "days": ""}
    page = post_form(somebody.browser, "/settings/keys/", form).text
    wire = Wire(somebody.url, re.search(r"hfmcp_[\w-]{40,}", page)[0])
    revoke = re.search(r"/settings/keys/\d+/revoke/", page)[0]
    asked = send(wire, somebody.put(), TAKES_URLS)["result"]
    (request,) = asked["inputRequests"].values()

    with ThreadPoolExecutor(1) as threads:
        going_on = threads.submit(send, wire, somebody.put(), TAKES_URLS, **accepted(asked))
        with pytest.raises(TimeoutError):
            going_on.result(timeout=1.5)
        post_form(somebody.browser, revoke, {})
        somebody.decide(request["params"]["url"], "approve")
        result = going_on.result(timeout=SECONDS)["result"]

    assert "its credential ended" in result["content"][0]["text"]
    assert somebody.content_of() == "old"


async def test_a_call_that_was_refused_on_its_page_is_not_made_by_an_answer(somebody):
    def refuse() -> None:
        address = address_in(somebody.call(somebody.put()))
        somebody.decide(address, "refuse")

    async with connected(somebody, "legacy", Meanwhile(refuse)) as client:
        result = await client.call_tool("hf_fs_write", somebody.put())

    assert result.is_error
    assert somebody.content_of() == "old"


@pytest.mark.parametrize("kind", ["models", "buckets"])
def test_under_never_of_many_writes_at_once_none_replaces_another(product, settled_user, kind):
    somebody = make_somebody(product, settled_user, approve_delete="never")
    uri = f"hf://{kind}/{somebody.person.name}/things/new.txt"
    if kind == "buckets":
        somebody.wire.call("create_repo", {"uri": uri.rpartition("/")[0], "private": True})

    def put(number: int) -> bool:
        arguments = {"cmd": "put", "args": [uri], "content": f"text {number}"}
        return not somebody.call(arguments).get("isError", False)

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(put, range(6)))

    assert sum(done) == 1 or kind == "buckets"
    assert not put(7)
