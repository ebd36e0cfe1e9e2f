"""Whatever goes wrong at the Hub or in a sandbox: each call ends, and nothing is done twice."""

import asyncio
from collections import Counter

import pytest

from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.sandbox.calling import create, execute, files, sandbox
from tests.mcpendpoint.tools.test_faults import FAULTS, PATIENCE_SECONDS

PLACES = {
    "who asks": "^/api/whoami-v2",
    "the hardware": "^/api/jobs/hardware",
    "the jobs": "^/api/jobs/visitor[^/]*$",
    "its job": "^/api/jobs/visitor[^/]*/[^/]*$",
    "its health": "/health$",
    "its commands": "/v1/exec$",
    "its processes": "/v1/processes",
    "its files": "/v1/files/",
}
CALLS = {
    "create": lambda token, handle: sandbox(token, "create"),
    "status": lambda token, handle: sandbox(token, "status", handle),
    "ps": lambda token, handle: sandbox(token, "ps", handle),
    "kill": lambda token, handle: sandbox(token, "kill", handle, "p-7"),
    "exec": lambda token, handle: execute(token, handle, "echo hi", "--timeout", "1"),
    "detached": lambda token, handle: execute(token, handle, "echo hi", "--detach"),
    "ls": lambda token, handle: files(token, "ls", handle, "/data"),
    "cat": lambda token, handle: files(token, "cat", handle, "/data/x"),
    "write": lambda token, handle: files(token, "write", handle, "/data/x", "--text", "x"),
    "rm": lambda token, handle: files(token, "rm", handle, "/data/x"),
    "mkdir": lambda token, handle: files(token, "mkdir", handle, "/data/x"),
}


@pytest.fixture(autouse=True)
def impatient(settings, monkeypatch):
    settings.HF_TIMEOUT_SECONDS = 1
    monkeypatch.setattr("mcpendpoint.tools.sandbox.creation.READY_SECONDS", 1)


async def ends_well(call, token, handle):
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            told = (await call(token, handle)).text
    except ToolError as error:
        told = str(error)
    assert told and token not in told


_boxes: dict[str, tuple[str, str]] = {}


async def boxes():
    """Return somebody with a sandbox for each place, the same for every test."""
    if not _boxes:
        people = [fresh_token() for _ in PLACES]
        handles = await asyncio.gather(*map(create, people))
        _boxes.update(zip(PLACES, zip(people, handles, strict=True), strict=True))
    return _boxes


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_every_call_ends_well_wherever_it_is_broken(hub_side, fault):
    # To a change an answer is awaited for longer than this test would like to.
    method = {"method": "GET"} if "delay" in fault else {}
    owners = await boxes()
    for place, path in PLACES.items():
        hub_side.break_at(path, token=owners[place][0], **fault, **method)
    hub_side.forget()
    forget_answers()

    await asyncio.gather(
        *(ends_well(call, *owners[place]) for place in PLACES for call in CALLS.values())
    )

    changes = [each for each in hub_side.asked() if each["method"] != "GET"]
    count = Counter((each["token"], each["method"], each["path"]) for each in changes)
    assert max(count.values()) == 1


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 502}, {"cut": True}, {"status": 403}]
)
async def test_a_sandbox_that_cannot_be_ended_is_not_said_to_have_ended(hub_side, fault):
    token = fresh_token()
    handle = await create(token)
    hub_side.break_at("/cancel$", **fault)

    with pytest.raises(ToolError):
        await sandbox(token, "terminate", handle)

    assert len(hub_side.asked("/cancel$")) == 1
