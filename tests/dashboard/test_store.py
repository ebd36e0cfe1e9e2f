from datetime import timedelta

import pytest

from dashboard import reading, store
from dashboard.counts import Counts
from dashboard.metrics import build_snapshot
from dashboard.models import (
    ClientCount,
    ClientSeen,
    LatencyCount,
    MessageCount,
    PersonCount,
    ToolCount,
    TrafficCount,
)
from dashboard.ranges import LONG, RANGES, STEPS
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
    return reading.read_snapshot(RANGES[name].at(now), now)


def test_an_empty_database_gives_an_empty_snapshot():
    assert read().totals == build_snapshot(RANGES["1h"].at(NOON), NOON, Counts()).totals


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

    kept = {name: set() for name in ("gone", "Cursor")}
    for name, step in MessageCount.objects.values_list("client_name", "step_seconds"):
        kept[name].add(step)
    assert kept == {"gone": {LONG}, "Cursor": {*STEPS}}  # whose period is not over
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
    for model in (MessageCount, TrafficCount, ClientCount, ToolCount):
        columns = {field.name for field in model._meta.get_fields()}

        assert not columns & {"user", "user_id", "username", "arguments", "token", "ip"}


def test_what_people_did_goes_with_their_account(django_user_model):
    user = django_user_model.objects.create(username="ada", hf_id="a" * 24)
    write(make_record(user_id=user.pk), make_record(user_id=user.pk + 1))

    gone = user.pk
    user.delete()

    assert set(PersonCount.objects.values_list("user_id", flat=True)) == {gone + 1}


def write_many(clients, tools=0):
    """Write what several processes counted over the hours of a busy day."""
    at = NOON - timedelta(minutes=5)
    names = [f"client-{i:05}" for i in range(clients)]
    for start in range(0, clients, 50):
        batch = names[start : start + 50]
        stranger = {"credential": "anonymous", "user_id": None}
        write(*(make_record(at=at, client_name=name, **stranger) for name in batch))
    for start in range(0, tools, 50):
        write(
            *(
                make_record(at=at, tool=f"tool_{i}", space_id="acme/tools", outcome="failed")
                for i in range(start, min(start + 50, tools))
            )
        )


def test_totals_count_what_the_lists_leave_out():
    write_many(clients=300, tools=250)

    snapshot = reading.read_snapshot(RANGES["1h"].at(NOON), NOON, rows=100)

    totals = snapshot.totals
    assert (totals.requests, totals.tool_calls, totals.errors) == (550, 550, 250)
    assert (totals.anonymous, totals.authenticated, totals.refused) == (300, 250, 0)
    assert (totals.clients, totals.clients_recent, totals.tools) == (301, 0, 251)
    assert (len(snapshot.clients), len(snapshot.tools), len(snapshot.methods)) == (100, 100, 1)
    assert snapshot.clients[0].name == "Cursor"
    assert snapshot.truncated.clients
    assert snapshot.truncated.tools
    assert not snapshot.truncated.methods


@pytest.mark.parametrize(
    ("age", "steps"),
    [
        (timedelta(hours=40), {*STEPS}),
        (timedelta(days=4), {*STEPS[1:]}),
        (timedelta(days=30), {*STEPS[2:]}),
        (timedelta(days=440), set()),
    ],
)
def test_rows_are_kept_for_as_long_as_a_page_can_show_them(age, steps):
    write(make_record(at=NOON - age))

    store.prune(NOON)

    for model in (MessageCount, LatencyCount, TrafficCount, ClientCount, ToolCount):
        assert set(model.objects.values_list("step_seconds", flat=True)) == steps


def test_of_too_many_clients_those_not_seen_for_longest_are_forgotten(monkeypatch):
    monkeypatch.setattr(store, "MAX_CLIENTS_SEEN", 3)
    for minute in range(10):
        write(make_record(at=NOON - timedelta(minutes=minute), client_name=f"client-{minute}"))

    store.prune(NOON)

    assert {row.name for row in ClientSeen.objects.all()} == {"client-0", "client-1", "client-2"}


def test_made_up_names_make_few_rows():
    tally = Tally(Limits())
    for i in range(5_000):
        at = NOON + timedelta(seconds=i % 60)
        tally.add(
            make_record(at=at, client_name=f"made-up-{i}", credential="anonymous", user_id=None)
        )

    store.write(tally)

    assert read(now=NOON + timedelta(minutes=1)).totals.requests == 5_000
    models = (MessageCount, ClientCount, TrafficCount, ClientSeen)
    assert sum(model.objects.count() for model in models) < 3_000
