"""Nobody takes a whole pool; whoever comes new finds a place."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from accounts.outgoing.errors import Busy, Share
from accounts.outgoing.pools import DOCUMENTS, HUB, SPACES, STORAGE, STREAMS, XET_UPLOADS
from accounts.outgoing.shares import Limits, Places

POOLS = (HUB, STREAMS, SPACES, STORAGE, DOCUMENTS, XET_UPLOADS)


class Crowd:
    """Those who hold places, for as long as they want."""

    def __init__(self, places: Places, stack: AsyncExitStack) -> None:
        self._places = places
        self._stack = stack

    async def enter(self, caller: str, target: str = "", *, seconds: float = 60) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        await self._stack.enter_async_context(self._places.take(caller, target, deadline=deadline))

    async def enter_until_refused(self, caller: str, target: str = "") -> tuple[int, Busy]:
        count = 0
        while True:
            try:
                await self.enter(caller, target)
            except Busy as busy:
                return count, busy
            count += 1


@pytest.fixture
async def crowd_of():
    async with AsyncExitStack() as stack:
        yield lambda limits: Crowd(Places(limits), stack)


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool.name)
async def test_of_no_pool_is_more_than_half_for_one(crowd_of, pool):
    crowd = crowd_of(Limits(pool.limits.total, pool.limits.per_caller, pool.limits.per_target))

    count, busy = await crowd.enter_until_refused("alice")

    assert 0 < count <= pool.limits.total / 2
    assert busy.share in (Share.CALLER, Share.TARGET)
    await crowd.enter("bob", "elsewhere")


async def test_many_who_take_what_they_can_leave_something_for_one_more(crowd_of):
    crowd = crowd_of(Limits(100, per_caller=50))

    counts = [(await crowd.enter_until_refused(f"greedy {n}"))[0] for n in range(6)]

    assert counts == [50, 25, 13, 6, 3, 2]
    await crowd.enter("newcomer")


async def test_many_callers_of_one_target_leave_room_for_another_target(crowd_of):
    crowd = crowd_of(Limits(20, per_caller=5, per_target=10))

    for number in range(10):
        await crowd.enter(f"caller {number}", "busy")
    with pytest.raises(Busy) as caught:
        await crowd.enter("one more", "busy")

    assert caught.value.share is Share.TARGET
    await crowd.enter("one more", "idle")


async def test_when_all_places_are_taken_that_is_said(crowd_of):
    crowd = crowd_of(Limits(2, per_caller=1))
    await crowd.enter("alice")
    await crowd.enter("bob")

    with pytest.raises(Busy) as caught:
        await crowd.enter("carol")

    assert caught.value.share is Share.POOL


async def test_who_waits_gets_a_place_in_turn_by_caller_not_by_arrival():
    places, order = Places(Limits(2, per_caller=1, wait_seconds=60)), []

    async def work(caller):
        async with places.take(caller, "", deadline=asyncio.get_running_loop().time() + 60):
            order.append(caller)
            await asyncio.sleep(0)

    callers = ["greedy"] * 20 + ["bob", "carol"]
    await asyncio.gather(*map(work, callers))

    assert sorted(order) == sorted(callers)
    assert max(order.index("bob"), order.index("carol")) <= 6


async def test_nobody_waits_beyond_the_time_that_they_have(crowd_of):
    crowd = crowd_of(Limits(2, per_caller=1, wait_seconds=60))
    await crowd.enter("alice")

    async with asyncio.timeout(5):
        with pytest.raises(Busy):
            await crowd.enter("alice", seconds=0.05)


async def test_who_leaves_while_waiting_takes_no_place(crowd_of):
    places = Places(Limits(2, per_caller=1, wait_seconds=60))
    loop = asyncio.get_running_loop()

    async def hold(caller, until):
        async with places.take(caller, "", deadline=loop.time() + 60):
            await until.wait()

    end = asyncio.Event()
    first = asyncio.create_task(hold("alice", end))
    waiting = [asyncio.create_task(hold("alice", end)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in waiting[:4]:
        task.cancel()
    end.set()
    await asyncio.gather(first, *waiting, return_exceptions=True)

    async with asyncio.timeout(5):
        await hold("alice", end)
        await asyncio.gather(hold("bob", end), hold("carol", end))


async def test_a_crowd_that_waits_is_bounded():
    places = Places(Limits(2, per_caller=1, wait_seconds=60))
    loop = asyncio.get_running_loop()
    end = asyncio.Event()

    async def hold():
        async with places.take("greedy", "", deadline=loop.time() + 60):
            await end.wait()

    tasks = [asyncio.create_task(hold()) for _ in range(1_000)]
    done, _ = await asyncio.wait(tasks, timeout=1)

    assert len(done) > 400
    assert {type(task.exception()) for task in done} == {Busy}
    end.set()
    await asyncio.gather(*tasks, return_exceptions=True)
