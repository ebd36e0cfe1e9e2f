"""What the database says of people is remembered until it changes, where that is heard of."""

import asyncio
import time
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from accounts import known_people
from accounts.known_people import KnownPeople
from accounts.preferences import preferences_changed


@dataclass(frozen=True)
class Said:
    user_id: int
    text: str


class Database:
    """Says of each key what `text` is at the time."""

    def __init__(self, user_id=1):
        self.user_id = user_id
        self.text = "before"
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.was_asked = asyncio.Event()

    async def load(self, key):
        self.asked += 1
        self.was_asked.set()
        said = Said(self.user_id, self.text)
        await self.may_answer.wait()
        return said


class Hearing:
    """Stands for a follower that hears everything, or nothing."""

    def __init__(self, hears):
        self.hears = hears

    def has_heard_all_since(self, moment):
        return self.hears


@pytest.fixture
def clock(monkeypatch):
    now = [time.monotonic() - 1_000]  # so that nothing of it concerns another test
    monkeypatch.setattr(known_people, "time", SimpleNamespace(monotonic=lambda: now[0]))
    changes = known_people._Changes()
    monkeypatch.setattr(known_people, "_changes", changes)
    preferences_changed.connect(changes.note)
    return now


@pytest.fixture(params=[True, False], ids=["heard", "unheard"])
def hears(request, monkeypatch):
    monkeypatch.setattr(known_people, "follower", Hearing(request.param))
    return request.param


async def test_it_is_asked_for_again_after_a_second_unless_changes_are_heard_of(clock, hears):
    database = Database()
    known = KnownPeople(database.load, max_bytes=1_000_000)
    await known.get("key")

    clock[0] += 0.9
    await known.get("key")
    clock[0] += 60
    await known.get("key")

    assert database.asked == (1 if hears else 2)


async def test_whoever_was_nobody_is_somebody_as_soon_as_they_sign_in(clock, hears):
    database = Database(user_id=0)
    known = KnownPeople(database.load, max_bytes=1_000_000)
    await known.get("key")
    database.user_id, database.text = 7, "after"

    preferences_changed.send(None, user_id=7)

    assert (await known.get("key")).text == "after"


@pytest.mark.parametrize("user_id", [1, None])
async def test_a_change_of_the_person_is_seen_at_once(clock, hears, user_id):
    database = Database()
    known = KnownPeople(database.load, max_bytes=1_000_000)
    await known.get("key")

    database.text = "after"
    preferences_changed.send(None, user_id=2)
    assert (await known.get("key")).text == "before"
    preferences_changed.send(None, user_id=user_id)

    assert (await known.get("key")).text == "after"


async def test_what_was_asked_before_a_change_is_not_believed_after_it(clock, hears):
    database = Database()
    database.may_answer.clear()
    known = KnownPeople(database.load, max_bytes=1_000_000)
    asking = [asyncio.create_task(known.get("key")) for _ in range(5)]
    await database.was_asked.wait()

    clock[0] += 0.1
    database.text = "after"
    preferences_changed.send(None, user_id=1)
    clock[0] += 0.1
    database.may_answer.set()

    assert {said.text for said in await asyncio.gather(*asking)} == {"after"}
    assert database.asked == 2


async def test_that_there_is_nobody_is_remembered_for_a_second_only(clock, hears):
    database = Database(user_id=0)
    known = KnownPeople(database.load, max_bytes=1_000_000)
    await known.get("key")
    clock[0] += 1.1

    await known.get("key")

    assert database.asked == 2
