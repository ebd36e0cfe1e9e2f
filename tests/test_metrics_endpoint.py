"""What Prometheus reads: true numbers, bounded labels, and for nobody else."""

import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from accounts.outgoing.hub_routes import TEMPLATES
from accounts.outgoing.watching import Asked
from hfmcp_site.monitoring.instruments import note_asked, note_record
from hfmcp_site.monitoring.serving import Monitoring
from mcpendpoint.protocol.records import Outcome, Reason
from tests.dashboard.factories import make_record

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "a-made-up-token-of-prometheus"


def values(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def label_sets(text):
    return [dict(labels) for name, *labels in values(text) if name.startswith("hfmcp_")]


async def everything_else(scope, receive, send):
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def app():
    return Monitoring(everything_else)


@pytest.fixture
def read(app, db):
    async def read(address="127.0.0.1", **headers):
        transport = httpx.ASGITransport(app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, headers=headers) as client:
            return await client.get("http://localhost/metrics")

    return read


async def test_records_are_counted_by_method_outcome_reason_and_tool(read):
    before = values((await read()).text)
    failed = {"outcome": Outcome.TOOL_ERROR, "reason": Reason.HUB_DOWN, "duration_ms": 1_500.0}
    note_record(make_record(answer_bytes=700, first_byte_ms=20.0))
    note_record(make_record(**failed))

    after = values((await read()).text)
    grown = {key: value - before.get(key, 0) for key, value in after.items()}

    of_call = [("era", "modern"), ("method", "tools/call")]
    ended = [("outcome", "tool_error"), ("reason", "hub_down")]
    assert grown["hfmcp_requests_total", *of_call, *ended, ("transport", "json")] == 1
    assert grown["hfmcp_tool_calls_total", *ended, ("tool", "hub_repo_search")] == 1
    assert grown["hfmcp_tool_call_duration_seconds_count", ("tool", "hub_repo_search")] == 2
    assert grown["hfmcp_tool_answer_bytes_total", ("tool", "hub_repo_search")] == 700
    assert grown["hfmcp_first_byte_seconds_count", of_call[1]] == 1
    assert grown["hfmcp_request_duration_seconds_bucket", ("le", "1.0"), of_call[1]] == 1


async def test_names_that_others_make_up_become_no_labels(read):
    for number in range(200):
        note_record(
            make_record(
                method=f"made/up{number}",
                client_name=f"client-{number}",
                client_version=str(number),
                tool=f"made-up-{number}",
                user_id=number,
            )
        )
        note_record(make_record(tool=f"gr1_tool{number}", space_id=f"acme/space-{number}"))
        note_asked(Asked("hub", "/api/{repos}/{id}", 200, 0.1))
        note_asked(Asked("hub", "other", 404, 0.1))

    text = (await read()).text

    assert not [
        label for label in label_sets(text) if "made" in str(label) or "name-" in str(label)
    ]
    assert "acme" not in text and "client-" not in text
    assert len(label_sets(text)) < 600
    routes = {labels["route"] for labels in label_sets(text) if "route" in labels}
    assert {"/api/{repos}/{id}", "other"} <= routes <= TEMPLATES


async def test_a_request_that_is_refused_unread_is_counted_by_its_status(read):
    key = "hfmcp_http_errors_total", ("status", "421")
    before = values((await read()).text).get(key, 0)
    note_record(make_record(method="", tool="", outcome=Outcome.REJECTED, http_status=421))

    assert values((await read()).text)[key] == before + 1


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.1", {}, 403),
        ("", {}, 403),
        ("192.0.2.1", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("192.0.2.1", {"Authorization": f"bearer {TOKEN}"}, 200),
        ("127.0.0.1", {"Authorization": f"Bearer {TOKEN}x"}, 403),
        ("127.0.0.1", {"Authorization": f"Basic {TOKEN}"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 403),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 403),
    ],
)
async def test_who_may_read_it(read, settings, address, headers, status):
    settings.METRICS_TOKEN = TOKEN

    answer = await read(address, **headers)

    assert answer.status_code == status
    assert status == 200 or "hfmcp_" not in answer.text


async def test_behind_a_trusted_proxy_it_is_the_client_who_counts(read, settings):
    settings.TRUSTED_PROXIES = 1

    inside = await read(**{"X-Forwarded-For": "127.0.0.1"})
    outside = await read(**{"X-Forwarded-For": "192.0.2.1"})

    assert (inside.status_code, outside.status_code) == (200, 403)


async def test_queues_streams_and_caches_are_there(read):
    names = {name for name, *_ in values((await read()).text)}

    assert {
        "hfmcp_http_requests_in_progress",
        "hfmcp_open_streams",
        "hfmcp_database_work_waiting",
        "hfmcp_unstored_records",
        "hfmcp_cache_bytes",
        "hfmcp_build_info",
    } <= names


@pytest.mark.parametrize("file", ["prometheus/alerts.yml", "grafana/dashboard.json"])
async def test_what_is_offered_for_operators_names_what_there_is(read, file):
    note_record(make_record())
    note_asked(Asked("hub", "/api/{repos}", 200, 0.1))
    note_record(make_record(method="", tool="", outcome=Outcome.REJECTED, http_status=421))
    there = {name for name, *_ in values((await read()).text)}

    named = set(re.findall(r"\bhfmcp_\w+", (ROOT / "deploy" / file).read_text()))

    assert named and named <= there
