import asyncio
import threading
import time
from datetime import timedelta

import pytest

from dashboard import reading, store
from dashboard.ranges import RANGES
from dashboard.recorder import Recorder
from dashboard.storer import BACKLOG, FLUSH_SECONDS, SHARE_OF_TIME
from dashboard.tally import Limits, Tally
from tests.dashboard.factories import NOON, make_record


class Shelf:
    """Where a recorder stores, for tests: works or fails as told."""

    def __init__(self):
        self.is_broken = False
        self.stored = Tally(Limits())
        self.changes = 0

    def write(self, tally):
        if self.is_broken:
            raise OSError("the disk is full of secrets")
        self.stored.merge(tally)

    async def changed(self):
        self.changes += 1

    def recorder(self, **overrides):
        fields = {
            "write": self.write,
            "prune": lambda: None,
            "changed": self.changed,
            "clock": lambda: NOON,
        }
        return Recorder(**(fields | overrides))


@pytest.fixture
def shelf():
    return Shelf()


async def test_records_are_stored_and_announced_without_being_asked(shelf):
    announced = asyncio.Event()

    async def changed():
        announced.set()

    recorder = shelf.recorder(changed=changed)
    for _ in range(10):
        recorder.note(make_record())

    async with asyncio.timeout(1):
        await announced.wait()
    assert (len(shelf.stored), recorder.unstored) == (10, 0)


async def test_one_flush_is_one_announcement(shelf):
    recorder = shelf.recorder()
    for _ in range(10):
        recorder.note(make_record())

    await recorder.flush()
    await recorder.flush()

    assert shelf.changes == 1


async def test_what_a_failing_database_does_not_take_is_kept_and_stored_later(shelf):
    recorder = shelf.recorder()
    shelf.is_broken = True
    recorder.note(make_record())
    await recorder.flush()
    recorder.note(make_record(tool="another"))
    await recorder.flush()
    assert (recorder.unstored, shelf.changes) == (2, 0)

    shelf.is_broken = False
    await recorder.flush()

    assert (len(shelf.stored), recorder.unstored) == (2, 0)


async def test_a_failing_database_is_reported_once_and_without_details(shelf, caplog):
    recorder = shelf.recorder()
    shelf.is_broken = True
    for _ in range(3):
        recorder.note(make_record())
        await recorder.flush()

    assert len(caplog.records) == 1
    assert "secrets" not in caplog.text


async def test_what_waited_too_long_is_given_up(shelf):
    recorder = shelf.recorder()
    shelf.is_broken = True
    recorder.note(make_record(at=NOON - BACKLOG - timedelta(minutes=5)))
    recorder.note(make_record())

    await recorder.flush()

    assert recorder.unstored == 1


async def test_a_failing_clean_up_does_not_count_anything_twice(shelf):
    def prune():
        raise OSError

    recorder = shelf.recorder(prune=prune)
    recorder.note(make_record())
    await recorder.flush()
    await recorder.flush()

    assert len(shelf.stored) == 1


async def test_the_more_work_storing_is_the_less_often_it_is_done(shelf):
    def write(tally):
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass

    busy, idle = shelf.recorder(write=write), shelf.recorder()
    for recorder in (busy, idle):
        recorder.note(make_record())
        await recorder.flush()

    assert idle.rest_seconds == FLUSH_SECONDS
    assert busy.rest_seconds >= 0.05 / SHARE_OF_TIME


async def test_cleaning_up_happens_once_an_hour(shelf):
    now = NOON
    pruned = []
    recorder = shelf.recorder(prune=lambda: pruned.append(now), clock=lambda: now)
    for minutes in (0, 30, 61):
        now = NOON + timedelta(minutes=minutes)
        recorder.note(make_record())
        await recorder.flush()

    assert pruned == [NOON, NOON + timedelta(minutes=61)]


def test_recording_goes_on_in_a_new_event_loop(shelf):
    recorder = shelf.recorder()

    async def note():
        recorder.note(make_record())

    async def note_and_flush():
        recorder.note(make_record())
        await recorder.flush()

    asyncio.run(note())
    asyncio.run(note_and_flush())

    assert len(shelf.stored) == 2


def test_the_last_records_of_a_process_are_stored_at_exit(shelf):
    recorder = shelf.recorder()

    async def note():
        recorder.note(make_record())

    asyncio.run(note())
    recorder.finish_at_exit()

    assert len(shelf.stored) == 1


async def test_a_server_that_ends_waits_for_what_is_being_stored(shelf):
    may_write = threading.Event()

    def write(tally):
        assert may_write.wait(5)
        shelf.write(tally)

    recorder = shelf.recorder(write=write)
    recorder.note(make_record())
    storing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)  # lets it begin
    recorder.note(make_record())
    finishing = asyncio.create_task(recorder.finish())
    await asyncio.sleep(0)
    may_write.set()
    await finishing

    assert len(shelf.stored) == 2
    await storing


@pytest.mark.django_db(transaction=True)
async def test_records_survive_a_restart_and_processes_add_up(shelf):
    for _ in range(2):
        recorder = shelf.recorder(write=store.write)
        recorder.note(make_record())
        await recorder.flush()

    snapshot = await asyncio.to_thread(reading.read_snapshot, RANGES["1h"].at(NOON), NOON)
    assert snapshot.totals.requests == 2
