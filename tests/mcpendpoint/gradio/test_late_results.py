"""Calls of Spaces that are answered before they are done, as their person wants it."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from accounts.access_keys import create_access_key
from accounts.late_results import MAX_GOING_ON, begin
from accounts.preferences import save_tools
from accounts.space_models import LateResult
from accounts.space_selection import add_space, choose_answers_within
from tests.accounts.conftest import make_user
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.in_process_client import ERAS, connected

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("spaces")]

URL = "http://localhost:8000/mcp"
MAKER = "acme/image-maker"
COUNT = "gr1_slow_count"
LONG = {"seconds": 3}


def make_impatient(seconds=1):
    """Make somebody who wants an answer of a Space within a second; return them and a key."""
    user = make_user()
    add_space(user, MAKER, is_private=False, title="", emoji="")
    choose_answers_within(user, MAKER, seconds)
    _, key = create_access_key(user, "Laptop")
    return user, key


@pytest.fixture
async def impatient(spaces):
    return await sync_to_async(make_impatient)()


def text_of(result):
    return result.content[0].text


@pytest.mark.parametrize("era", ERAS)
async def test_call_that_takes_long_says_how_to_get_its_result(impatient, spaces, era):
    _, key = impatient
    async with connected(era, key, url=URL) as client:
        first = await client.call_tool(COUNT, LONG)
        answers = [await client.call_tool(COUNT, LONG)]
        while "goes on" in text_of(answers[-1]):
            answers.append(await client.call_tool(COUNT, LONG))

    assert not first.is_error
    assert "is not done yet and goes on at the Space acme/image-maker" in text_of(first)
    assert "call it again with exactly the same arguments" in text_of(first)
    assert text_of(answers[-1]) == "1 2 3 4 5"
    assert await calls_made(spaces) == 1
    assert not await LateResult.objects.aexists()


async def calls_made(spaces):
    return len([each for each in spaces.asked("acme-image-maker") if each["method"] == "POST"])


async def test_call_that_is_done_in_time_is_answered_at_once(impatient):
    _, key = impatient
    async with connected("auto", key, url=URL) as client:
        result = await client.call_tool("gr1_greet", {"name": "Ada"})

    assert text_of(result) == "Hello, Ada."
    assert not await LateResult.objects.aexists()


async def test_result_is_had_once_and_the_next_call_is_a_new_one(impatient, spaces):
    user, key = impatient
    async with connected("auto", key, url=URL) as client:
        await client.call_tool(COUNT, LONG)
        await sync_to_async(choose_answers_within)(user, MAKER, 30)
        second = await client.call_tool(COUNT, LONG)
        third = await client.call_tool(COUNT, LONG)

    assert [text_of(second), text_of(third)] == ["1 2 3 4 5", "1 2 3 4 5"]
    assert await calls_made(spaces) == 2


async def test_same_call_of_somebody_else_is_their_own(impatient, spaces):
    _, key = impatient
    _, other_key = await sync_to_async(make_impatient)(30)
    async with connected("auto", key, url=URL) as client:
        await client.call_tool(COUNT, LONG)
    async with connected("auto", other_key, url=URL) as client:
        result = await client.call_tool(COUNT, LONG)

    assert text_of(result) == "1 2 3 4 5"
    assert await calls_made(spaces) == 2


async def test_who_has_too_many_calls_that_go_on_waits_for_this_one(impatient):
    user, key = impatient
    for number in range(MAX_GOING_ON):
        await sync_to_async(begin)(user.pk, f"call {number}")

    async with connected("auto", key, url=URL) as client:
        result = await client.call_tool(COUNT, {"seconds": 2})

    assert text_of(result) == "1 2 3 4 5"


async def test_call_whose_worker_has_ended_is_made_anew(impatient, spaces, settings):
    _, key = impatient
    async with connected("auto", key, url=URL) as client:
        await client.call_tool(COUNT, {"seconds": 2})
        (row,) = [row async for row in LateResult.objects.all()]
        longest = timedelta(seconds=settings.MCP_CALL_TIMEOUT_SECONDS + 61)
        begun = row.started_at - longest
        await LateResult.objects.aupdate(started_at=begun, is_done=False)
        result = await client.call_tool(COUNT, {"seconds": 2})

    assert "is not done yet" in text_of(result)
    assert await calls_made(spaces) == 2


async def test_arguments_that_are_nested_too_deeply_are_refused_in_words(impatient):
    _, key = impatient
    options = '{"a":' * 980 + "1" + "}" * 980
    call = f'{{"name":"gr1_plan_trip","arguments":{{"options":{options}}}}}'
    body = f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{call}}}'.encode()

    answer = (await Visitor("192.0.2.9", key).send(body)).json()

    assert answer.get("error", {}).get("code") != -32603


async def test_a_run_of_any_space_is_had_late_as_well_and_nobody_is_asked_about_it_twice(
    impatient, spaces
):
    user, key = impatient
    await sync_to_async(save_tools)(user, {"dynamic_space"}, include_images=True)
    run = {"operation": "invoke", "space_name": MAKER, "tool": "slow_count", "parameters": LONG}
    async with connected("auto", key, url=URL) as client:
        first = await client.call_tool("dynamic_space", run)
        answers = [await client.call_tool("dynamic_space", run)]
        while "goes on" in text_of(answers[-1]):
            answers.append(await client.call_tool("dynamic_space", run))

    assert "dynamic_space is not done yet and goes on at the Space acme/image-maker" in text_of(
        first
    )
    assert "1 2 3 4 5" in [block.text for block in answers[-1].content]
    assert await calls_made(spaces) == 1
