from datetime import timedelta

import pytest

from dashboard.counts import (
    ClientCount,
    ClientProtocol,
    Counts,
    LimitCount,
    PeriodCount,
    Sums,
    UsageCount,
    UsageLatency,
)
from dashboard.metrics import Protocol, build_snapshot, requests_per_minute
from dashboard.ranges import RANGES
from tests.dashboard.factories import NOON

HOUR = RANGES["1h"].at(NOON)
THIS_MINUTE = NOON.replace(second=0)


@pytest.mark.parametrize("name", RANGES)
def test_a_range_is_covered_up_to_now_without_a_gap(name):
    snapshot = build_snapshot(RANGES[name].at(NOON), NOON, Counts())

    step = timedelta(seconds=snapshot.step_seconds)
    times = [point.at for point in snapshot.series]
    assert times[-1] <= NOON < times[-1] + step
    assert all(later - earlier == step for earlier, later in zip(times, times[1:], strict=False))


def test_an_empty_range_has_no_rate_and_no_percentile():
    totals = build_snapshot(HOUR, NOON, Counts()).totals

    assert (totals.requests, totals.error_rate, totals.latency_ms.p95) == (0, 0.0, None)


def test_errors_are_all_but_what_went_well_waits_or_was_given_up_by_the_client():
    outcomes = ("ok", "tool_error", "rejected", "denied", "failed", "cancelled", "waiting")
    periods = [PeriodCount(THIS_MINUTE, outcome, 10) for outcome in outcomes]

    totals = build_snapshot(HOUR, NOON, Counts(periods=periods)).totals

    assert (totals.requests, totals.errors, totals.error_rate) == (70, 40, 0.5714)
    assert totals.outcomes == dict.fromkeys(outcomes, 10) | {"limited": 0}


def test_what_was_turned_away_is_no_error_and_makes_none_look_rare():
    periods = [
        PeriodCount(THIS_MINUTE, "ok", 5),
        PeriodCount(THIS_MINUTE, "failed", 5),
        PeriodCount(THIS_MINUTE, "limited", 990),
    ]
    limits = [LimitCount("space", 90), LimitCount("anonymous", 900)]

    snapshot = build_snapshot(HOUR, NOON, Counts(periods=periods, limits=limits))

    assert (snapshot.totals.limited, snapshot.totals.errors) == (990, 5)
    assert snapshot.totals.error_rate == 0.5
    assert [hits.limit for hits in snapshot.limits] == ["anonymous", "space"]


def test_the_series_shows_each_minute_with_its_errors_and_p95():
    counts = Counts(
        periods=[PeriodCount(THIS_MINUTE, "ok", 5), PeriodCount(THIS_MINUTE, "failed", 2)],
        period_latencies={THIS_MINUTE: {20: 7}},
    )

    *before, last = build_snapshot(HOUR, NOON, counts).series

    assert (last.requests, last.errors) == (7, 2)
    assert last.p95_ms is not None
    assert {(point.requests, point.p95_ms) for point in before} == {(0, None)}


def test_a_client_that_speaks_two_eras_is_one_row():
    counts = Counts(
        clients=[ClientCount("Cursor", "1.7.2", 12, 2, 9, 3, 5, NOON)],
        client_protocols=[
            ClientProtocol("Cursor", "1.7.2", "legacy", "2025-11-25", "sse"),
            ClientProtocol("Cursor", "1.7.2", "modern", "2026-07-28", "json"),
            ClientProtocol("Cursor", "9", "modern", "of another version", "json"),
        ],
        first_seen={("Cursor", "1.7.2"): NOON - timedelta(days=9)},
    )

    [client] = build_snapshot(HOUR, NOON, counts).clients

    assert client.protocols == (Protocol("modern", "2026-07-28"), Protocol("legacy", "2025-11-25"))
    assert client.transports == ("json", "sse")
    assert (client.anonymous, client.authenticated, client.refused) == (3, 4, 5)
    assert (client.first_seen, client.last_seen) == (NOON - timedelta(days=9), NOON)


def test_a_tool_has_the_latencies_of_its_own_space():
    counts = Counts(
        sums=Sums(tools=9),
        tools=[
            UsageCount("generate", "acme/a", 3, 1, 1, 0, NOON),
            UsageCount("generate", "acme/b", 1, 0, 0, 0, NOON),
        ],
        tool_latencies=[UsageLatency("generate", "acme/a", 20, 2)],
    )

    snapshot = build_snapshot(HOUR, NOON, counts)

    [one, other] = snapshot.tools
    assert (one.space_id, one.calls, one.error_rate) == ("acme/a", 3, 0.5)
    assert one.p50_ms is not None
    assert other.p50_ms is None
    assert snapshot.truncated.tools


@pytest.mark.parametrize(
    ("second", "this_minute", "expected"), [(0, 0, 60), (30, 10, 40), (59, 20, 21)]
)
def test_requests_per_minute_fade_from_the_last_minute_into_this_one(second, this_minute, expected):
    last_minutes = {THIS_MINUTE - timedelta(minutes=1): 60, THIS_MINUTE: this_minute}

    per_minute = requests_per_minute(THIS_MINUTE + timedelta(seconds=second), last_minutes)

    assert per_minute == pytest.approx(expected)
