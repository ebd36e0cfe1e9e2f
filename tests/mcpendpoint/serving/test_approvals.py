"""Calls that delete, publish or spend wait for the person, whatever their client can do."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.people import post_form
from tests.mcpendpoint.serving.asked import (
    ERAS,
    SECONDS,
    Answering,
    accepted,
    address_in,
    connected,
    make_somebody,
    send,
)
from tests.mcpendpoint.wire import Wire


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


def test_an_approval_is_of_what_was_there_when_it_was_asked_for(somebody):
    """Somebody else changes the file before the approved call comes."""
    somebody.decide(address_in(somebody.call(somebody.remove())), "approve")
    rewritten = somebody.put(content="newer")
    somebody.decide(address_in(somebody.call(rewritten)), "approve")
    assert not somebody.call(rewritten).get("isError", False)

    address_in(somebody.call(somebody.remove()))
    assert somebody.content_of() == "newer"


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

    assert "/settings/approvals/" in result.content[0].text
    assert answering.asked == []
    assert somebody.content_of() == "old"


async def test_who_chose_to_just_do_it_is_not_asked(product, settled_user):
    somebody = make_somebody(product, settled_user, approve_delete="allow")
    answering = Answering("decline")

    async with connected(somebody, "auto", answering) as client:
        result = await client.call_tool("hf_fs_write", somebody.remove())

    assert not result.is_error, result
    assert answering.asked == []


def test_an_answer_counts_once_whatever_the_client_sends_again(somebody):
    asked = send(somebody.wire, somebody.put())["result"]
    assert asked["resultType"] == "input_required"

    done = send(somebody.wire, somebody.put(), **accepted(asked))["result"]
    replayed = send(somebody.wire, somebody.put(), **accepted(asked))["result"]

    assert not done.get("isError", False), done
    # There is another file now than the person was asked about.
    assert replayed["resultType"] == "input_required"


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

    # Who comes when the file is gone is not told "used already", but asked about what is there now.
    done = [result for result in results if result["resultType"] == "complete"]
    assert sum(not result.get("isError") for result in done) == 1, results


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


def test_a_space_that_is_marked_is_asked_about(product, settled_user, space):
    person, browser = settled_user("hf_fs")
    form = {"space_id": "acme/image-maker"}
    post_form(browser, "/settings/spaces/add/", form)
    wire = Wire(f"{product.url}/mcp", person.token)
    long_name = f"gr1_{'x' * 1_000}"

    page = post_form(browser, "/settings/spaces/mark/", {**form, "asks_first": "on"}).text
    result = wire.call("gr1_greet", {"name": "a fox"})["result"]

    assert "Asks before each call" in page
    assert "has no tool" in wire.call(long_name)["result"]["content"][0]["text"]
    assert "name: a fox" in browser.get(address_in(result)).text


@pytest.mark.parametrize("marked_in", ["default", "team"])
def test_a_space_that_is_marked_in_one_profile_is_asked_about_where_a_url_brings_it_to_another(
    product, settled_user, space, marked_in
):
    person, browser = settled_user("hf_fs")
    form = {"space_id": "acme/image-maker"}
    post_form(browser, "/settings/profiles/", {"name": "team"})
    post_form(browser, f"/settings/profiles/{marked_in}/edit/", {})
    post_form(browser, "/settings/spaces/add/", form)
    post_form(browser, "/settings/spaces/mark/", {**form, "asks_first": "on"})
    other = {"default": "/team", "team": ""}[marked_in]
    url = f"{product.url}/u/{person.name}{other}/mcp?gradio=acme/image-maker"
    wire = Wire(url, person.token)
    (greet,) = (name for name in wire.tools() if name.endswith("_greet"))

    result = wire.call(greet, {"name": "a fox"})["result"]

    assert "name: a fox" in browser.get(address_in(result)).text


def test_the_audit_log_tells_of_approvals_but_not_of_arguments(somebody):
    address = address_in(somebody.call(somebody.put(content="words of mine")))
    somebody.decide(address, "approve")
    somebody.call(somebody.put(content="words of mine"))

    page = somebody.browser.get("/settings/activity/").text

    for told in ("Approval asked for", "Call approved", "Approval used"):
        assert told in page
    assert "words of mine" not in page
