"""In which states a Space was, as far as somebody has looked."""

from datetime import UTC, datetime, timedelta

import pytest

from mcpendpoint.gradio import state_history
from mcpendpoint.gradio.state_history import MAX_STATES, Seen, note, read
from mcpendpoint.models import SpaceState

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SPACE = "acme/paint"


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def states(begin=-60, end=600, now=600):
    return read(SPACE, at(begin), at(end), at(now))


def test_a_state_lasts_until_the_next_one_was_seen():
    for minutes, stage in ((0, "RUNNING"), (10, "RUNNING"), (20, "SLEEPING"), (30, "BUILDING")):
        note(SPACE, stage, at(minutes))

    assert states(now=35) == [
        Seen("RUNNING", at(0), at(20)),
        Seen("SLEEPING", at(20), at(30)),
        Seen("BUILDING", at(30), at(35)),
    ]


def test_of_times_in_which_nobody_looked_nothing_is_said():
    note(SPACE, "RUNNING", at(0))
    note(SPACE, "RUNNING", at(10))
    note(SPACE, "RUNNING", at(200))

    assert states(now=600) == [Seen("RUNNING", at(0), at(10))]
    assert states(now=205) == [
        Seen("RUNNING", at(0), at(10)),
        Seen("RUNNING", at(200), at(205)),
    ]


def test_a_range_shows_what_had_begun_before_it_and_ends_with_it():
    note(SPACE, "RUNNING", at(0))
    note(SPACE, "SLEEPING", at(20))

    assert states(begin=5, end=25, now=30) == [
        Seen("RUNNING", at(5), at(20)),
        Seen("SLEEPING", at(20), at(25)),
    ]


def test_what_is_seen_again_and_again_is_one_row():
    for minutes in range(0, 300, 4):
        note(SPACE, "RUNNING", at(minutes))

    assert SpaceState.objects.count() == 1


def test_one_space_has_so_many_rows_and_the_oldest_go():
    for minutes in range(MAX_STATES + 5):
        note(SPACE, ("RUNNING", "SLEEPING")[minutes % 2], at(minutes))
    note("acme/other", "RUNNING", at(0))

    kept = SpaceState.objects.filter(space_id=SPACE)
    assert kept.count() == MAX_STATES
    assert kept.earliest("began_at").began_at == at(5)


def test_they_are_forgotten_when_their_time_is_over(settings):
    settings.METRICS_RETENTION_DAYS = 3
    note(SPACE, "RUNNING", NOON)
    note(SPACE, "SLEEPING", NOON + timedelta(days=2))

    state_history.forget_old(NOON + timedelta(days=4))

    assert list(SpaceState.objects.values_list("stage", flat=True)) == ["SLEEPING"]


def test_an_older_look_that_comes_late_changes_no_newer_one():
    note(SPACE, "RUNNING", at(10))
    note(SPACE, "RUNNING", at(5))

    assert SpaceState.objects.get().seen_at == at(10)
