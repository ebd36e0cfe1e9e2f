"""The real program on pipes: every era, any order, whatever comes."""

import json

import pytest

from mcpendpoint.protocol.kernel import SUPPORTED_VERSIONS
from mcpendpoint.transports.stdio.session import MAX_AT_ONCE, MAX_OPEN
from tests.stdio_program import MODERN, call, initialize, modern, request

DEFAULT_TOOLS = ["hf_whoami", "hub_repo_search", "hub_repo_details", "hf_fs"]
CHANGES = {"listChanged": True}


def cancelled(request_id):
    params = {"requestId": request_id}
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}


def test_a_handshake_and_the_tools_need_neither_settings_nor_a_network(start):
    program = start("--gradio", "none")

    result = program.result_of(initialize())
    program.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    tools = program.result_of(request(2, "tools/list"))["tools"]

    assert result["protocolVersion"] == "2025-11-25"
    assert result["capabilities"]["tools"] == CHANGES
    assert [tool["name"] for tool in tools] == DEFAULT_TOOLS
    assert program.result_of(request(3, "ping")) == {}


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2031-01-01", "2025-11-25")],
)
def test_the_version_is_negotiated_as_over_http(start, wanted, given):
    assert start().result_of(initialize(wanted))["protocolVersion"] == given


def test_the_first_message_may_be_any_of_the_modern_era(start):
    program = start("--gradio", "none")

    result = program.result_of(modern("list-1", "tools/list"))

    assert [tool["name"] for tool in result["tools"]] == DEFAULT_TOOLS
    assert result["resultType"] == "complete"


def test_the_first_message_may_be_any_of_a_client_that_forgot_the_handshake(start):
    assert len(start("--gradio", "none").result_of(request(1, "tools/list"))["tools"]) == 4


def test_discovery_tells_the_versions_and_what_is_true_today(start):
    result = start().result_of(modern(0, "server/discover"))

    assert result["supportedVersions"] == SUPPORTED_VERSIONS
    assert result["capabilities"]["tools"] == CHANGES
    assert "arguments that start this server" in result["instructions"]


def test_both_eras_may_use_one_process(start):
    program = start("--gradio", "none")

    program.result_of(initialize())

    assert "resultType" not in program.result_of(request(1, "tools/list"))
    assert program.result_of(modern(2, "tools/list"))["resultType"] == "complete"
    assert program.ask(modern(3, "ping"))["error"]["code"] == -32601


def test_an_envelope_of_another_version_is_refused_with_ours(start):
    message = modern(1, "tools/list")
    message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2031-01-01"

    error = start().ask(message)["error"]

    assert (error["code"], error["data"]["supported"]) == (-32022, SUPPORTED_VERSIONS)


def test_without_a_network_the_built_in_tools_are_listed_all_the_same(start):
    assert start().tools() == DEFAULT_TOOLS


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json\n", -32700),
        (b'\xff\xfe{"jsonrpc":"2.0"}\n', -32700),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}\n', -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}\n', -32600),
        (b"[]\n", -32600),
        (b'"text"\n', -32600),
        (b"[" * 100_000 + b"\n", -32700),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"'
            + b"a" * 1_000_000
            + b'"}}\n',
            -32600,
        ),
    ],
)
def test_what_is_no_message_is_told_so_and_ends_nothing(start, line, code):
    program = start()

    program.send(line)

    assert program.receive()["error"]["code"] == code
    assert program.result_of(request(2, "ping")) == {}


def test_a_line_that_never_ends_is_not_kept(start):
    program = start()
    program.result_of(request(0, "ping"))
    before = program.resident_bytes()

    for _ in range(100):
        program.send(b"a" * 1_000_000)
    program.send(b"\n")

    assert "100,000,000" in program.receive()["error"]["message"]
    assert program.resident_bytes() - before < 30_000_000


def test_blank_lines_and_windows_line_ends_are_no_matter(start):
    program = start()

    program.send(b"\n\r\n  \n", json.dumps(request(1, "ping")).encode() + b"\r\n")

    assert program.receive() == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_a_message_may_come_in_pieces(start):
    program = start()
    line = json.dumps(request(1, "ping")).encode()

    for byte in line:
        program.send(bytes([byte]))
    program.send(b"\n")

    assert program.receive()["result"] == {}


