"""Traces that a collector of OpenTelemetry gets of a live product."""

import json
from secrets import token_hex

import pytest

from tests.mcpendpoint.wire import Wire, modern, modern_headers, request
from tests.standins.collector import start_collector
from tests.standins.hub.control import HubControl

SEARCH = {"name": "hub_repo_search", "arguments": {"query": "a-secret-question"}}
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
SERVER, CLIENT = 2, 3  # opentelemetry/proto/trace/v1/trace.proto, SpanKind
ASKS_FOR_REPOS = "GET /api/{repos}"


@pytest.fixture(scope="module")
def collector():
    with start_collector() as running:
        yield running


@pytest.fixture
def traced(make_product, collector):
    return make_product(
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_EXPORTER_OTLP_HEADERS="x-api-key=of-the-collector",
        OTEL_BSP_SCHEDULE_DELAY="100",
        OTEL_METRIC_EXPORT_INTERVAL="200",
        LOG_FORMAT="JSON",
    )


def new_parent():
    trace, span = token_hex(16), token_hex(8)
    return trace, span, f"00-{trace}-{span}-01"


def test_one_trace_goes_from_the_client_over_the_tool_to_the_hub(traced, collector, hub, new_user):
    token = new_user().token
    trace, parent, header = new_parent()
    call = request("tools/call", SEARCH)

    answer = Wire(f"{traced.url}/mcp?gradio=none", token).post(
        call, {**HEADERS, "traceparent": header, "baggage": "a=b", "tracestate": "x=somebody"}
    )

    spans = collector.spans_of(
        trace, "POST /mcp", "tools/call hub_repo_search", ASKS_FOR_REPOS, "GET /api/whoami"
    )
    entry, tool = spans["POST /mcp"], spans["tools/call hub_repo_search"]
    asked = spans[ASKS_FOR_REPOS]
    assert (entry.parent, tool.parent, asked.parent) == (parent, entry.id, tool.id)
    assert spans["GET /api/whoami"].parent == entry.id
    assert (entry.kind, asked.kind) == (SERVER, CLIENT)
    assert entry.attributes["hfmcp.request_id"] == answer.headers["x-request-id"]
    assert entry.resource["service.name"] == "hfmcp"
    assert tool.attributes["gen_ai.tool.name"] == "hub_repo_search"
    assert asked.attributes["http.response.status_code"] == 200
    told = HubControl(hub.url).requests("/api/models", token=token)
    assert {each["trace"][:36] for each in told} == {f"00-{trace}-"}
    assert not {each["trace"][36:52] for each in told} & {parent, entry.id, tool.id}
    assert collector.headers[-1]["x-api-key"] == "of-the-collector"


def test_what_meta_says_goes_before_the_header(traced, collector):
    trace, parent, of_meta = new_parent()
    other, _, of_header = new_parent()
    call = modern("tools/call", SEARCH, traceparent=of_meta)

    Wire(f"{traced.url}/mcp?gradio=none").post(
        call, {**modern_headers(call), "traceparent": of_header}
    )

    tool = collector.spans_of(trace, "tools/call hub_repo_search")["tools/call hub_repo_search"]
    entry = collector.spans_of(other, "POST /mcp")["POST /mcp"]
    assert (tool.parent, tool.links) == (parent, (entry.id,))


def test_a_call_that_fails_says_so_without_a_word_of_what_was_sent(traced, collector, new_user):
    person = new_user()
    trace, _, header = new_parent()
    wire = Wire(f"{traced.url}/mcp?gradio=none", person.token)

    wire.post(
        request("tools/call", {"name": "a-made-up-tool", "arguments": {"x": "a-made-up-value"}}),
        {**HEADERS, "traceparent": header},
    )
    made_up, _, made_up_header = new_parent()
    wire.post(request("a-made-up/method", {}), {**HEADERS, "traceparent": made_up_header})
    searched, _, searching = new_parent()
    wire.post(request("tools/call", SEARCH), {**HEADERS, "traceparent": searching})

    tool = collector.spans_of(trace, "tools/call")["tools/call"]
    assert tool.has_failed
    assert tool.attributes["rpc.response.status_code"] == "-32602"
    assert "unknown" in collector.spans_of(made_up, "unknown")
    collector.spans_of(searched, ASKS_FOR_REPOS)
    for secret in ("a-secret", "a-made-up", person.name, person.token, "127.0.0.1:"):
        assert secret.encode() not in collector.raw


def test_a_list_of_tools_is_a_span_and_bad_parents_are_nothing(traced, collector):
    trace, _, header = new_parent()
    wire = Wire(f"{traced.url}/mcp?gradio=none")
    for bad in ("nonsense", "00-0-0-00", "x" * 5_000):
        call = modern("tools/list", traceparent=["no", {"text": 1}])
        assert wire.post(call, {**modern_headers(call), "traceparent": bad}).status_code == 200

    wire.post(request("tools/list"), {**HEADERS, "traceparent": header})

    entry = collector.spans_of(trace, "POST /mcp")["POST /mcp"]
    assert entry.attributes["mcp.method.name"] == "tools/list"


def test_a_collector_gets_what_metrics_has(traced, collector):
    Wire(f"{traced.url}/mcp?gradio=none").post(request("ping"), HEADERS)

    lasted = collector.point("hfmcp.request_duration", method="ping")

    assert lasted.count == sum(lasted.bucket_counts) >= 1
    assert len(lasted.bucket_counts) == len(lasted.explicit_bounds) + 1


@pytest.mark.parametrize(
    "off",
    [
        {"OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"},
    ],
    ids=str,
)
def test_the_standard_variables_switch_it_off(make_product, off):
    with start_collector() as nobody:
        product = make_product(
            OTEL_EXPORTER_OTLP_ENDPOINT=nobody.url, OTEL_BSP_SCHEDULE_DELAY="1", **off
        )
        Wire(f"{product.url}/mcp").post(request("ping"), HEADERS)
        product.process.terminate()
        product.process.wait(20)

        assert nobody.raw == b""


def test_a_collector_that_is_away_costs_nobody_an_answer(make_product, hub):
    product = make_product(
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_BSP_SCHEDULE_DELAY="1"
    )
    wire = Wire(f"{product.url}/mcp?gradio=none")

    assert {wire.post(request("ping"), HEADERS).status_code for _ in range(20)} == {200}
    assert json.dumps(wire.call("hub_repo_search", {"query": "bert"}))
