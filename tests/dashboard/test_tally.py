from dataclasses import replace
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


STRANGER = {"credential": "anonymous", "user_id": None}


@pytest.mark.parametrize(
    ("dimension", "limit"),
    [
        ("tool", limits_of.TOOLS_OF_SPACES.one),
        ("client_name", limits_of.CLIENTS.one),
    ],
)
def test_names_past_a_limit_are_counted_as_other(dimension, limit):
    names = [f"name-{i}" for i in range(limit + 50)]

    tally = tally_of(
        *(make_record(space_id="acme/a", **STRANGER | {dimension: name}) for name in names)
    )

    assert len(seen(tally, dimension)) == limit + 1
    assert len(tally) == limit + 50


def flood(at=NOON, count=1_000, **caller):
    return [
        make_record(
            at=at + timedelta(seconds=i * 3),
            client_name=f"flood-{i}",
            method=f"made/up-{i}",
            protocol_version=f"1.{i}",
            tool=f"tool-{i}",
            space_id="evil/space",
            **STRANGER | caller,
        )
        for i in range(count)
    ]


def test_a_new_hour_has_room_for_new_names():
    late = make_record(client_name="late", at=NOON + timedelta(minutes=59), **STRANGER)

    tally = tally_of(*flood(), late, replace(late, at=NOON + timedelta(hours=1)))

    assert [key.minute for key in tally.cells if key.dimensions.client_name == "late"] == [
        int(NOON.timestamp()) // 60 * 60 + 3600
    ]


@pytest.mark.parametrize(
    "attacker",
    [
        {"credential": "anonymous"},
        {"credential": "refused"},
        {"credential": "hf_token"},
        {"credential": "oauth", "user_id": 666},
    ],
)
def test_no_caller_crowds_out_the_names_of_people(attacker):
    honest = make_record(client_name="honest", tool="draw", space_id="acme/a", user_id=7)

    tally = tally_of(*flood(**attacker), honest)

    assert "honest" in seen(tally, "client_name")
    assert "draw" in seen(tally, "tool")


def test_made_up_methods_and_versions_crowd_out_none_of_the_protocol():
    tally = tally_of(*flood(), make_record(method="ping", protocol_version="2025-03-26"))

    assert "ping" in seen(tally, "method")
    assert "2025-03-26" in seen(tally, "protocol_version")


def test_combinations_of_names_that_each_have_room_are_bounded_too():
    records = [
        make_record(
            client_name=f"client-{i % 90}",
            tool=f"tool-{i % 97}",
            space_id="evil/space",
            **STRANGER,
        )
        for i in range(90 * 97)
    ]

    tally = tally_of(*records)

    assert len({cell.kept_as for cell in tally.cells.values()}) <= limits_of.KINDS.one + 97 + 1
    assert len(tally) == len(records)


def test_a_client_that_was_here_before_is_told_apart_in_a_flood_of_names():
    limits = Limits()
    Tally(limits).add(make_record(client_name="honest", **STRANGER))
    tally = Tally(limits)

    for record in [*flood(at=NOON + timedelta(hours=1)), *flood(at=NOON + timedelta(hours=2))]:
        tally.add(record)
    tally.add(make_record(at=NOON + timedelta(hours=3), client_name="honest", **STRANGER))

    assert "honest" in seen(tally, "client_name")


def test_one_network_takes_no_more_than_its_share_of_the_names_of_strangers():
    newcomer = make_record(client_name="newcomer", network=2, **STRANGER)

    tally = tally_of(*flood(network=1), replace(newcomer, at=NOON + timedelta(minutes=59)))

    assert "newcomer" in seen(tally, "client_name")


def test_methods_and_versions_that_the_protocol_does_not_know_are_one_word():
    tally = tally_of(*flood())

    assert seen(tally, "method") == seen(tally, "protocol_version") == {"unknown"}


def test_a_person_is_counted_by_client_and_credential():
    tally = tally_of(
        make_record(credential_name="laptop"),
        make_record(credential_name="laptop", outcome=Outcome.FAILED, method="ping", tool=""),
        make_record(credential_name="phone"),
        make_record(**STRANGER),
    )

    counted = {key.credential_name: cell for key, cell in tally.people.items()}
    assert counted.keys() == {"laptop", "phone"}
    laptop = counted["laptop"]
    assert (laptop.count, laptop.tool_calls, laptop.errors) == (2, 1, 1)


def test_limits_outlive_the_tally_that_was_handed_on():
    limits = Limits()
    for i in range(limits_of.CLIENTS.strangers):
        Tally(limits).add(make_record(client_name=f"early-{i}", **STRANGER))

    tally = Tally(limits)
    tally.add(make_record(client_name="late", **STRANGER))

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