def test_a_batch_of_its_version_gets_an_array_of_answers(start):
    program = start()
    program.result_of(initialize("2025-03-26"))
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}

    program.send([note, request(1, "ping"), {"jsonrpc": "2.0", "id": 2}, request(3, "no/such")])

    answers = program.receive()
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, -32600, -32601]


def test_a_batch_of_another_version_is_refused(start):
    program = start()
    program.result_of(initialize("2025-11-25"))

    program.send([request(1, "ping")])

    assert program.receive()["error"]["code"] == -32600


def test_responses_and_unknown_notifications_are_taken_without_an_answer(start):
    program = start()

    program.send({"jsonrpc": "2.0", "id": 7, "result": {}}, {"jsonrpc": "2.0", "method": "x/y"})

    assert program.ask(request(1, "ping"))["id"] == 1


def test_a_call_that_waits_holds_up_nobody(start, silent_hub):
    program = start(HF_ENDPOINT=silent_hub.url)

    program.send(call(1, "hub_repo_search", query="whisper"))

    assert silent_hub.was_asked()
    assert program.result_of(request(2, "ping")) == {}


def test_a_call_is_cancelled_by_its_id_and_gets_no_answer(start, silent_hub):
    program = start(HF_ENDPOINT=silent_hub.url)
    program.send(call("a", "hub_repo_search", query="whisper"))
    assert silent_hub.was_asked()

    program.send(cancelled("a"), cancelled("never was"), cancelled(None), cancelled([]))

    assert silent_hub.was_left()
    program.send(request(2, "ping"))
    assert program.receive()["id"] == 2


def test_a_modern_call_is_cancelled_in_the_same_way(start, silent_hub):
    program = start(HF_ENDPOINT=silent_hub.url)
    program.send(modern(1, "tools/call", name="hub_repo_search", arguments={"query": "x"}))
    assert silent_hub.was_asked()

    program.send(cancelled(1))

    assert silent_hub.was_left()


def test_long_calls_have_places_and_more_than_a_crowd_is_refused(start, silent_hub):
    program = start(HF_ENDPOINT=silent_hub.url)
    calls = [call(n, "hub_repo_search", query=f"whisper {n}") for n in range(MAX_OPEN)]

    program.send(*calls, call("more", "hub_repo_search", query="one more"))

    error = program.answer_to("more")["error"]
    assert (error["code"], error["data"]) == (429, {"retryAfterSeconds": 1})
    assert silent_hub.was_asked()
    program.send(*(cancelled(n) for n in range(MAX_OPEN)))
    assert program.result_of(request("after", "ping")) == {}


def test_a_place_is_given_back_by_each_call_that_is_cancelled(start_at_hub):
    program = start_at_hub("--gradio", "none")
    for n in range(2 * MAX_AT_ONCE):
        program.send(call(n, "hub_repo_search", query="whisper"), cancelled(n))

    assert not program.result_of(call("last", "hub_repo_search", query="whisper")).get("isError")


def test_a_client_that_does_not_read_takes_no_memory(start):
    program = start("--gradio", "none", "--mix", "classic")
    program.send(modern("first", "tools/list"))
    assert program.process.stdout.readline()
    before = program.resident_bytes()

    sent = program.send_until_it_waits(modern("again", "tools/list"))

    assert sent < 10_000
    assert program.resident_bytes() - before < 40_000_000


def test_a_tool_reports_its_progress(start_at_hub, space):
    program = start_at_hub("acme/image-maker")
    (count,) = [name for name in program.tools() if name.endswith("_slow_count")]

    message = call(5, count, seconds=1)
    message["params"]["_meta"] = {"progressToken": "p"}
    result = program.result_of(message)

    assert "1 2 3 4 5" in str(result["content"])
    told = [each["params"] for each in program.notifications]
    assert {each["progressToken"] for each in told} == {"p"}
    assert [each["progress"] for each in told] == sorted({each["progress"] for each in told})


def test_the_modern_version_is_not_negotiated_by_a_handshake(start):
    assert start().result_of(initialize(MODERN))["protocolVersion"] == "2025-11-25"


def test_a_batch_is_no_longer_than_one_answer_may_be(start):
    program = start("--gradio", "none", "--mix", "classic", MCP_MAX_ANSWER_BYTES="60000")
    program.result_of(initialize("2025-03-26"))

    program.send([request(n, "tools/list") for n in range(4)])

    answers = program.receive()
    assert len(json.dumps(answers)) < 70_000
    assert {answer["error"]["code"] for answer in answers if "error" in answer} == {413}
    assert [answer for answer in answers if "result" in answer]
