"""What programs read that were made for huggingface/hf-mcp-server."""

from datetime import UTC, datetime

import pytest

from dashboard import store
from dashboard.tally import Limits, Tally
from mcpendpoint.protocol.records import Outcome
from tests.dashboard.factories import make_record

pytestmark = pytest.mark.django_db

TOKEN = "a-made-up-token-of-programs"


@pytest.fixture
def read(client, settings):
    settings.DASHBOARD_TOKEN = TOKEN

    def read(token=TOKEN):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.get("/api/transport-metrics", headers=headers)

    return read


def write(*records):
    tally = Tally(Limits())
    for record in records:
        tally.add(make_record(**({"at": datetime.now(UTC)} | record)))
    store.write(tally)


def test_what_was_counted_is_told_under_the_names_of_the_reference(read):
    draw = {"tool": "draw", "space_id": "acme/draw"}
    write(
        *[{"method": "tools/list", "tool": "", "credential": "anonymous"}] * 3,
        {"duration_ms": 30.0},
        {"duration_ms": 10.0, "outcome": Outcome.TOOL_ERROR},
        {**draw},
        {**draw, "outcome": Outcome.FAILED},
    )

    told = read().json()

    assert told["requests"]["total"] == 7
    assert told["requests"]["lastHour"] >= told["requests"]["last3Hours"] > 0
    assert (told["connections"]["anonymous"], told["connections"]["authenticated"]) == (3, 4)
    assert told["errors"] == {"expected": 0, "unexpected": 1}
    [client] = told["clients"]
    assert (client["name"], client["version"], client["requestCount"]) == ("Cursor", "1.7.2", 7)
    assert client["toolCallCount"] == 4
    methods = {each["method"]: each for each in told["methods"]}
    assert set(methods) == {"tools/list", "tools/call:hub_repo_search", "tools/call:draw"}
    search = methods["tools/call:hub_repo_search"]
    assert (search["count"], search["errors"], search["errorRate"]) == (2, 1, 50)
    assert search["averageResponseTime"] == 20
    assert told["gradioMetrics"] == {
        "success": 1,
        "failure": 1,
        "byTool": {"draw": {"success": 1, "failure": 1}},
    }


def test_a_server_that_has_counted_nothing_yet_tells_zeros(read):
    told = read().json()

    assert (told["requests"]["total"], told["uptimeSeconds"], told["clients"]) == (0, 0, [])


def test_it_is_for_admins_and_for_who_has_the_token(read, staff, visitor, browser_of):
    assert read().status_code == 200
    assert read("wrong").status_code == 401
    assert read("").status_code == 401
    assert browser_of(visitor).get("/api/transport-metrics").status_code == 403
    assert browser_of(staff).get("/api/transport-metrics").status_code == 200
