"""What is old is thrown away by one process at a time, in steps, and by no clock that jumped."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import housekeeping
from accounts.audit import write_tool_calls
from accounts.housekeeping import AGREED_SECONDS, EVERY, MAX_STEP, Clock, tidy_up
from accounts.models import AuditEvent
from tests.accounts.test_audit import call

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Time:
    """The time of day beside the one that only goes on; `clock` has seen both agree."""

    def __init__(self, now=NOON):
        self.now, self.ticks = now, 0.0
        self.clock = Clock(lambda: self.now, lambda: self.ticks)
        self.pass_(AGREED_SECONDS)

    def pass_(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.ticks += seconds


def trusted_clock(now=None):
    return Time(now or datetime.now(UTC)).clock


@pytest.fixture
def looks(monkeypatch):
    """What each tidying took for the time."""
    seen = []
    monkeypatch.setattr(housekeeping, "_jobs", {"things": lambda now: seen.append(now) or 0})
    return seen


def test_it_is_done_once_an_hour_by_whichever_process_comes_first(looks):
    time = Time()

    for _ in range(3):
        tidy_up(time.clock)
        tidy_up(trusted_clock(time.now))
        time.pass_(EVERY.total_seconds())

    assert len(looks) == 3


def test_a_clock_that_jumps_100_days_for_5_seconds_loses_nothing(settings):
    time = Time()
    write_tool_calls([call(at=time.now - timedelta(days=80))])

    time.now += timedelta(days=100)
    tidy_up(time.clock)
    time.pass_(5)
    tidy_up(time.clock)
    time.now -= timedelta(days=100)
    tidy_up(time.clock)

    assert AuditEvent.objects.count() == 1


def test_a_process_that_starts_while_the_clock_is_wrong_believes_nothing_yet(looks):
    tidy_up(Clock(lambda: NOON + timedelta(days=100), lambda: 0.0))

    assert looks == []


def test_a_clock_that_stays_is_believed_after_a_while_and_followed_day_by_day(looks):
    time = Time()
    tidy_up(time.clock)

    time.now += timedelta(days=100)
    for _ in range(4):
        tidy_up(time.clock)
        time.pass_(EVERY.total_seconds())

    first, *later = looks
    steps = [one - other for one, other in zip(later, [first, *later], strict=False)]
    assert steps == [MAX_STEP] * 3


def test_a_turn_that_was_taken_under_a_wrong_clock_puts_nobody_off(looks):
    tidy_up(trusted_clock(NOON + timedelta(days=100)))

    tidy_up(trusted_clock(NOON))

    assert len(looks) == 2
    assert looks[-1] < NOON + timedelta(days=1)


def test_what_is_removed_is_in_the_log(monkeypatch, caplog):
    monkeypatch.setattr(housekeeping, "_jobs", {"things": lambda now: 7})

    with caplog.at_level("INFO", "accounts.housekeeping"):
        tidy_up(trusted_clock())

    assert "Removed 7 things" in caplog.text
