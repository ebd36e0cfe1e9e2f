"""Wrong credentials are in the audit log: a line a minute, however many a stranger sends."""

from datetime import timedelta

from dashboard.refusals import EVERY, MAX_ADDRESSES, Refusals
from tests.dashboard.factories import NOON

SECOND = timedelta(seconds=1)


def test_the_first_is_told_at_once_and_the_rest_of_a_minute_with_the_next():
    refusals = Refusals()

    told = [refusals.note("", NOON + SECOND * number) for number in range(61)]

    assert told[0] == ("", 1)
    assert told[1:60] == [None] * 59
    assert told[60] == ("", 60)


def test_addresses_are_told_apart():
    refusals = Refusals()

    assert refusals.note("10.0.0.1", NOON) == ("10.0.0.1", 1)
    assert refusals.note("10.0.0.2", NOON) == ("10.0.0.2", 1)
    assert refusals.note("10.0.0.1", NOON + EVERY) == ("10.0.0.1", 1)


def test_of_very_many_addresses_the_last_are_counted_together():
    refusals = Refusals()

    told = [refusals.note(f"10.0.{n // 250}.{n % 250}", NOON) for n in range(10_000)]

    lines = [line for line in told if line]
    assert len(lines) <= MAX_ADDRESSES + 1
    assert lines[-1] == ("", 1)
    assert refusals.note("10.9.9.9", NOON + SECOND) is None


def test_room_for_addresses_comes_back():
    refusals = Refusals()
    for number in range(10_000):
        refusals.note(f"10.0.{number // 250}.{number % 250}", NOON)

    assert refusals.note("10.9.9.9", NOON + EVERY) == ("10.9.9.9", 1)
