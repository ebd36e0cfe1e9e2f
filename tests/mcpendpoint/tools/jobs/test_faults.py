"""Each endpoint of the Hub that hf_jobs asks fails in each way: the right error, once."""

import asyncio
import re
from collections import Counter
from typing import Any

import pytest

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.jobs.calling import jobs
from tests.mcpendpoint.tools.test_faults import FAULTS, PATIENCE_SECONDS

JOB = "6871b0c4d1a2f3e4b5c6d7e8"
ONE, SCHEDULE = {"job_id": JOB}, {"scheduled_job_id": JOB}
RUN = {"command": ["echo", "hi"], "detach": True}

READS = {
    "ps": {},
    "logs": ONE,
    "hardware": {},
    "scheduled ps": {},
    "scheduled inspect": SCHEDULE,
}
CHANGES = {
    "run": RUN,
    "uv": {"script": "print(1)\n", "detach": True},
    "cancel": ONE,
    "update-labels": {**ONE, "labels": {}},
    "scheduled run": {**RUN, "schedule": "@daily"},
    "scheduled uv": {"script": "print(1)\n", "schedule": "@daily"},
    "scheduled delete": SCHEDULE,
    "scheduled suspend": SCHEDULE,
    "scheduled resume": SCHEDULE,
    "scheduled update-labels": {**SCHEDULE, "labels": {}},
}
OPERATIONS = {**READS, **CHANGES}

ANSWERS = {
    401: ("refused the token", False),
    402: ("The Hub answers 402.*settings/billing", False),
    403: ("permissions do not allow it.*The Hub answers 403", False),
    404: ("not found.*The Hub answers 404", False),
    409: ("refused.*The Hub answers 409", False),
    422: ("refused.*The Hub answers 422", False),
    429: ("asked too often", True),
    500: ("The Hub answers 500", True),
    503: ("The Hub answers 503", True),
}


def asked_to_change(hub_side):
    return [each for each in hub_side.asked("^/api/(scheduled-)?jobs/") if each["method"] != "GET"]


async def error_of(operation, token=None):
    with pytest.raises(ToolError) as caught:
        await jobs(operation, token or fresh_token(), **OPERATIONS[operation])
    return caught.value


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_refusal_is_told_in_the_hubs_words(hub_side, operation, status):
    words, is_retryable = ANSWERS[status]
    hub_side.break_at("^/api/(scheduled-)?jobs/", status=status)

    error = await error_of(operation)

    assert re.search(words, str(error))
    assert error.is_retryable is is_retryable
    assert error.retry_after_seconds == (55 if status == 429 else None)
    assert len(asked_to_change(hub_side)) == (operation in CHANGES)


@pytest.mark.parametrize("fault", [{"status": 502}, {"status": 504}, {"cut": True, "status": 200}])
@pytest.mark.parametrize("operation", CHANGES)
async def test_a_change_without_an_answer_is_not_made_again(hub_side, operation, fault):
    hub_side.break_at("^/api/(scheduled-)?jobs/visitor", **fault)

    error = await error_of(operation)

    assert "look before trying again" in str(error)
    listing = "scheduled ps" if operation.startswith("scheduled") else "ps"
    assert f'{{"operation": "{listing}"' in str(error)
    assert not error.is_retryable
    assert len(asked_to_change(hub_side)) == 1


@pytest.mark.parametrize("body", ["[]", '"yes"', "{}", "<html>hello</html>", "{", "null"])
@pytest.mark.parametrize("operation", ["run", "scheduled run", "update-labels"])
async def test_an_answer_to_a_change_that_cannot_be_read_does_not_have_it_made_again(
    hub_side, operation, body
):
    hub_side.break_at("^/api/(scheduled-)?jobs/visitor", status=200, body=body)

    error = await error_of(operation)

    assert "look before trying again" in str(error)
    assert len(asked_to_change(hub_side)) == 1


@pytest.mark.parametrize("body", ["{}", '"yes"', "<html>hello</html>", "{", "null", "[1, null]"])
@pytest.mark.parametrize("operation", ["ps", "scheduled ps", "logs"])
async def test_a_strange_answer_to_a_look_is_no_bug_of_ours(hub_side, operation, body):
    hub_side.break_at("^/api/(scheduled-)?jobs/visitor", status=200, body=body)

    try:
        done = await jobs(operation, fresh_token(), **OPERATIONS[operation])
    except ToolError as error:
        assert "could not be used" in str(error)
    else:
        assert done.content["total_results"] == 0


@pytest.mark.parametrize("operation", ["run", "ps", "scheduled ps"])
async def test_when_the_hub_cannot_say_who_asks_nothing_is_done(hub_side, operation):
    hub_side.break_at("^/api/whoami-v2", status=500)

    error = await error_of(operation)

    assert error.is_retryable
    assert not hub_side.asked("^/api/(scheduled-)?jobs/visitor")


async def test_a_token_that_was_revoked_meanwhile_is_told(hub_side):
    error = await error_of("run", "hf_expired")

    assert "refused the token" in str(error)


PLACES = {
    "who asks": "^/api/whoami-v2",
    "the hardware": "^/api/jobs/hardware",
    "the jobs": "^/api/jobs/visitor[^/]*$",
    "a job": "^/api/jobs/visitor[^/]*/[^/]*$",
    "a log": "/logs",
    "the schedules": "^/api/scheduled-jobs/",
}
TRIED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("run", {"command": ["echo", "hi"], "wait_seconds": 2}),
    ("ps", {}),
    ("inspect", ONE),
    ("logs", {**ONE, "wait_seconds": 2}),
    ("hardware", {}),
    ("scheduled run", CHANGES["scheduled run"]),
    ("scheduled ps", {}),
)


async def ends_well(operation, args, token):
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            told = (await jobs(operation, token, **args)).text
    except ToolError as error:
        told = str(error)
    assert told and token not in told


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_every_call_ends_well_wherever_it_is_broken(hub_side, settings, fault):
    settings.HF_TIMEOUT_SECONDS = 1
    # To a change an answer is awaited for longer than this test would like to.
    method = {"method": "GET"} if "delay" in fault else {}
    calls = []
    for path in PLACES.values():
        for operation, args in TRIED:
            token = fresh_token()
            hub_side.break_at(path, token=token, **fault, **method)
            calls.append(ends_well(operation, args, token))

    await asyncio.gather(*calls)

    changes = Counter(each["token"] for each in asked_to_change(hub_side))
    assert max(changes.values()) == 1
