"""Calls that delete, publish or spend wait for the person, whatever their client can do."""

import re
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
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
from tests.mcpendpoint.wire import META, Json, Wire, message_of, modern, modern_headers

ASK = {f"approve_{kind}": "ask" for kind in ("delete", "publish", "spend")}
TOOLS = ("hf_fs", "hf_fs_write", "create_repo", "hf_jobs")
ERAS = ["legacy", "auto"]
"""Before 2026-07-28, and since."""
SECONDS = 15
"""Until what is noted to the side can be read, on a busy machine."""
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
    return make_somebody(product, settled_user)


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
    assert asked.splitlines()[1] == "New content, 3 bytes: new"


def test_a_call_that_waits_is_no_error_in_the_activity(somebody):
    address_in(somebody.call(somebody.remove()))

    deadline = time.monotonic() + SECONDS
    while "Waits for approval" not in somebody.browser.get("/settings/activity/").text:
        assert time.monotonic() < deadline


async def test_a_client_that_declines_by_itself_leaves_a_way(somebody):
    """As `codex exec` does: its person has seen nothing."""
    async with connected(somebody, "legacy", Answering("decline")) as client:
        declined = await client.call_tool("hf_fs_write", somebody.remove())
        somebody.decide(address_in(declined.model_dump(by_alias=True)), "approve")
        done = await client.call_tool("hf_fs_write", somebody.remove())

    assert "Do not try it again" in declined.content[0].text
    assert not done.is_error, done
    assert somebody.content_of() is None


def test_what_was_refused_on_the_page_is_not_done_by_a_later_answer(somebody):
    asked = send(somebody.wire, somebody.remove())["result"]
    cancelled = send(somebody.wire, somebody.remove(), **accepted(asked, "cancel"))["result"]
    address = address_in(cancelled)
    somebody.decide(address, "refuse")

    late = send(somebody.wire, somebody.remove(), **accepted(asked))["result"]

    assert late["isError"]
    assert somebody.content_of() == "old"


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


def test_an_approval_is_of_these_arguments_and_no_others(somebody):
    somebody.decide(address_in(somebody.call(somebody.put())), "approve")

    other = somebody.call(somebody.put(content="something else"))

    address_in(other)
    assert somebody.content_of() == "old"


def test_what_is_refused_on_the_page_stays_refused_for_a_while(somebody):
    address = address_in(somebody.call(somebody.remove()))
    somebody.decide(address, "refuse")

    for _ in range(2):
        assert "the person refused it" in somebody.call(somebody.remove())["content"][0]["text"]
    assert somebody.content_of() == "old"


def test_one_of_several_calls_at_once_uses_an_approval(somebody):
    somebody.decide(address_in(somebody.call(somebody.remove())), "approve")

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(somebody.call, [somebody.remove()] * 4))

    assert sum(not result.get("isError", False) for result in results) == 1
    addresses = {address_in(result) for result in results if result.get("isError")}
    assert len(addresses) == 1


def test_an_access_key_asks_its_owner(somebody):
    form = {"name": "Laptop", "scopes": ["mcp:read", "mcp:write"], "days": ""}
    page = post_form(somebody.browser, "/settings/keys/", form).text
    key = re.search(r"hfmcp_[\w-]{40,}", page)[0]

    result = Wire(somebody.url, key).call("hf_fs_write", somebody.remove())["result"]

    assert "the access key Laptop" in somebody.browser.get(address_in(result)).text


async def test_who_chose_never_is_not_asked_and_nothing_is_done(product, settled_user):
    somebody = make_somebody(product, settled_user, approve_delete="never")
    answering = Answering("accept")

    async with connected(somebody, "auto", answering) as client:
        result = await client.call_tool("hf_fs_write", somebody.remove())

    assert "/settings/#approval-choices" in result.content[0].text
    assert answering.asked == []
    assert somebody.content_of() == "old"


async def test_who_chose_to_just_do_it_is_not_asked(product, settled_user):
    somebody = make_somebody(product, settled_user, approve_delete="allow")
    answering = Answering("decline")

    async with connected(somebody, "auto", answering) as client:
        result = await client.call_tool("hf_fs_write", somebody.remove())

    assert not result.is_error, result
    assert answering.asked == []


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


