"""How many questions wait, and for how long."""

import asyncio

import pytest
from mcp import MCPError

from mcpendpoint.protocol.client_requests import seconds_to_answer
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.messages import Message, parse_message
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.questions import MAX_WAITING_OF_OWNER, Asked, Questions

TYPESCRIPT_GIVES_UP_SECONDS = 60


def call(**meta) -> Message:
    params = {"name": "x", "_meta": meta}
    return parse_message({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


def test_a_client_that_hears_nothing_is_answered_before_it_gives_up():
    silent, told = call(), call(progressToken=0)

    assert seconds_to_answer(wants_progress=silent.wants_progress) < TYPESCRIPT_GIVES_UP_SECONDS
    long = seconds_to_answer(wants_progress=told.wants_progress)
    assert long > 4 * TYPESCRIPT_GIVES_UP_SECONDS


async def test_one_person_with_many_sessions_leaves_room_for_the_questions_of_others():
    questions, put = Questions(Bus("")), asyncio.Queue()

    def ask(number, owner):
        session = Session(UNKNOWN_CLIENT, capabilities="elicitation", number=f"{owner} {number}")
        asked = Asked(session, owner, put.put_nowait, 1e9)
        return questions.ask(asked, "elicitation/create", {})

    waiting = [asyncio.create_task(ask(number, "ada")) for number in range(MAX_WAITING_OF_OWNER)]
    for _ in waiting:
        await put.get()
    with pytest.raises(MCPError):
        await ask("one more", "ada")
    waiting.append(asyncio.create_task(ask(1, "bob")))
    await put.get()

    for task in waiting:
        task.cancel()
