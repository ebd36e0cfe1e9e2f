from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from accounts.zones import zone_of
from dashboard.asked_range import asked_range
from dashboard.ranges import DAY, HOUR, LONG, MINUTE, RANGES, TEN_MINUTES, between

NOW = datetime(2026, 11, 30, 17, 23, 45, tzinfo=UTC)


def asked(zone="", **query):
    request = RequestFactory().get("/dashboard/", query)
    if zone:
        request.COOKIES["zone"] = zone
    return asked_range(request, NOW)


def periods(spans):
    return sum((span.end - span.start).total_seconds() / span.step_seconds for span in spans)


def covered(spans):
    """Return how long spans are in all, after a look at whether they follow one another."""
    ordered = sorted(spans, key=lambda span: span.start)
    assert all(a.end == b.start for a, b in zip(ordered, ordered[1:], strict=False))
    return ordered[0].start, ordered[-1].end


@pytest.mark.parametrize("name", RANGES)
def test_a_range_is_put_together_without_a_gap_and_without_reading_anything_twice(name):
    shown = RANGES[name].at(NOW)

    start, end = covered(shown.spans)

    assert start == shown.start
    assert end >= shown.end  # nothing comes after now
    assert all(span.start.timestamp() % span.step_seconds == 0 for span in shown.spans)
    assert all(span.end.timestamp() % span.step_seconds == 0 for span in shown.spans)


def test_a_year_is_read_in_few_periods():
    spans = RANGES["1y"].at(NOW).spans
    month = RANGES["30d"].at(NOW).spans

    assert {span.step_seconds for span in spans} == {DAY, LONG}
    assert all(periods(each) < 60 for each in (spans, month))


def test_a_range_that_is_over_ends_where_it_says():
    shown = RANGES["24h"].at(NOW).before

    start, end = covered(shown.spans)

    assert (start, end) == (shown.start, shown.end)
    assert shown.end == RANGES["24h"].at(NOW).start


@pytest.mark.parametrize(
    ("hours_ago", "hours", "step"),
    [
        (1, 1, MINUTE),
        (60, 1, TEN_MINUTES),
        (40, 30, TEN_MINUTES),
        (24 * 20, 1, HOUR),
        (24 * 20, 24 * 9, HOUR),
        (24 * 20, 24 * 20, DAY),
        (24 * 90, 24 * 80, DAY),
    ],
)
def test_the_step_is_the_finest_that_is_kept_for_so_long_and_fits_a_chart(hours_ago, hours, step):
    start = NOW - timedelta(hours=hours_ago)

    assert between(start, start + timedelta(hours=hours), NOW).step_seconds == step


def test_a_day_is_that_of_the_reader():
    shown = asked(zone="Europe/Berlin", day="yesterday").range

    assert shown.start == datetime(2026, 11, 29, tzinfo=ZoneInfo("Europe/Berlin"))
    assert shown.end - shown.start == timedelta(days=1)
    assert shown.title == "yesterday"


def test_the_day_of_a_change_of_the_clock_is_as_long_as_it_was():
    shown = asked(zone="Europe/Berlin", day="2026-10-25").range

    assert shown.end - shown.start == timedelta(hours=25)


def test_a_time_without_an_offset_is_the_readers():
    shown = asked(zone="America/New_York", **{"from": "2026-11-30T10:00", "to": "2026-11-30T11:30"})

    assert shown.range.start == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    assert shown.range.end == datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"range": "2y"}, "There is no range “2y”."),
        ({"day": "30.11.2026"}, "Write the day as 2026-11-29."),
        ({"day": "2026-12-24"}, "There are no numbers of 2026-12-24."),
        ({"day": "0001-01-01"}, "There are no numbers of 0001-01-01."),
        ({"from": "now"}, "Write times as 2026-11-29T14:30."),
        ({"from": "2026-11-30T10:00"}, "Write times as 2026-11-29T14:30."),
        ({"from": "2026-11-30T10:00", "to": "2026-11-30T10:00"}, "end after it begins"),
        ({"from": "2026-12-30T10:00", "to": "2026-12-31T10:00"}, "still to come"),
        ({"from": "2024-02-01T00:00", "to": "2026-11-30T10:00"}, "A year is the longest"),
        ({"from": "0001-01-01T00:00+14:00", "to": "9999-12-31T23:59-14:00"}, "end after it begins"),
    ],
)
def test_what_cannot_be_shown_is_told_with_what_to_write(query, problem):
    found = asked(**query)

    assert problem in found.problem
    assert found.range.name == "1h"


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe%2FBerlin", "localtime"]
)
def test_a_zone_that_there_is_not_is_utc(zone):
    request = RequestFactory().get("/")
    request.COOKIES["zone"] = zone

    assert zone_of(request) is UTC
