from datetime import timedelta

import pytest

from dashboard import tally as limits_of
from dashboard.tally import MAX_NAME_CHARACTERS, OTHER, Limits, Tally
from mcpendpoint.protocol.records import Outcome
from tests.dashboard.factories import NOON, make_record


def tally_of(*records):
    tally = Tally(Limits())
    for record in records:
        tally.add(record)
    return tally


def seen(tally, dimension):
    return {getattr(key.dimensions, dimension) for key in tally.cells}


def test_messages_of_one_kind_in_one_minute_are_one_cell():
    tally = tally_of(
        make_record(duration_ms=10, notifications_sent=2),
        make_record(duration_ms=30, notifications_sent=1, at=NOON + timedelta(seconds=20)),
    )

    [cell] = tally.cells.values()
    assert (cell.count, cell.duration_ms, cell.notifications_sent) == (2, 40, 3)
    assert (cell.first_at, cell.last_at) == (NOON, NOON + timedelta(seconds=20))
    assert sum(cell.latencies.values()) == 2


def test_each_minute_and_each_outcome_is_told_apart():
    tally = tally_of(
        make_record(),
        make_record(at=NOON + timedelta(minutes=1)),
        make_record(outcome=Outcome.FAILED),
    )

    assert [cell.count for cell in tally.cells.values()] == [1, 1, 1]


def test_names_are_cut_and_stripped_of_what_does_not_print():
    tally = tally_of(
        make_record(client_name="x" * 5_000, client_version=" 1\x00\n\u202e.2\ud800 "),
    )

    [key] = tally.cells
    assert key.dimensions.client_name == "x" * MAX_NAME_CHARACTERS
    assert key.dimensions.client_version == "1.2"


def test_a_space_tool_has_the_same_name_for_everybody():
    tally = tally_of(
        make_record(tool="gr1_generate", space_id="acme/image-maker"),
        make_record(tool="gr12_generate", space_id="acme/image-maker"),
        make_record(tool="grx1a2b_generate", space_id="acme/image-maker"),
    )

    assert seen(tally, "tool") == {"generate"}
    assert len(tally) == 3


def test_a_private_space_keeps_its_tool_names_to_itself():
    tally = tally_of(make_record(tool="grp1_merger_with_acme", space_id="private"))

    assert seen(tally, "tool") == {"private tool"}


def test_a_built_in_tool_that_looks_like_a_slot_keeps_its_name():
    assert seen(tally_of(make_record(tool="gr1_builtin")), "tool") == {"gr1_builtin"}


@pytest.mark.parametrize(
    ("dimension", "limit"),
    [
        ("method", limits_of.MAX_METHODS_A_MINUTE),
        ("tool", limits_of.MAX_TOOLS_A_MINUTE),
        ("client_name", limits_of.MAX_CLIENTS_A_MINUTE),
        ("protocol_version", limits_of.MAX_VERSIONS_A_MINUTE),
    ],
)
def test_names_past_a_limit_are_counted_as_other(dimension, limit):
    tally = tally_of(*(make_record(**{dimension: f"name-{i}"}) for i in range(limit + 50)))

    assert len(seen(tally, dimension)) == limit + 1
    assert (
        sum(
            cell.count
            for key, cell in tally.cells.items()
            if getattr(key.dimensions, dimension) == OTHER
        )
        == 50
    )


def test_a_new_minute_has_room_for_new_names():
    limit = limits_of.MAX_CLIENTS_A_MINUTE
    flood = [make_record(client_name=f"flood-{i}") for i in range(limit + 1)]

    tally = tally_of(*flood, make_record(client_name="real", at=NOON + timedelta(minutes=1)))

    assert "real" in seen(tally, "client_name")


def test_limits_outlive_the_tally_that_was_handed_on():
    limits = Limits()
    for i in range(limits_of.MAX_CLIENTS_A_MINUTE):
        Tally(limits).add(make_record(client_name=f"early-{i}"))

    tally = Tally(limits)
    tally.add(make_record(client_name="late"))

    assert seen(tally, "client_name") == {OTHER}


def test_the_number_of_cells_is_bounded_and_no_message_is_lost(monkeypatch):
    monkeypatch.setattr(limits_of, "MAX_CELLS", 20)
    records = [make_record(tool=f"tool-{i}", client_name=f"c-{i % 90}") for i in range(500)]

    tally = tally_of(*records)

    assert len(tally.cells) <= 21
    assert len(tally) == 500


def test_merging_adds_up_and_keeps_the_bound(monkeypatch):
    monkeypatch.setattr(limits_of, "MAX_CELLS", 3)
    tally = tally_of(make_record(), make_record(tool="a"))

    tally.merge(tally_of(make_record(), make_record(tool="b"), make_record(tool="c")))
    tally.merge(tally_of(make_record(tool="d")))

    assert len(tally) == 6
    assert len(tally.cells) == 4


def test_forgetting_drops_only_what_is_older():
    tally = tally_of(make_record(), make_record(at=NOON - timedelta(hours=1)))

    assert tally.forget_before(NOON - timedelta(minutes=5)) == 1
    assert len(tally) == 1
