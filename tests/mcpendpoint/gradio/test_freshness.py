import asyncio

import pytest

from mcpendpoint.gradio.errors import SpaceError, SpaceGone
from mcpendpoint.gradio.freshness import FreshnessCache, Loaded, Told

FRESH, FAILED, STALE = 300, 30, 1000


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Source:
    """Loads what a test puts there, and counts how often it was asked."""

    def __init__(self, value):
        self.value = value
        self.weight = 10_000
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self):
        self.asked += 1
        value = self.value
        await self.may_answer.wait()
        if isinstance(value, Exception):
            raise value
        return Loaded(value, FRESH, self.weight)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    return FreshnessCache(
        stale_seconds=STALE, failure_seconds=FAILED, max_weight=48_000, clock=clock
    )


async def test_many_who_ask_at_once_share_one_load(cache):
    source = Source("tools")

    answers = await asyncio.gather(*(cache.get("k", source) for _ in range(10)))

    assert {answer.value for answer in answers} == {"tools"}
    assert source.asked == 1


async def test_fresh_value_is_served_as_it_is(cache, clock):
    source = Source("tools")
    await cache.get("k", source)
    clock.now += FRESH - 1

    await cache.get("k", source)

    assert source.asked == 1


async def test_value_past_its_freshness_is_loaded_anew(cache, clock):
    source = Source("old")
    await cache.get("k", source)
    clock.now += FRESH + 1
    source.value = "new"

    answer = await cache.get("k", source, read_timeout_seconds=5)

    assert (answer.value, answer.failure) == ("new", None)


async def test_stale_value_is_served_when_the_load_fails_and_says_why(cache, clock):
    source = Source("tools")
    await cache.get("k", source)
    clock.now += FRESH + 1
    source.value = SpaceError("asleep")

    answer = await cache.get("k", source)

    assert (answer.value, str(answer.failure)) == ("tools", "asleep")


async def test_stale_value_is_served_when_the_load_takes_longer_than_one_will_wait(cache, clock):
    source = Source("old")
    await cache.get("k", source)
    clock.now += FRESH + 1
    source.value = "new"
    source.may_answer.clear()

    meanwhile = await cache.get("k", source, read_timeout_seconds=0)
    source.may_answer.set()
    afterwards = await cache.get("k", source)

    assert (meanwhile.value, afterwards.value) == ("old", "new")
    assert source.asked == 2


async def test_value_that_is_too_old_is_not_served(cache, clock):
    source = Source("tools")
    await cache.get("k", source)
    clock.now += STALE + 1
    source.value = SpaceError("asleep")

    with pytest.raises(SpaceError, match="asleep"):
        await cache.get("k", source)


async def test_value_of_a_space_that_is_gone_is_not_served(cache, clock):
    source = Source("tools")
    await cache.get("k", source)
    clock.now += FRESH + 1
    source.value = SpaceGone("private now")

    with pytest.raises(SpaceGone, match="private now"):
        await cache.get("k", source)


async def test_failure_is_remembered_for_a_while(cache, clock):
    source = Source(SpaceError("broken", is_retryable=True))
    for _ in range(3):
        with pytest.raises(SpaceError, match="broken") as caught:
            await cache.get("k", source)
    assert (source.asked, caught.value.is_retryable) == (1, True)

    clock.now += FAILED + 1
    source.value = "tools"

    assert (await cache.get("k", source)).value == "tools"


async def test_failure_is_forgotten_when_somebody_wants_it_tried_again(cache):
    source = Source(SpaceError("broken"))
    with pytest.raises(SpaceError):
        await cache.get("k", source)
    source.value = "tools"

    cache.retry("k")

    assert (await cache.get("k", source)).value == "tools"


async def test_retry_keeps_the_old_value_in_case_that_fails(cache):
    source = Source("tools")
    await cache.get("k", source)
    source.value = SpaceError("asleep")

    cache.retry("k")

    assert (await cache.get("k", source)).value == "tools"
    assert source.asked == 2


async def test_one_who_asked_first_and_left_costs_the_others_nothing(cache):
    source = Source("tools")
    source.may_answer.clear()
    first = asyncio.create_task(cache.get("k", source))
    second = asyncio.create_task(cache.get("k", source))
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.sleep(0)
    source.may_answer.set()

    assert (await second).value == "tools"
    assert source.asked == 1


async def test_least_recently_used_is_thrown_out_when_all_weigh_too_much(cache):
    source = Source("tools")
    for key in "abcd":
        await cache.get(key, source)
    await cache.get("a", source)
    await cache.get("e", source)
    assert source.asked == 5

    await cache.get("a", source)
    assert source.asked == 5

    await cache.get("b", source)
    assert source.asked == 6


async def test_value_that_is_too_large_to_keep_is_a_failure_that_is_remembered(cache):
    source = Source("tools")
    source.weight = 48_000
    for _ in range(3):
        with pytest.raises(SpaceError, match="too large"):
            await cache.get("k", source)

    assert source.asked == 1


async def test_known_failure_is_tried_again_behind_whom_it_will_do(cache, clock):
    source = Source(SpaceError("hangs"))
    with pytest.raises(SpaceError):
        await cache.get("k", source)
    clock.now += FAILED + 1
    source.value = "tools"
    source.may_answer.clear()

    with pytest.raises(SpaceError, match="hangs"):
        await cache.get("k", source, known_will_do=True)
    waiting = asyncio.create_task(cache.get("k", source))
    await asyncio.sleep(0)
    source.may_answer.set()

    assert (await waiting).value == "tools"
    assert (await cache.get("k", source, known_will_do=True)).value == "tools"
    assert source.asked == 2


async def test_nobody_waits_for_a_new_value_longer_than_since_it_began_to_load(cache, clock):
    source = Source("old")
    await cache.get("k", source)
    clock.now += FRESH + 1
    source.may_answer.clear()
    await cache.get("k", source, read_timeout_seconds=0)
    clock.now += 10

    async with asyncio.timeout(2):
        answer = await cache.get("k", source, read_timeout_seconds=10)

    assert answer.value == "old"
    source.may_answer.set()


async def test_remembered_failure_keeps_nothing_of_where_it_was_raised(cache):
    source = Source(SpaceError("broken"))

    caught = []
    for _ in range(3):
        with pytest.raises(SpaceError) as error:
            await cache.get("k", source)
        caught.append(error.value)

    assert len({id(error) for error in caught}) == 3
    assert error.value.__context__ is None


async def test_bug_in_a_load_is_not_mistaken_for_a_failure(cache):
    source = Source(KeyError("bug"))

    with pytest.raises(KeyError):
        await cache.get("k", source)


class Others:
    """Other processes, which know an answer."""

    def __init__(self):
        self.asked = []

    async def recall(self, key, within_seconds):
        self.asked.append(key)
        await asyncio.sleep(0)
        return Told(Loaded("known", FRESH, 10), 1.0, None, 0.0)


async def test_others_are_asked_once_by_many_and_by_one_who_begins_anew(cache):
    cache.others = Others()
    source = Source("new")
    begun = cache.get("a/b", source)
    begun.send(None)
    begun.close()

    found = await asyncio.gather(*(cache.get("a/b", source) for _ in range(3)))

    assert {each.value for each in found} == {"known"}
    assert cache.others.asked == ["a/b"]
