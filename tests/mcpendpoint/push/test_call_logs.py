"""What is kept of calls is bounded, for each call, each caller and in all."""

import pytest

from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.calls import log as of_call
from mcpendpoint.push.calls import logs as of_all
from mcpendpoint.push.calls.copies import CallCopies
from mcpendpoint.push.calls.ids import CallRef, beginning_of, read_event_id
from mcpendpoint.push.calls.logs import CallLogs
from mcpendpoint.push.calls.reading import CallLost, CallReader

SESSION = Session(UNKNOWN_CLIENT, number="mine")


@pytest.fixture
def logs():
    bus = Bus("")
    return CallLogs(bus, CallCopies("", bus))


def reader(logs, log, after=0):
    place = read_event_id(f"{log.place.prefix}.{after}", SESSION)
    return CallReader(logs, CallCopies("", Bus("")), place)


def read(logs, log):
    return reader(logs, log).next(5)


async def test_of_a_call_that_says_a_lot_the_latest_and_the_answer_are_kept(logs):
    log = logs.open(SESSION, 7, "ada")
    for number in range(5_000):
        log.add(b"%d" % number)
    log.add(b"x" * of_call.MAX_BYTES)
    log.end(b"y" * 1_000_000)

    *before, answer = await read(logs, log)

    assert [len(event.message) for event in before] == [of_call.MAX_BYTES]
    assert (len(answer.message), answer.is_last) == (1_000_000, True)


async def test_a_call_is_over_for_who_comes_from_beyond_its_answer_as_soon_as_that_is_there(logs):
    log = logs.open(SESSION, 7, "ada")
    log.add(b"a question")
    readers = [reader(logs, log, after) for after in (0, 1, 2, 50)]

    before = [await each.is_over() for each in readers]
    log.end(b"done")

    assert before == [False] * 4
    assert [await each.is_over() for each in readers] == [False, False, True, True]


async def test_one_caller_keeps_a_bounded_number_of_bytes_the_newest(logs):
    kept = [logs.open(SESSION, number, "ada") for number in range(12)]
    others = logs.open(SESSION, 7, "bob")
    others.add(b"x")
    for log in kept:
        log.end(b"y" * 1_000_000)

    assert await read(logs, others)
    assert [log.is_kept for log in kept] == [False] * 4 + [True] * 8
    with pytest.raises(CallLost):
        await read(logs, kept[0])


async def test_one_caller_has_so_many_calls_kept_and_another_still_can(logs):
    opened = [logs.open(SESSION, number, "ada") for number in range(of_all.MAX_OPEN_OF_OWNER)]

    assert logs.open(SESSION, "one more", "ada") is None
    assert logs.open(SESSION, 1, "bob")
    opened[0].end(b"done")
    assert logs.open(SESSION, "one more", "ada")


async def test_all_callers_together_keep_a_bounded_number_of_bytes(logs):
    kept = [logs.open(SESSION, 1, f"caller {number}") for number in range(70)]
    for log in kept:
        log.end(b"y" * 1_000_000)

    assert sum(log.is_kept for log in kept) == of_all.MAX_BYTES // 1_000_000
    assert kept[-1].is_kept


async def test_a_call_in_another_process_cannot_be_resumed_without_redis(logs):
    place = beginning_of(CallRef("another", "1", 7), SESSION)

    with pytest.raises(CallLost, match="another process"):
        await CallReader(logs, CallCopies("", Bus("")), place).next(5)


@pytest.mark.parametrize(
    "event_id", ["", "call.", "call.x.1", "call.x:y.1", "call.WzFd:x.end", "call.…"]
)
def test_what_is_no_id_of_an_event_is_none(event_id):
    assert read_event_id(event_id, SESSION) is None


@pytest.mark.parametrize("position", ["", "-1", "1.5", "٣", "9" * 5_000, "END"])
def test_an_id_with_an_odd_position_fails_nothing(position):
    prefix = beginning_of(CallRef("worker", "1", 7), SESSION).prefix

    place = read_event_id(f"{prefix}.{position}", SESSION)

    assert place is None or place.after >= 0
