"""Token buckets, in one process and in several that share a Redis."""

import asyncio
import logging
import shutil
import time

import pytest

from accounts.buckets import Buckets, Draw, Rate, retry_after
from accounts.shared_buckets import SharedBuckets
from tests.live.storage import redis_server
from tests.needs import need
from tests.ports import free_port

TEN_A_SECOND = Rate(600)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buckets(clock):
    return Buckets(clock=clock)


@pytest.fixture(scope="module")
def redis_url():
    need(shutil.which("redis-server") is not None, "redis-server is not installed")
    with redis_server() as url:
        yield url


def take(buckets, key="ann", rate=TEN_A_SECOND, cost=1):
    return buckets.take([Draw(key, rate, cost)])[0]


def take_all(buckets, **draw):
    """Return how much could be had at once."""
    taken = 0
    while taken < 10_000 and not take(buckets, **draw):
        taken += 1
    return taken


@pytest.mark.parametrize(("per_minute", "burst"), [(600, 150), (60, 15), (30, 10), (4, 4), (1, 1)])
def test_a_bucket_gives_a_burst_at_once_and_no_more(buckets, per_minute, burst):
    assert take_all(buckets, rate=Rate(per_minute)) == burst


def test_an_empty_bucket_fills_at_its_rate(buckets, clock):
    take_all(buckets)

    assert take(buckets) == pytest.approx(0.1)
    clock.now += 0.35
    assert take_all(buckets) == 3


def test_a_bucket_holds_no_more_than_a_burst_however_long_nobody_comes(buckets, clock):
    take_all(buckets)
    clock.now += 86_400

    assert take_all(buckets) == TEN_A_SECOND.burst


def test_in_the_long_run_the_rate_holds(buckets, clock):
    taken = 0
    for _ in range(6_000):
        clock.now += 0.01
        taken += not take(buckets)

    assert taken == pytest.approx(600 + TEN_A_SECOND.burst, abs=2)


def test_being_refused_costs_nothing(buckets, clock):
    take_all(buckets)
    for _ in range(1_000):
        assert take(buckets)
    clock.now += 0.1

    assert not take(buckets)


def test_a_rate_of_zero_is_no_limit(buckets):
    assert take_all(buckets, rate=Rate(0)) == 10_000


def test_buckets_of_different_keys_are_apart(buckets):
    take_all(buckets)

    assert not take(buckets, key="ben")


def test_draws_are_had_together_or_not_at_all(buckets):
    take_all(buckets, key="small", rate=Rate(4))
    draws = [Draw("large", TEN_A_SECOND), Draw("small", Rate(4))]

    assert buckets.take(draws) == (pytest.approx(15), 1)
    assert take_all(buckets, key="large") == TEN_A_SECOND.burst


def test_a_full_bucket_gives_more_than_it_holds_and_is_empty_for_longer(buckets, clock):
    assert not take(buckets, rate=Rate(4), cost=20)

    clock.now += 60
    assert take(buckets, rate=Rate(4))
    clock.now += 200
    assert not take(buckets, rate=Rate(4))


def test_memory_is_bounded_and_those_who_came_last_are_remembered(clock):
    buckets = Buckets(clock=clock, max_buckets=100)
    for number in range(1_000):
        take_all(buckets, key=f"nobody-{number}", rate=Rate(1))
    take_all(buckets, key="flood")
    for number in range(50):
        take(buckets, key=f"passer-by-{number}")

    assert take(buckets, key="flood")
    assert len(buckets) <= 100


def test_retry_after_is_a_whole_second_at_least():
    assert [retry_after(seconds) for seconds in (0.01, 1.0, 1.2)] == [1, 1, 2]


async def test_processes_that_share_a_redis_give_out_what_one_would(redis_url):
    one, other = (Buckets(SharedBuckets(redis_url)) for _ in range(2))
    rate = Rate(60)
    take_all(one, key="shared", rate=rate)
    assert not take(other, key="shared", rate=rate)

    await until(lambda: ahead_of(other, "shared", rate) > rate.seconds_full - 1)


async def test_what_others_spent_is_owed_even_when_it_was_spent_at_once(redis_url):
    several = [Buckets(SharedBuckets(redis_url)) for _ in range(3)]
    rate = Rate(60)
    for buckets in several:
        assert take_all(buckets, key="all-at-once", rate=rate) == rate.burst

    for buckets in several:
        await until(
            lambda: ahead_of(buckets, "all-at-once", rate) > 3 * rate.seconds_full - 1  # noqa: B023
        )


async def test_a_redis_that_fails_costs_nobody_an_answer(caplog):
    buckets = Buckets(SharedBuckets(f"redis://127.0.0.1:{free_port()}/0"))
    caplog.set_level(logging.WARNING, "accounts.buckets")

    started = time.perf_counter()
    assert take_all(buckets, key="alone") == pytest.approx(TEN_A_SECOND.burst, abs=5)
    assert time.perf_counter() - started < 0.5

    await until(lambda: "ConnectionError" in caplog.text)
    assert take(buckets, key="alone", rate=Rate(60)) > 0


def ahead_of(buckets, key, rate) -> float:
    """Return for how many seconds the bucket has given out already, as far as the process knows."""
    buckets.spend(Draw(key, rate, cost=0))  # whoever asks for something is told of the others
    return buckets.wait(Draw(key, rate, cost=rate.burst))


async def until(is_so) -> None:
    for _ in range(1_000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("It never was so.")
