"""HTTP+SSE (2024-11-05): a stream at one worker, messages to any."""

import asyncio
import json
import queue
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import mcp
import pytest
from mcp.client.sse import sse_client

from tests import loopback, node
from tests.environment import SETTINGS
from tests.live.front import nginx
from tests.live.listening import CUT, Listener
from tests.live.storage import Stoppable, missing_programs, stoppable_redis
from tests.mcpendpoint.wire import Json, initialize, request
from tests.needs import need
from tests.standins.serve import start

ASK = {"name": "test_elicitation", "arguments": {"message": "Delete 3 files?"}}


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
        workers = [
            running.enter_context(start("tests.conformance.app", env=env)).url.removesuffix("/mcp")
            for _ in range(2)
        ]
        yield Site((workers[0], workers[1]), redis)


@dataclass
class Client:
    """Holds its stream at the first worker."""

    workers: tuple[str, str]
    token: str | None = None
    stream: Listener = field(default_factory=Listener)

    def __post_init__(self) -> None:
        self.stream.open("GET", f"{self.workers[0]}/sse?gradio=none", headers=self.headers)
        self.address = dict(line.split(": ", 1) for line in self.stream.first_lines)

    @property
    def headers(self) -> dict[str, str]:
        credential = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Accept": "text/event-stream", **credential}

    def post(self, worker: int, body: Any, headers: dict[str, str] | None = None) -> int:
        url = urljoin(self.workers[worker], self.address["data"])
        with loopback.client() as client:
            return client.post(url, json=body, headers=headers or self.headers).status_code

    def initialize(self, worker: int = 0) -> Json:
        body = initialize("2024-11-05")
        body["params"]["capabilities"] = {"elicitation": {}}
        assert self.post(worker, body) == 202
        return self.stream.next()


@pytest.fixture
def client(site) -> Iterator[Client]:
    client = Client(site.workers)
    yield client
    client.stream.close()


@pytest.mark.parametrize("worker", [0, 1])
def test_messages_are_taken_at_any_worker_and_answered_on_the_stream(client, worker):
    assert client.address["event"] == "endpoint"
    assert client.address["data"].startswith("/sse/messages?session=")
    assert client.address["data"].endswith("&gradio=none")

    answer = client.initialize(worker)
    assert (answer["id"], answer["result"]["protocolVersion"]) == (1, "2024-11-05")
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert client.post(1 - worker, note) == 202
    assert client.post(worker, request("tools/list", request_id="a list")) == 202

    answer = client.stream.next()
    assert (answer["id"], len(answer["result"]["tools"]) > 5) == ("a list", True)


def test_a_call_asks_on_the_stream_and_is_answered_and_cancelled_at_any_worker(client):
    client.initialize(1)
    for request_id in (7, 8):
        client.post(1, request("tools/call", ASK, request_id))
    questions = [client.stream.next() for _ in range(2)]

    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 8}}
    client.post(0, cancel)
    for question in questions:
        said = {"action": "accept", "content": {"username": "ada"}}
        client.post(0, {"jsonrpc": "2.0", "id": question["id"], "result": said})
    client.post(0, request("ping", request_id=9))

    told = {message["id"]: message for message in (client.stream.next(), client.stream.next())}
    assert told.keys() == {7, 9}
    assert "ada" in told[7]["result"]["content"][0]["text"]


def test_progress_comes_before_the_answer_from_another_worker(client):
    client.initialize()
    params = {"name": "test_tool_with_progress", "arguments": {}, "_meta": {"progressToken": "p"}}

    client.post(1, request("tools/call", params))

    *progress, answer = [client.stream.next() for _ in range(4)]
    assert [each["params"]["progress"] for each in progress] == [0, 50, 100]
    assert "result" in answer


def test_nothing_is_lost_when_redis_is_restarted(site, client):
    client.initialize(1)
    client.post(1, request("tools/call", ASK, 7))
    question = client.stream.next()

    site.redis.stop()
    site.redis.start()
    while client.post(1, {"jsonrpc": "2.0", "id": question["id"], "result": {"action": "decline"}}):
        with suppress(queue.Empty):
            assert "decline" in str(client.stream.next(1))
            break


def test_what_is_wrong_with_a_message_is_told_where_its_client_looks(client):
    client.initialize()
    envelope = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}

    assert client.post(1, request("server/discover", envelope, 2)) == 202
    assert client.post(1, request("no/such", request_id=3)) == 202

    assert [client.stream.next()["error"]["code"] for _ in range(2)] == [-32600, -32601]
    assert client.post(1, [request("ping")]) == 400
    assert client.post(1, {"jsonrpc": "1"}) == 400


def test_a_stream_is_its_callers_and_takes_messages_while_it_is_open(site, client):
    client.initialize()
    known = dict(client.address)
    ping = request("ping")

    client.address["data"] = known["data"].replace("session=", "session=x")
    forged = client.post(0, ping)
    client.address["data"] = "/sse/messages"
    none = client.post(1, ping)
    client.address = known
    client.stream.close()
    assert client.stream.next() == CUT

    assert (forged, none) == (404, 404)
    deadline = time.monotonic() + 5
    while client.post(0, ping) != 404:
        assert time.monotonic() < deadline


def test_what_is_no_stream_of_server_sent_events_says_how_it_is_used(site):
    with loopback.client() as http:
        statuses = [
            (http.request(method, site.workers[0] + path).status_code)
            for method, path in [("POST", "/sse"), ("DELETE", "/sse"), ("GET", "/sse/messages")]
        ]

    assert statuses == [405, 405, 405]


def test_the_python_sdk_connects_calls_and_is_asked(site):
    async def visit(url: str) -> Any:
        async def answer(context: Any, params: Any) -> mcp.types.ElicitResult:
            return mcp.types.ElicitResult(action="accept", content={"username": "ada"})

        async with mcp.Client(
            sse_client(f"{url}/sse"), mode="legacy", elicitation_callback=answer
        ) as client:
            return await client.call_tool(ASK["name"], ASK["arguments"])

    with nginx(site.workers) as front:
        result = asyncio.run(visit(front.url))

    assert "ada" in result.content[0].text


@pytest.mark.parametrize("sdk", [1, 2])
def test_the_typescript_sdk_connects_calls_and_is_asked(site, sdk):
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    script = node.HERE / "clients" / f"call_with_sdk_{sdk}.mjs"
    with nginx(site.workers) as front:
        command = [node.find_node(), script, f"{front.url}/sse", json.dumps(ASK), "sse"]
        said = json.dumps({"username": "ada"})
        finished = subprocess.run(command, input=said, capture_output=True, text=True, timeout=30)

    assert finished.returncode == 0, finished.stderr
    assert "ada" in json.loads(finished.stdout.splitlines()[-1])["content"][0]["text"]
