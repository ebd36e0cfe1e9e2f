"""What is noted of clients on their way is bounded, short-lived, and known to every worker."""

import asyncio
from collections.abc import Iterator

import pytest

from accounts.connecting import Stage
from mcpendpoint.access.arrivals import EVERY_SECONDS, MAX_FACT_CHARS, WAIT_SECONDS, Arrivals
from mcpendpoint.push.bus import Bus
from tests.live.storage import missing_programs, redis_server
from tests.needs import need

ALICE, BOB = 7, 8


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def arrivals(clock) -> Arrivals:
    found = Arrivals(Bus(""), clock)
    await found.follow(ALICE, "Alice", clock.now)
    return found


def path_in(arrivals: Arrivals) -> str:
    return arrivals.seen(ALICE, 0)[Stage.NO_SUCH_ADDRESS].facts["path"]


async def test_a_flood_at_an_address_is_one_short_note_a_second(arrivals, clock):
    for number in range(500):
        arrivals.note_at("ALICE", Stage.NO_SUCH_ADDRESS, path=f"/u/alice/{number}\n" * 500)

    assert path_in(arrivals).startswith("/u/alice/0/u/alice/0")
    assert len(path_in(arrivals)) <= MAX_FACT_CHARS
    clock.now += EVERY_SECONDS
    arrivals.note_at("alice", Stage.NO_SUCH_ADDRESS, path="/u/alice/again")
    assert path_in(arrivals) == "/u/alice/again"


async def test_what_is_seen_is_forgotten_with_the_wait(arrivals, clock):
    arrivals.note_at("alice", Stage.METADATA_READ)
    assert arrivals.seen(ALICE, 0)

    clock.now += WAIT_SECONDS + 1
    await arrivals.follow(BOB, "Bob", clock.now)
    arrivals.note_at("alice", Stage.METADATA_READ)

    assert arrivals.seen(ALICE, 0) == {}


async def test_nothing_is_noted_of_whom_nobody_waits_for(arrivals):
    arrivals.note_at("bob", Stage.METADATA_READ)
    await arrivals.follow(BOB, "Bob", 0)

    assert arrivals.seen(BOB, 0) == {}


@pytest.fixture
def redis_url() -> Iterator[str]:
    missing = missing_programs()
    need(missing is None, missing or "")
    with redis_server() as url:
        yield url


async def test_workers_tell_each_other_who_waits_and_what_came(redis_url):
    buses = [Bus(redis_url) for _ in range(2)]
    here, there = map(Arrivals, buses)
    heard = asyncio.Queue()
    for bus in buses:
        bus.on("told all before", lambda _: heard.put_nowait(None))
        await bus.start()

    async def all_told_by(bus: Bus) -> None:
        await bus.tell("told all before", None)
        async with asyncio.timeout(5):
            for _ in buses:
                await heard.get()

    await here.follow(ALICE, "Alice", 0)
    await all_told_by(buses[0])
    there.note_at("alice", Stage.NO_SUCH_ADDRESS, path="/u/alice/mpc")
    await all_told_by(buses[1])

    assert path_in(here) == path_in(there) == "/u/alice/mpc"
