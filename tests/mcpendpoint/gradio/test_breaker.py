"""A Space that does not answer, again and again, is left alone for a while."""

import json

import pytest

from mcpendpoint.gradio import breaker
from mcpendpoint.gradio.breaker import FAILURES, FIRST_REST_SECONDS, Breakers
from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.gradio.scripted_space import Answer, scripted_space

DOWN = Answer(b"<h1>502</h1>", 502, "text/html")
RESULT = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "Hello"}]}}
WELL = Answer(json.dumps(RESULT).encode(), 200, "application/json")
ERROR = {"jsonrpc": "2.0", "id": 1, "result": {**RESULT["result"], "isError": True}}
FAILS = Answer(json.dumps(ERROR).encode(), 200, "application/json")


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(breaker.breakers, "_clock", clock)
    yield clock
    breaker.breakers.forget()


@pytest.fixture
async def space(spaces, break_hub, settings, clock):
    async with scripted_space() as space:
        settings.HF_SPACE_URL = space.info.url
        known = {"id": "acme/maker", "sdk": "gradio", "subdomain": "acme-maker"}
        body = json.dumps({**known, "runtime": {"stage": "RUNNING"}, "private": False})
        break_hub(path="^/api/spaces/acme/maker", status=200, body=body)
        yield space


async def call(space):
    return await call_tool(
        space.info, "make", {}, token=None, include_images=True, report_progress=None
    )


async def fail(space, times):
    space.answers = [DOWN]
    for _ in range(times):
        with pytest.raises(ToolError, match="HTTP status 502"):
            await call(space)


async def test_after_some_failures_in_a_row_it_is_not_asked(space):
    await fail(space, FAILURES)
    asked = len(space.asked)

    with pytest.raises(ToolError, match="has not answered 5 times in a row") as refused:
        await call(space)

    assert refused.value.retry_after_seconds == FIRST_REST_SECONDS
    assert len(space.asked) == asked


async def test_failures_that_are_far_apart_do_not_count(space, clock):
    for _ in range(FAILURES + 1):
        await fail(space, 1)
        clock.now += breaker.MEMORY_SECONDS + 1


async def test_one_good_call_between_them_begins_anew(space):
    await fail(space, FAILURES - 1)
    space.answers = [WELL]
    await call(space)

    await fail(space, FAILURES - 1)


async def test_an_error_of_the_tool_says_nothing_about_the_space(space):
    space.answers = [FAILS]
    for _ in range(FAILURES + 1):
        assert (await call(space)).is_error


async def test_after_its_rest_one_call_decides(space, clock):
    await fail(space, FAILURES)
    clock.now += FIRST_REST_SECONDS + 1

    await fail(space, 1)
    with pytest.raises(ToolError, match="left alone") as refused:
        await call(space)
    assert refused.value.retry_after_seconds == 2 * FIRST_REST_SECONDS

    clock.now += 2 * FIRST_REST_SECONDS + 1
    space.answers = [WELL]
    assert not (await call(space)).is_error
    assert not (await call(space)).is_error


def test_while_one_is_on_trial_others_are_not_let_through(clock):
    breakers = Breakers(clock)
    breakers.take_over("acme/maker", 1)
    clock.now += FIRST_REST_SECONDS + 1

    others = pytest.raises(ToolError, match="left alone")
    with breakers.guard("acme/maker"), others, breakers.guard("acme/maker"):
        pytest.fail("It was let through.")


def test_who_leaves_in_the_middle_of_a_trial_leaves_it_to_the_next(clock):
    breakers = Breakers(clock)
    breakers.take_over("acme/maker", 1)
    clock.now += FIRST_REST_SECONDS + 1

    with pytest.raises(KeyboardInterrupt), breakers.guard("acme/maker"):
        raise KeyboardInterrupt
    with breakers.guard("Acme/Maker"):
        pass

    assert breakers.rest_of("acme/maker") is None


def test_other_processes_leave_it_alone_too_and_begin_again_with_it(clock):
    here, there = Breakers(clock), Breakers(clock)
    here.on_change = there.take_over
    for _ in range(FAILURES):
        with pytest.raises(breaker.SpaceDown), here.guard("acme/maker"):
            raise breaker.SpaceDown("")
    assert there.rest_of("acme/maker") is not None

    clock.now += FIRST_REST_SECONDS + 1
    with here.guard("acme/maker"):
        pass
    with there.guard("acme/maker"):
        pass
