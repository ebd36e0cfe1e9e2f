"""A call at one worker asks its client, whose answer comes to another."""

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.environment import SETTINGS
from tests.live.listening import END, Listener, begin_session
from tests.live.storage import missing_programs, redis_server
from tests.mcpendpoint.wire import BOTH, Json, Wire, initialize, request
from tests.needs import need
from tests.standins.serve import start

CALL = {"name": "test_elicitation", "arguments": {"message": "Delete 3 files?"}}
SOON_SECONDS = 0.7


@pytest.fixture(scope="module")
def askers() -> Iterator[tuple[str, str]]:
    """Two workers with tools that ask."""
    missing = missing_programs()
    need(missing is None, missing or "")
    with redis_server() as redis_url, ExitStack() as running:
        env = {**SETTINGS, "REDIS_URL": redis_url}
        one, other = (
            running.enter_context(start("tests.conformance.app", env=env)) for _ in range(2)
        )
        yield one.url, other.url


@pytest.fixture
def session(askers) -> dict[str, str]:
    return begin_session(askers[0], declares={"elicitation": {}})


def call(url: str, session: dict[str, str], request_id: int = 7) -> Listener:
    headers = {**session, "Accept": BOTH}
    body = request("tools/call", CALL, request_id)
    return Listener().open("POST", url, json=body, headers=headers)


def post(url: str, session: dict[str, str], body: Json | bytes) -> int:
    return Wire(url).post(body, {**session, "Accept": BOTH}).status_code


def answer_to(question: Json, content: Any) -> Json:
    result = {"action": "accept", "content": content}
    return {"jsonrpc": "2.0", "id": question["id"], "result": result}


def hears_nothing(stream: Listener) -> bool:
    try:
        stream.next(SOON_SECONDS)
    except queue.Empty:
        return True
    return False


@pytest.mark.parametrize("answered_at", [0, 1])
def test_a_question_is_answered_at_any_worker(askers, session, answered_at):
    stream = call(askers[0], session)
    question = stream.next()
    assert (question["method"], question["params"]["message"]) == (
        "elicitation/create",
        "Delete 3 files?",
    )

    assert post(askers[answered_at], session, answer_to(question, {"username": "ada"})) == 202

    result = stream.next()
    assert (result["id"], "ada" in result["result"]["content"][0]["text"]) == (7, True)
    assert stream.next() == END


def test_an_answer_counts_in_the_session_of_its_question_alone_and_once(askers, session):
    stream = call(askers[0], session)
    question = stream.next()
    others = begin_session(askers[0], declares={"elicitation": {}})

    assert post(askers[1], others, answer_to(question, {"username": "eve"})) == 202
    assert post(askers[1], {}, answer_to(question, {"username": "eve"})) == 202
    assert post(askers[1], session, answer_to({"id": "x" * 200}, {"username": "eve"})) == 202
    assert hears_nothing(stream)
    for name in ("ada", "bob"):
        post(askers[1], session, answer_to(question, {"username": name}))

    assert "ada" in stream.next()["result"]["content"][0]["text"]
    assert stream.next() == END


def test_answers_to_what_nobody_asked_go_nowhere(askers, session):
    stream = call(askers[0], session)
    asked = stream.next()["id"]
    worker = asked.partition(".")[0]
    deep = b"[" * 300 + b"]" * 300

    for question_id in ("all.x", f"{worker}.x", f"{worker}.x.y", "x" * 250, asked):
        body = b'{"jsonrpc":"2.0","id":"%s","result":{"a":%s}}' % (question_id.encode(), deep)
        assert post(askers[1], session, body) == 202

    assert hears_nothing(stream)


def test_one_session_takes_no_more_questions_than_its_share(askers, session):
    streams = [call(askers[0], session, request_id=number) for number in range(25)]

    told = [stream.next() for stream in streams]

    assert (sum("method" in message for message in told), told.count(END)) == (20, 5)


def test_a_refusal_and_an_error_are_answers(askers, session):
    for said in ({"result": {"action": "decline"}}, {"error": {"code": -1, "message": "No."}}):
        stream = call(askers[0], session)
        question = stream.next()

        post(askers[1], session, {"jsonrpc": "2.0", "id": question["id"], **said})

        told = stream.next()
        assert "decline" in str(told) or "No." in str(told)


def test_a_client_that_cannot_be_asked_is_told_so_at_once(askers):
    session = begin_session(askers[0])
    without_session = {"MCP-Protocol-Version": session["MCP-Protocol-Version"]}

    for headers in (session, without_session, {**session, "Accept": "application/json"}):
        answer = httpx.post(
            askers[0],
            json=request("tools/call", CALL),
            headers={"Accept": BOTH, **headers},
            timeout=5,
        )

        assert "error" in answer.text


def test_a_call_is_cancelled_at_any_worker_in_its_session_only(askers, session):
    stream = call(askers[0], session)
    stream.next()
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}

    post(askers[1], begin_session(askers[1]), cancel)
    assert hears_nothing(stream)
    post(askers[1], session, cancel)

    assert stream.next() == END


@pytest.mark.parametrize("ended_at", [0, 1])
def test_the_calls_of_a_session_end_with_it(askers, session, ended_at):
    streams = [call(askers[0], session, request_id) for request_id in (7, 8)]
    of_another = call(askers[0], begin_session(askers[0], declares={"elicitation": {}}))
    for stream in (*streams, of_another):
        stream.next()

    httpx.delete(askers[ended_at], headers=session)

    assert [stream.next() for stream in streams] == [END, END]
    assert hears_nothing(of_another)


def test_a_session_that_was_ended_is_ended_at_every_worker(askers, session):
    call(askers[0], session).next()  # by now both have been asked
    post(askers[1], session, request("ping"))

    ended = httpx.delete(askers[0], headers=session)
    statuses = [post(url, session, request("ping")) for url in askers]

    assert (ended.status_code, statuses) == (204, [404, 404])
    assert httpx.delete(askers[1], headers=session).status_code == 404
    assert post(askers[0], {}, initialize()) == 200
