"""Progress and disconnects, all the way from a Space to a client and back."""

import time
from dataclasses import dataclass

import httpx
import orjson
import pytest

from tests.mcpendpoint.wire import (
    BOTH,
    LEGACY,
    Wire,
    events_of,
    initialize,
    message_of,
    modern,
    modern_headers,
    request,
)

SPACE = "acme/image-maker"
LEFT_SPACE = "acme/old-gradio"
"""Of those tests that count calls; nobody else calls it."""

METRICS_SECONDS = 10

# A Space goes on with what it was asked for, one call after the other, when nobody waits for it any
# more. So no test asks for much.


@dataclass(frozen=True)
class Counter:
    """A Space with a tool that takes its time."""

    wire: Wire
    tool: str


def find_counter(product, space_id):
    wire = Wire(f"{product.url}/mcp?gradio={space_id}")
    (tool,) = [name for name in wire.tools() if name.endswith("_slow_count")]
    return Counter(wire, tool)


@pytest.fixture
def counter(product, space):
    return find_counter(product, SPACE)


@pytest.fixture
def left_counter(product, space):
    return find_counter(product, LEFT_SPACE)


@pytest.fixture
def count_calls(product, sign_in):
    """Read how many calls ended at that Space, and how many messages were cancelled at all."""
    admin = sign_in(product, "hf_admin")

    def read():
        metrics = admin.get("/dashboard/api/metrics").json()
        calls = sum(row["calls"] for row in metrics["tools"] if row["space_id"] == LEFT_SPACE)
        return calls, metrics["totals"]["outcomes"]["cancelled"]

    return read


def slow_call(tool, seconds, *, is_modern):
    params = {"name": tool, "arguments": {"seconds": seconds}}
    if is_modern:
        body = modern("tools/call", params, progressToken="p")
        return body, modern_headers(body)
    body = request("tools/call", {**params, "_meta": {"progressToken": "p"}})
    return body, {"Accept": BOTH, "MCP-Protocol-Version": LEGACY}


def leave_at_the_first_progress(wire, body, headers):
    with wire.client.stream(
        "POST",
        wire.url,
        content=orjson.dumps(body),
        headers={"Content-Type": "application/json", **headers},
    ) as answer:
        next(line for line in answer.iter_lines() if "notifications/progress" in line)


def wait_until(read, expected):
    deadline = time.monotonic() + METRICS_SECONDS
    while (found := read()) != expected and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found == expected


@pytest.mark.parametrize("is_modern", [True, False])
def test_progress_of_a_space_reaches_the_client(counter, is_modern):
    answer = counter.wire.post(*slow_call(counter.tool, 1, is_modern=is_modern))

    *notes, last = events_of(answer.text)
    values = [note["params"]["progress"] for note in notes]
    assert notes
    assert all(note["params"]["progressToken"] == "p" for note in notes)
    assert values == sorted(set(values))
    assert "1 2 3 4 5" in str(last["result"]["content"])


def test_a_modern_client_that_leaves_cancels_its_call(left_counter, count_calls):
    calls, cancelled = count_calls()

    leave_at_the_first_progress(left_counter.wire, *slow_call(left_counter.tool, 3, is_modern=True))

    wait_until(count_calls, (calls + 1, cancelled + 1))


def test_a_legacy_client_that_leaves_does_not_cancel_its_call(left_counter, count_calls):
    calls, cancelled = count_calls()

    leave_at_the_first_progress(
        left_counter.wire, *slow_call(left_counter.tool, 1, is_modern=False)
    )

    wait_until(count_calls, (calls + 1, cancelled))


def test_a_legacy_client_cancels_a_call_of_a_space_by_its_id(left_counter, count_calls):
    calls, cancelled = count_calls()
    wire = left_counter.wire
    session = wire.post(initialize(), {"Accept": BOTH}).headers["Mcp-Session-Id"]
    body, headers = slow_call(left_counter.tool, 3, is_modern=False)
    headers |= {"Mcp-Session-Id": session, "Content-Type": "application/json"}
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}

    with wire.client.stream("POST", wire.url, json=body, headers=headers) as answer:
        lines = answer.iter_lines()
        next(line for line in lines if "notifications/progress" in line)
        assert wire.post(note, {"Accept": BOTH, "Mcp-Session-Id": session}).status_code == 202
        rest = "".join(lines)

    assert '"result"' not in rest
    wait_until(count_calls, (calls + 1, cancelled + 1))


def test_a_client_that_takes_no_stream_gets_the_result_all_the_same(counter):
    body, headers = slow_call(counter.tool, 0.1, is_modern=True)

    answer = counter.wire.post(body, headers | {"Accept": "application/json"})

    assert answer.headers["content-type"] == "application/json"
    assert "1 2 3 4 5" in str(message_of(answer)["result"]["content"])


def test_a_server_that_is_left_by_many_answers_others(left_counter, count_calls, wire):
    calls, cancelled = count_calls()
    body, headers = slow_call(left_counter.tool, 0.5, is_modern=True)

    for _ in range(5):
        with pytest.raises(httpx.ReadTimeout):
            left_counter.wire.client.post(
                left_counter.wire.url, json=body, headers=headers, timeout=0.05
            )

    assert "hf_whoami" in wire.tools()
    wait_until(count_calls, (calls + 5, cancelled + 5))
