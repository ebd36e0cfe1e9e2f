"""A Space that sleeps is woken by a call, which waits for it and then goes on."""

import json

import pytest

from mcpendpoint.gradio import waking
from mcpendpoint.gradio.spaces import call_space_tool, list_space_tools
from mcpendpoint.tools.base import ToolError
from tests import loopback
from tests.mcpendpoint.gradio.test_spaces import MAKER, find, look_anew, names_of


@pytest.fixture(autouse=True)
def asks_often(monkeypatch):
    monkeypatch.setattr(waking, "ASK_EVERY_SECONDS", 0.01)


@pytest.fixture
def becomes(hub, break_hub):
    """Let the Hub say so of the Space, instead of what it said before."""

    def becomes(stage, subdomain="acme-asleep"):
        loopback.shared.delete(f"{hub.url}/_faults")
        space = {"id": "acme/image-maker", "sdk": "gradio", "subdomain": subdomain}
        body = json.dumps({**space, "runtime": {"stage": stage}, "private": False})
        break_hub(path="^/api/spaces/acme/image-maker", status=200, body=body)

    return becomes


async def greet(tool, report=None):
    result = await call_space_tool(
        tool, {"name": "Ada"}, token=None, include_images=True, report_progress=report
    )
    return result.content[0].text


async def test_a_call_wakes_a_space_says_so_and_goes_on_when_it_runs(spaces, becomes):
    tool = await find(MAKER, "greet")
    becomes("SLEEPING")
    look_anew(MAKER)
    stages = iter(["APP_STARTING", "RUNNING"])
    reported = []

    async def report(progress, total, message):
        reported.append((progress, message))
        if (stage := next(stages, None)) is not None:
            becomes(stage, "acme-image-maker")

    assert "Ada" in await greet(tool, report)
    assert [entry["path"] for entry in spaces.asked("acme-asleep")] == ["/gradio_api/info"]
    assert reported[0][1] == "The Space acme/image-maker is asleep, and is being woken."
    assert reported[1][1] == "The Space acme/image-maker is starting."
    numbers = [number for number, _ in reported]
    assert numbers == sorted(set(numbers))


async def test_a_space_that_fell_asleep_unnoticed_is_woken_too(spaces, becomes):
    tool = await find(MAKER, "greet")
    becomes("RUNNING")  # as it is believed to be, while its host says that it sleeps
    look_anew(MAKER)
    await find(MAKER, "greet")
    becomes("SLEEPING")

    async def report(progress, total, message):
        becomes("RUNNING", "acme-image-maker")

    assert "Ada" in await greet(tool, report)


async def test_whoever_hears_of_no_progress_is_told_in_time_that_it_starts(
    spaces, becomes, monkeypatch
):
    monkeypatch.setattr(waking, "WAIT_UNSEEN_SECONDS", 0.05)
    tool = await find(MAKER, "greet")
    becomes("SLEEPING")
    look_anew(MAKER)

    with pytest.raises(ToolError, match="takes longer than this call can wait") as caught:
        await greet(tool)

    assert caught.value.is_retryable
    assert spaces.asked("acme-asleep")


async def test_a_space_that_fails_to_start_is_not_waited_for(spaces, becomes):
    tool = await find(MAKER, "greet")
    becomes("SLEEPING")
    look_anew(MAKER)

    async def report(progress, total, message):
        becomes("RUNTIME_ERROR")

    with pytest.raises(ToolError, match="stopped with a runtime error"):
        await greet(tool, report)


async def test_a_space_that_its_owner_paused_is_not_knocked_at(spaces, becomes):
    tool = await find(MAKER, "greet")
    becomes("PAUSED")
    look_anew(MAKER)

    with pytest.raises(ToolError, match="paused by its owner"):
        await greet(tool)

    assert spaces.asked("acme-asleep") == []


async def test_a_space_that_nobody_has_seen_awake_is_woken_for_its_tools(spaces, becomes):
    becomes("SLEEPING")
    (asleep,) = await list_space_tools([MAKER], None)

    async def report(progress, total, message):
        becomes("RUNNING", "acme-image-maker")

    await waking.wake_unseen(MAKER.space_id, None, report, is_private=False)

    (awake,) = await list_space_tools([MAKER], None)
    assert names_of(asleep) == set()
    assert "gr1_greet" in names_of(awake)
