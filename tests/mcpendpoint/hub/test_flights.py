import asyncio

import pytest

from mcpendpoint.hub.flights import Flights


class Journey:
    """Something to wait for, which notes how it went."""

    def __init__(self):
        self.starts = 0
        self.is_stopped = False
        self.may_end = asyncio.Event()

    async def go(self):
        self.starts += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.is_stopped = True
            raise
        return "there"


async def start(flights, journey, count):
    tasks = [asyncio.create_task(flights.join("key", journey.go)) for _ in range(count)]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_many_share_one_flight():
    journey = Journey()
    tasks = await start(Flights(), journey, 3)
    journey.may_end.set()

    assert await asyncio.gather(*tasks) == ["there"] * 3
    assert journey.starts == 1


async def test_one_who_goes_away_leaves_it_to_the_others():
    journey = Journey()
    first, second = await start(Flights(), journey, 2)
    first.cancel()
    journey.may_end.set()

    assert await second == "there"
    assert not journey.is_stopped


async def test_it_is_stopped_when_nobody_waits():
    journey = Journey()
    tasks = await start(Flights(), journey, 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)

    assert journey.is_stopped


async def test_one_who_comes_after_a_stop_starts_anew():
    flights, journey = Flights(), Journey()
    (task,) = await start(flights, journey, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    (again,) = await start(flights, journey, 1)
    journey.may_end.set()

    assert await again == "there"
    assert journey.starts == 2


async def test_a_failure_reaches_all_and_is_not_kept():
    flights = Flights()

    async def fail():
        await asyncio.sleep(0)
        raise ValueError("no")

    async def arrive():
        return "there"

    tasks = [asyncio.create_task(flights.join("key", fail)) for _ in range(2)]
    for task in tasks:
        with pytest.raises(ValueError, match="no"):
            await task

    assert await flights.join("key", arrive) == "there"
