"""A call at one worker loses its connection, and its client comes back at another."""

import asyncio
import json
import queue
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client

from tests import loopback, node
from tests.environment import SETTINGS
from tests.live.front import Front, nginx
from tests.live.listening import END, Listener, begin_session, get_stream
from tests.live.storage import Stoppable, missing_programs, stoppable_redis
from tests.mcpendpoint.wire import BOTH, LEGACY, LEGACY_VERSIONS, Json, Wire, request
from tests.needs import need
from tests.standins.serve import start

CALL = {"name": "test_elicitation", "arguments": {"message": "Delete 3 files?"}}
SOON_SECONDS = 0.5
CLEAR_WITHIN_SECONDS = 15


@dataclass(frozen=True)
class Site:
    workers: tuple[str, str]
    redis: Stoppable


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    missing = missing_programs()
    need(missing is None, missing or "")
    with stoppable_redis() as redis, ExitStack() as running:
        env = {**SETTINGS, "REDIS_URL": redis.url}
        one, other = (
            running.enter_context(start("tests.conformance.app", env=env)) for _ in range(2)
        )
        yield Site((one.url, other.url), redis)


@pytest.fixture
def session(site) -> dict[str, str]:
    return begin_session(site.workers[0], declares={"elicitation": {}})


opened: list[Listener] = []


@pytest.fixture(autouse=True)
def _close_streams() -> Iterator[None]:
    yield
    while opened:
        opened.pop().close()


def call(url: str, session: dict[str, str], request_id: Any = 7) -> Listener:
    """Call a tool that asks, and so waits until it is answered."""
    body = request("tools/call", CALL, request_id)
    opened.append(Listener())
    return opened[-1].open("POST", url, json=body, headers={**session, "Accept": BOTH})


def resume(url: str, session: dict[str, str], event_id: str) -> Listener:
    opened.append(get_stream(url, session, **{"Last-Event-ID": event_id}))
    return opened[-1]


def answer(url: str, session: dict[str, str], question: Json, name: str = "ada") -> None:
    result = {"action": "accept", "content": {"username": name}}
    body = {"jsonrpc": "2.0", "id": question["id"], "result": result}
    assert Wire(url).post(body, {**session, "Accept": BOTH}).status_code == 202


def rest_of(stream: Listener) -> list[Any]:
    heard = [stream.next()]
    while heard[-1] != END:
        heard.append(stream.next())
    return heard[:-1]


def assert_done(message: Json, request_id: Any = 7) -> None:
    assert message["id"] == request_id
    assert "ada" in message["result"]["content"][0]["text"]


@pytest.mark.parametrize("version", LEGACY_VERSIONS)
def test_the_stream_of_a_call_can_be_resumed_where_its_client_knows_of_that(site, version):
    session = begin_session(site.workers[0], version=version, declares={"elicitation": {}})

    stream = call(site.workers[0], session)

    names = [line.partition(":")[0] for line in stream.first_lines]
    assert names == (["retry", "id", "data"] if version == LEGACY else ["event", "data"])


@pytest.mark.parametrize("worker", [0, 1])
def test_a_call_is_resumed_at_any_worker_from_where_its_client_had_come(site, session, worker):
    first = call(site.workers[0], session)
    question = first.next()
    first.close()

    again = resume(site.workers[worker], session, first.last_event_id)
    answer(site.workers[1], session, question)

    (result,) = rest_of(again)
    assert_done(result)


@pytest.mark.parametrize("worker", [0, 1])
def test_what_was_lost_with_the_connection_is_said_again(site, session, worker):
    first = call(site.workers[0], session, "a call")
    primer = first.first_lines[1].removeprefix("id: ")
    question = first.next()
    first.close()
    answer(site.workers[0], session, question)

    again = resume(site.workers[worker], session, primer)

    said_again, result = rest_of(again)
    assert said_again == question
    assert_done(result, "a call")
    assert again.last_event_id.endswith(".end")


def test_a_message_goes_out_on_the_newest_stream_of_a_call_only(site, session):
    first = call(site.workers[0], session)
    question = first.next()
    second = resume(site.workers[1], session, first.last_event_id)
    third = resume(site.workers[0], session, first.last_event_id)

    answer(site.workers[1], session, question)

    (result,) = rest_of(third)
    assert_done(result)
    assert (first.next(), second.next()) == (END, END)