LONG = "\n".join(f"line {number}" for number in range(1_000))
"""More than clients have room for."""


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


TAKES_URLS = {"elicitation": {"url": {}}}


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


def test_an_answer_counts_once_whatever_the_client_sends_again(somebody):
    asked = send(somebody.wire, somebody.put())["result"]
    assert asked["resultType"] == "input_required"

    done = send(somebody.wire, somebody.put(), **accepted(asked))["result"]
    somebody.call(somebody.put("b.txt"))
    replayed = send(somebody.wire, somebody.put(), **accepted(asked))["result"]

    assert not done.get("isError", False), done
    assert "used already" in replayed["content"][0]["text"]


def test_a_refusal_is_not_turned_into_an_approval(somebody):
    asked = send(somebody.wire, somebody.put())["result"]

    send(somebody.wire, somebody.put(), **accepted(asked, "decline"))
    replayed = send(somebody.wire, somebody.put(), **accepted(asked))["result"]

    assert "used already" in replayed["content"][0]["text"]
    assert somebody.content_of() == "old"


def test_of_several_answers_at_once_one_counts(somebody):
    answered = accepted(send(somebody.wire, somebody.remove())["result"])

    with ThreadPoolExecutor(4) as threads:
        sent = [threads.submit(send, somebody.wire, somebody.remove(), **answered) for _ in "1234"]
    results = [each.result()["result"] for each in sent]

    assert sum("used already" not in result["content"][0]["text"] for result in results) == 1


def test_a_state_that_is_altered_or_of_another_call_or_person_is_refused(
    somebody, product, settled_user
):
    stranger = make_somebody(product, settled_user)
    answered = accepted(send(somebody.wire, somebody.put())["result"])
    forged = {**answered, "requestState": answered["requestState"][:-4] + "AAAA"}
    elsewhere = somebody.put(content="something else")

    for wire, arguments, sent in (
        (somebody.wire, somebody.put(), forged),
        (somebody.wire, elsewhere, answered),
        (stranger.wire, somebody.put(), answered),
    ):
        error = send(wire, arguments, **sent)["error"]
        assert error["data"]["reason"] == "invalid_request_state"
    assert somebody.content_of() == "old"


def test_an_answer_without_its_state_and_a_state_without_an_answer_ask_again(somebody):
    answered = accepted(send(somebody.wire, somebody.put())["result"])

    for part in answered.items():
        again = send(somebody.wire, somebody.put(), **dict([part]))["result"]
        assert again["resultType"] == "input_required"


def test_a_job_is_shown_with_its_price_and_without_its_secrets(somebody):
    args = {
        "command": ["python", "-c", "print(1)"],
        "flavor": "a10g-small",
        "secrets": {"WANDB": "a-secret-value"},
        "timeout": "2h",
    }

    result = somebody.wire.call("hf_jobs", {"operation": "run", "args": args})["result"]
    page = somebody.browser.get(address_in(result)).text

    assert "an hour, at most $" in page
    assert "in 2 hours" in page
    assert "WANDB" in page
    assert "a-secret-value" not in page


def test_a_space_that_is_marked_is_asked_about(product, settled_user):
    person, browser = settled_user("hf_fs")
    space = {"space_id": "acme/image-maker"}
    post_form(browser, "/settings/spaces/add/", space)
    wire = Wire(f"{product.url}/mcp", person.token)
    long_name = f"gr1_{'x' * 1_000}"

    page = post_form(browser, "/settings/spaces/mark/", {**space, "asks_first": "on"}).text
    result = wire.call("gr1_draw", {"prompt": "a fox"})["result"]

    assert "Asks before each call" in page
    address_in(wire.call(long_name)["result"])
    assert "prompt: a fox" in browser.get(address_in(result)).text


def test_the_audit_log_tells_of_approvals_but_not_of_arguments(somebody):
    address = address_in(somebody.call(somebody.put(content="words of mine")))
    somebody.decide(address, "approve")
    somebody.call(somebody.put(content="words of mine"))

    page = somebody.browser.get("/settings/activity/").text

    for told in ("Approval asked for", "Call approved", "Approval used"):
        assert told in page
    assert "words of mine" not in page
