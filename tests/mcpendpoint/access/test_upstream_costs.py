"""What a request makes us ask of others is what it costs, and one request can ask for so much."""

from itertools import count

import pytest

from accounts.outgoing import budgets
from mcpendpoint.access.limits import TOO_MANY
from mcpendpoint.gradio.discovery import forget_spaces
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.wire import request

_numbers = count(1)


@pytest.fixture
def visitor(hub_side, settings):
    """Make clients at addresses that nobody else asked from, of a server without Spaces."""
    forget_spaces()
    settings.DEFAULT_SPACES = []

    def make(query="bouquet=all&gradio=none", address=None):
        address = address or f"2001:db8:cafe:{next(_numbers):x}::1"
        return Visitor(address, path=f"/mcp?{query}")

    return make


def stats(number):
    operations = [
        {"cmd": "stat", "args": [f"hf://models/acme/tiny-llm/no/{next(_numbers)}"]}
        for _ in range(number)
    ]
    return request("tools/call", {"name": "hf_fs", "arguments": {"operations": operations}})


def is_told_to_wait(answer):
    return answer.status_code == 429 or "Too many" in answer.text


async def test_a_call_is_charged_what_it_asks_of_the_hub(visitor, settings):
    settings.LIMIT_HUB_PER_MINUTE = 40
    client = visitor()

    first = await client.send(stats(20))
    second = await client.send(stats(1))

    assert first.json()["result"]
    assert is_told_to_wait(second)


async def test_a_call_whose_answers_are_known_costs_no_more_than_a_call(visitor, settings):
    settings.LIMIT_HUB_PER_MINUTE = 40
    client, call = visitor(), stats(1)

    answers = [await client.send(call) for _ in range(8)]

    assert not any(map(is_told_to_wait, answers))


async def test_a_batch_asks_for_no_more_than_one_request_may(visitor, hub_side, monkeypatch):
    monkeypatch.setattr(budgets, "MAX_QUESTIONS", 12)
    batch = [stats(10) | {"id": number} for number in range(5)]

    answer = await visitor().send(batch, {"MCP-Protocol-Version": "2025-03-26"})

    assert [one["id"] for one in answer.json()] == list(range(5))
    assert "Ask for less" in answer.text
    assert 0 < len(hub_side.asked("tiny-llm")) <= 12


async def test_a_list_of_tools_is_charged_what_it_asks_about_spaces(visitor, settings):
    settings.LIMIT_HUB_PER_MINUTE = 4
    address = "2001:db8:cafe:ffff::1"
    known = visitor("gradio=acme/none-1,acme/none-2,acme/none-3,acme/none-4,acme/none-5", address)
    unknown = visitor("gradio=acme/none-6,acme/none-7", address)

    first = await known.send(request("tools/list"))
    refused = await unknown.send(request("tools/list"))
    again = [await known.send(request("tools/list")) for _ in range(20)]

    assert len(first.json()["error"]["data"]["spaces"]) == 5
    error = refused.json()["error"]
    assert error["code"] == TOO_MANY
    assert error["data"]["limit"] == "hub"
    assert error["data"]["retryAfterSeconds"] > 0
    assert all(answer.json() == first.json() for answer in again)


async def test_what_one_caller_was_refused_is_no_news_to_another(visitor, settings):
    settings.LIMIT_HUB_PER_MINUTE = 4
    address = "2001:db8:cafe:fffe::1"
    await visitor("gradio=acme/no-1,acme/no-2,acme/no-3,acme/no-4,acme/no-5", address).send(
        request("tools/list")
    )

    refused = await visitor("gradio=acme/no-6", address).send(request("tools/list"))
    answer = await visitor("gradio=acme/no-6").send(request("tools/list"))

    assert refused.json()["error"]["code"] == TOO_MANY
    assert answer.json()["error"]["data"]["spaces"] == ["acme/no-6"]