def test_who_resumes_a_call_takes_no_place_from_the_streams_of_the_session(site, session):
    first = call(site.workers[0], session)
    question = first.next()
    again = [resume(site.workers[0], session, first.last_event_id) for _ in range(5)]
    session_stream = call(site.workers[0], session, 8)
    session_stream.next()

    answer(site.workers[0], session, question)

    assert_done(again[-1].next())
    with pytest.raises(queue.Empty):
        session_stream.next(SOON_SECONDS)


def get_status(url: str, session: dict[str, str], event_id: str) -> int:
    headers = {**session, "Accept": "text/event-stream", "Last-Event-ID": event_id}
    with loopback.client() as client, client.stream("GET", url, headers=headers) as response:
        return response.status_code


def test_the_id_of_an_event_is_good_in_its_session_only(site, session):
    first = call(site.workers[0], session)
    first.next()
    event_id = first.last_event_id
    others = begin_session(site.workers[0])
    forged = event_id.replace("call.", "call.x")

    statuses = [
        get_status(site.workers[1], who, which)
        for who, which in [
            (others, event_id),
            (session, forged),
            (session, "call."),
            ({}, event_id),
        ]
    ]

    assert statuses == [400, 400, 400, 405]


def test_nothing_follows_an_answer(site, session):
    first = call(site.workers[0], session)
    answer(site.workers[0], session, first.next())
    rest_of(first)

    assert get_status(site.workers[1], session, first.last_event_id) == 405


@pytest.mark.parametrize("worker", [0, 1])
def test_nothing_follows_what_is_said_to_come_after_an_answer(site, session, worker):
    first = call(site.workers[0], session)
    answer(site.workers[0], session, first.next())
    rest_of(first)
    prefix = first.last_event_id.removesuffix("end")
    resume(site.workers[worker], session, f"{prefix}1").next()  # by now the answer is known there

    assert [get_status(site.workers[worker], session, f"{prefix}{n}") for n in (2, 50)] == [405] * 2


def test_who_comes_back_for_a_call_that_was_cancelled_is_told(site, session):
    first = call(site.workers[0], session)
    first.next()
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    Wire(site.workers[1]).post(cancel, {**session, "Accept": BOTH})
    assert first.next() == END

    (told,) = rest_of(resume(site.workers[1], session, first.last_event_id))

    assert (told["id"], "cancelled" in told["error"]["message"]) == (7, True)


def test_nothing_is_lost_when_redis_is_restarted(site, session):
    first = call(site.workers[0], session)
    question = first.next()
    primer = first.first_lines[1].removeprefix("id: ")
    first.close()
    again = resume(site.workers[1], session, primer)
    assert again.next() == question

    site.redis.stop()
    site.redis.start()
    answer(site.workers[0], session, question)

    (result,) = rest_of(again)
    assert_done(result)


def test_who_waits_for_a_worker_that_died_is_told_so(site, session):
    with start("tests.conformance.app", env={**SETTINGS, "REDIS_URL": site.redis.url}) as doomed:
        first = call(doomed.url, session)
        first.next()
        again = resume(site.workers[1], session, first.last_event_id)
        doomed.process.kill()
        died_at = time.monotonic()

        told = again.next(CLEAR_WITHIN_SECONDS)

    assert time.monotonic() - died_at < CLEAR_WITHIN_SECONDS
    assert (told["id"], "has stopped" in told["error"]["message"]) == (7, True)
    assert again.next() == END


def test_the_python_sdk_gets_an_answer_whose_connection_was_cut(site):
    async def visit(front: Front) -> mcp.types.CallToolResult:
        async def cut_and_answer(context: Any, params: Any) -> mcp.types.ElicitResult:
            await asyncio.to_thread(front.cut)
            return mcp.types.ElicitResult(action="accept", content={"username": "ada"})

        transport = streamable_http_client(f"{front.url}/mcp")
        async with mcp.Client(
            transport, mode="legacy", elicitation_callback=cut_and_answer
        ) as client:
            return await client.call_tool(CALL["name"], CALL["arguments"])

    with nginx(site.workers) as front:
        result = asyncio.run(visit(front))

    assert "ada" in result.content[0].text


@pytest.mark.parametrize("sdk", [1, 2])
def test_the_typescript_sdk_gets_an_answer_whose_connection_was_cut(site, sdk):
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    script = node.HERE / "clients" / f"call_with_sdk_{sdk}.mjs"
    with nginx(site.workers) as front:
        command = [node.find_node(), str(script), f"{front.url}/mcp", json.dumps(CALL)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "asked\n"
        front.cut()
        told, _ = process.communicate(json.dumps({"username": "ada"}), timeout=30)

    assert "ada" in json.loads(told)["content"][0]["text"]
