from datetime import timedelta

import pytest

from dashboard import store
from dashboard.metrics import build_snapshot
from dashboard.models import ClientSeen, LatencyCount, MessageCount
from dashboard.ranges import RANGES
from dashboard.tally import Limits, Tally
from mcpendpoint.protocol.records import Outcome
from tests.dashboard.factories import NOON, make_record

pytestmark = pytest.mark.django_db


def write(*records):
    tally = Tally(Limits())
    for record in records:
        tally.add(record)
    store.write(tally)


def read(name="1h", now=NOON):
    return store.read_snapshot(RANGES[name], now)


def test_an_empty_database_gives_an_empty_snapshot():
    assert read().totals == build_snapshot(RANGES["1h"], NOON, store.Counts()).totals


@pytest.mark.parametrize("name", RANGES)
def test_every_range_shows_what_was_written(name):
    write(
        make_record(duration_ms=100),
        make_record(outcome=Outcome.TOOL_ERROR, duration_ms=100, notifications_sent=3),
        make_record(method="tools/list", tool="", duration_ms=100, credential="anonymous"),
    )

    snapshot = read(name)

    totals = snapshot.totals
    assert (totals.requests, totals.tool_calls, totals.errors) == (3, 2, 1)
    assert (totals.anonymous, totals.authenticated, totals.notifications_sent) == (1, 2, 3)
    assert totals.latency_ms.p50 == pytest.approx(100, rel=0.2)
    assert snapshot.series[-1].requests == 3
    [client] = snapshot.clients
    assert (client.name, client.requests, client.tool_calls) == ("Cursor", 3, 2)
    [tool] = snapshot.tools
    assert (tool.tool, tool.calls, tool.errors) == ("hub_repo_search", 2, 1)
    assert [method.method for method in snapshot.methods] == ["tools/call", "tools/list"]


def test_writing_again_adds_to_the_same_rows():
    write(make_record())
    rows = (MessageCount.objects.count(), LatencyCount.objects.count(), ClientSeen.objects.count())

    later = NOON + timedelta(seconds=20)
    write(make_record(at=later, notifications_sent=2))

    assert rows == (
        MessageCount.objects.count(),
        LatencyCount.objects.count(),
        ClientSeen.objects.count(),
    )
    snapshot = read()
    assert (snapshot.totals.requests, snapshot.totals.notifications_sent) == (2, 2)
    assert snapshot.tools[0].last_called == later


def test_the_first_and_last_time_of_a_client_hold_whatever_the_order_of_writing():
    write(make_record())
    write(make_record(at=NOON - timedelta(days=3)))

    [client] = read("15m").clients

    assert (client.first_seen, client.last_seen) == (NOON - timedelta(days=3), NOON)


def test_what_is_out_of_range_is_not_shown():
    write(make_record(at=NOON - timedelta(minutes=20)))

    assert read("15m").totals.requests == 0
    assert read("1h").totals.requests == 1


def test_what_is_older_than_the_retention_is_forgotten(settings):
    settings.METRICS_RETENTION_DAYS = 3
    write(make_record(at=NOON - timedelta(days=4), client_name="gone"), make_record())

    store.prune(NOON)

    assert MessageCount.objects.count() == 3  # by minute, ten minutes and hour
    assert {row.name for row in ClientSeen.objects.all()} == {"Cursor"}
    assert read("7d").totals.requests == 1


def test_requests_per_minute_come_from_the_minutes_whatever_the_range():
    write(*(make_record() for _ in range(5)))

    assert read("7d").totals.requests_per_minute == 5


def test_the_longest_names_fit():
    long = dict.fromkeys(
        ("method", "tool", "client_name", "client_version", "protocol_version"), "🤗" * 500
    )
    write(make_record(**long))

    assert read().totals.requests == 1


def test_no_column_can_hold_a_person():
    columns = {field.name for field in MessageCount._meta.get_fields()}

    assert not columns & {"user", "user_id", "username", "arguments", "token", "ip"}
