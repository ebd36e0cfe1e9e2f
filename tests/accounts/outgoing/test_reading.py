"""Whatever a stranger sends, and however slowly: it is over in time, and no more of it is held."""

import asyncio
import gzip
import time
import tracemalloc

import pytest

from accounts.outgoing import errors
from accounts.outgoing.asking import Request, ask, open_answer
from accounts.outgoing.pools import HUB, pools_in_use
from tests.accounts.outgoing.strangers import OK, repeating, saying, silence, stranger

ENDLESS = repeating(OK + b"\r\n", b"x" * 65_536)
ENDLESS_BY_CHUNKS = repeating(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1_000)
A_BYTE_AT_A_TIME = repeating(OK + b"\r\n", b" ", pause_seconds=0.05)
HEADERS_WITHOUT_END = repeating(OK, b"X: y\r\n", pause_seconds=0.05)
FLOOD_OF_HEADERS = repeating(OK, b"X: y\r\n" * 10_000)
NEVER_FINISHED = repeating(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 X\r\n\r\n" * 10)


FEW_SECONDS = 0.5
AMPLE_SECONDS = 20.0
"""Where something else ends it: long before, unless the machine is very busy."""


async def ask_for(url, *, max_bytes=100_000, seconds=AMPLE_SECONDS):
    return await ask(HUB, Request("GET", url, {}), max_bytes=max_bytes, seconds=seconds)


@pytest.mark.parametrize(
    ("behaviour", "error", "seconds"),
    [
        (ENDLESS, errors.TooLarge, AMPLE_SECONDS),
        (ENDLESS_BY_CHUNKS, errors.TooLarge, AMPLE_SECONDS),
        (A_BYTE_AT_A_TIME, errors.TooSlow, FEW_SECONDS),
        (HEADERS_WITHOUT_END, errors.TooSlow, FEW_SECONDS),
        (silence, errors.TooSlow, FEW_SECONDS),
        (FLOOD_OF_HEADERS, errors.BrokenOff, AMPLE_SECONDS),
        (NEVER_FINISHED, errors.OutgoingError, FEW_SECONDS),
        (saying(OK + b"Content-Length: 100\r\n\r\nx"), errors.BrokenOff, AMPLE_SECONDS),
        (saying(b"SSH-2.0-OpenSSH\r\n"), errors.BrokenOff, AMPLE_SECONDS),
        (saying(b""), errors.BrokenOff, AMPLE_SECONDS),
    ],
)
async def test_an_answer_that_is_none_ends_in_time(behaviour, error, seconds):
    started = time.monotonic()
    async with stranger(behaviour) as server:
        with pytest.raises(error):
            await ask_for(server.url, seconds=seconds)
        assert time.monotonic() - started < seconds + 5
        async with asyncio.timeout(5):
            await server.is_alone.wait()


async def test_an_answer_as_large_as_is_wanted_is_read():
    async with stranger(saying(OK + b"\r\n" + b"x" * 1_000)) as server:
        assert (await ask_for(server.url, max_bytes=1_000)).body == b"x" * 1_000
        with pytest.raises(errors.TooLarge):
            await ask_for(server.url, max_bytes=999)


async def say_zipped(body, **bounds):
    async with stranger(saying(OK + b"Content-Encoding: gzip\r\n\r\n" + body)) as server:
        return (await ask_for(server.url, **bounds)).body


async def test_what_comes_as_gzip_unasked_is_unpacked_as_far_as_is_wanted():
    plain = bytes(range(256)) * 1_000

    assert await say_zipped(gzip.compress(plain), max_bytes=256_000) == plain
    assert await say_zipped(gzip.compress(b"")) == await say_zipped(b"") == b""
    with pytest.raises(errors.TooLarge):
        await say_zipped(gzip.compress(plain), max_bytes=255_999)


async def test_what_grows_a_thousand_times_is_left_before_it_does():
    bomb = gzip.compress(bytes(200_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(errors.TooLarge):
            await say_zipped(bomb, max_bytes=1_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4_000_000


@pytest.mark.parametrize(
    "body", [b"no gzip", gzip.compress(b"x" * 1_000)[:-9]], ids=["none", "cut off"]
)
async def test_what_is_no_whole_gzip_is_broken_off(body):
    with pytest.raises(errors.BrokenOff):
        await say_zipped(body)


@pytest.mark.parametrize("encoding", [b"deflate", b"br", b"identity, gzip", b"x"])
async def test_what_is_compressed_otherwise_is_not_read(encoding):
    bomb = gzip.compress(bytes(10_000_000))
    async with stranger(saying(OK + b"Content-Encoding: " + encoding + b"\r\n\r\n" + bomb)) as it:
        with pytest.raises(errors.NotPlain):
            await ask_for(it.url)


async def test_the_beginning_of_a_long_explanation_is_enough():
    async with (
        stranger(ENDLESS) as server,
        open_answer(HUB, Request("GET", server.url, {}), seconds=5) as answer,
    ):
        assert await answer.read_start(100) == b"x" * 100


async def test_an_answer_that_is_left_costs_its_connection_and_no_more():
    async with stranger(ENDLESS) as server:
        async with open_answer(HUB, Request("GET", server.url, {}), seconds=5):
            pass
        async with asyncio.timeout(5):
            await server.is_alone.wait()


async def test_nobody_waits_for_the_end_of_an_answer_whose_connection_is_used_again():
    is_left = asyncio.Event()

    async def end_when_left(reader, writer):
        writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
        await is_left.wait()
        writer.write(b"0\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 0\r\n\r\n")

    async with stranger(end_when_left) as server:
        async with open_answer(HUB, Request("GET", server.url, {}), seconds=5) as answer:
            pieces = answer.pieces(100)
            assert await anext(pieces) == b"x"
            answer.ends_soon(pieces)
        is_left.set()
        while any(pool.taken for pool in pools_in_use()):  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0)
        await ask_for(server.url)

    assert len(server.heads) == 1


async def test_an_answer_that_does_not_end_as_soon_as_was_said_costs_its_connection():
    async with stranger(ENDLESS) as server:
        async with open_answer(HUB, Request("GET", server.url, {}), seconds=5) as answer:
            pieces = answer.pieces(10**12)
            await anext(pieces)
            answer.ends_soon(pieces)
        async with asyncio.timeout(5):
            await server.is_alone.wait()


@pytest.mark.parametrize("url", ["http://[", "ftp://127.0.0.1/", "nonsense", ""])
async def test_what_is_no_url_is_said_to_be_none(url):
    with pytest.raises(errors.NotAUrl):
        await ask_for(url)


async def test_nobody_there_is_told_from_an_answer_that_was_lost():
    with pytest.raises(errors.NotReached):
        await ask_for("http://127.0.0.1:9/")


async def test_a_body_comes_in_slices_of_the_size_that_the_reader_takes():
    async with (
        stranger(saying(OK + b"\r\n" + b"x" * 100_000)) as server,
        open_answer(HUB, Request("GET", server.url, {}), seconds=5) as answer,
    ):
        slices = [len(piece) async for piece in answer.pieces(200_000, at_a_time=8_000)]

    assert sum(slices) == 100_000
    assert max(slices) <= 8_000
