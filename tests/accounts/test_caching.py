"""What is remembered is bounded in bytes, and holds nothing of whoever raised an exception."""

import asyncio
import sys

import pytest

from accounts.caching import (
    BoundedCache,
    Failure,
    SingleFlightCache,
    approximate_bytes,
    remember_short,
)
from accounts.identity import TokenRefused, forget, whoami
from mcpendpoint.gradio.errors import SpaceGone


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_large_values_make_room_for_one_another():
    cache = BoundedCache(max_bytes=100_000)

    for number in range(100):
        cache.put(number, "x" * 20_000, size_bytes=20_000)

    assert len(cache) == 4
    assert cache.total_bytes <= 100_000
    assert cache.get(99) is not None


def test_the_least_recently_used_goes_first():
    cache = BoundedCache(max_bytes=10_000, max_entries=2)
    cache.put("a", 1, size_bytes=10)
    cache.put("b", 2, size_bytes=10)
    cache.get("a")

    cache.put("c", 3, size_bytes=10)

    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_one_value_never_takes_the_place_of_all_others():
    cache = BoundedCache(max_bytes=10_000)
    cache.put("a", 1, size_bytes=10)

    cache.put("huge", 2, size_bytes=9_000)

    assert (cache.get("a"), cache.get("huge")) == (1, None)


def test_what_has_expired_is_neither_served_nor_counted():
    clock = Clock()
    cache = BoundedCache(max_bytes=10_000, clock=clock)
    cache.put("a", 1, size_bytes=10, seconds=5)

    clock.now += 5

    assert cache.get("a") is None
    assert (len(cache), cache.total_bytes) == (0, 0)


def test_replacing_and_dropping_are_accounted_for():
    cache = BoundedCache(max_bytes=10_000)
    for size in (10, 500, 20):
        cache.put("a", size, size_bytes=size)
    cache.pop("a")
    cache.pop("never there")

    assert cache.total_bytes == 0


def test_an_exception_cannot_be_kept():
    cache = BoundedCache(max_bytes=10_000)

    with pytest.raises(TypeError):
        cache.put("a", ValueError(), size_bytes=10)


def test_a_failure_gives_a_new_exception_each_time_with_all_that_was_said():
    failure = Failure.of(SpaceGone("private", retry_after_seconds=3, may_need_token=True))

    first, second = failure.exception(), failure.exception()

    assert first is not second
    assert isinstance(first, SpaceGone)
    assert (str(first), first.retry_after_seconds, first.may_need_token) == ("private", 3, True)
    assert first.__traceback__ is None


async def test_a_cache_that_loads_counts_what_it_loaded():
    cache = SingleFlightCache(max_bytes=100_000)

    async def load():
        return ["x" * 1_000] * 10, 60.0

    for number in range(50):
        await cache.get(number, load)

    assert len(cache) < 10


async def test_a_refused_token_is_refused_again_without_a_trace_of_the_first_time(
    settings,
):
    server = await asyncio.start_server(_refuse, "127.0.0.1", 0)
    settings.HF_ENDPOINT = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        raised = []
        for _ in range(5):
            with pytest.raises(TokenRefused) as caught:
                await whoami("hf_refused_everywhere")
            raised.append(caught.value)
        forget("hf_refused_everywhere")

    depths = [_depth(error.__traceback__) for error in raised]
    assert len({id(error) for error in raised}) == 5
    assert depths[-1] <= depths[0]


async def _refuse(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


def _depth(traceback):
    depth = 0
    while traceback is not None:
        depth, traceback = depth + 1, traceback.tb_next
    return depth


def test_sizes_are_those_of_all_that_is_in_a_value():
    assert approximate_bytes(("a" * 1_000, {"b": ["c" * 1_000]})) > 2_000
    assert approximate_bytes(Failure.of(ValueError("d" * 1_000))) > 1_000
    assert approximate_bytes("\U0001f600" * 1_000) >= sys.getsizeof("\U0001f600" * 1_000)


def test_long_texts_are_worked_out_each_time():
    asked = []

    @remember_short(max_bytes=10_000, max_chars=10)
    def shout(text):
        asked.append(text)
        return text.upper()

    for text in ("short", "short", "longer than that", "longer than that"):
        assert shout(text) == text.upper()

    assert asked == ["short", "longer than that", "longer than that"]
