"""Sends a request and reads its answer, within bounds: `ask` for all of it, `open_answer` for more.

Responses are untrusted. All that is done with them, from waiting for a place in the pool to
the last byte, is over after `seconds`; an answer is read up to a size,
that of what it unpacks to.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from asgiref.sync import async_to_sync
from opentelemetry.trace import Span

from accounts import tracing
from accounts.behind import run_behind
from accounts.caching import remember_short
from accounts.outgoing.budgets import take_from_budget
from accounts.outgoing.callers import current_caller
from accounts.outgoing.errors import (
    BrokenOff,
    Busy,
    NotAUrl,
    NotReached,
    OutgoingError,
    Share,
    Silent,
    TooLarge,
    TooSlow,
)
from accounts.outgoing.hub_routes import OTHER, route_of
from accounts.outgoing.pools import (
    CONNECT_SECONDS,
    HUB,
    SPACES,
    STREAMS,
    Pool,
    client_of,
    new_client,
    places_of,
)
from accounts.outgoing.shares import RETRY_AFTER_SECONDS
from accounts.outgoing.unpacking import unpacker_of
from accounts.outgoing.watching import Asked, tell

FREE_PIECES = 2_000
MIN_PIECE_BYTES = 64
"""Of those beyond FREE_PIECES, in the mean: smaller ones cost time, not memory."""
PIECES_AT_A_TIME = 50
BYTES_AT_A_TIME = 65_536
"""After so many, others get their turn; pieces that have come already are read without waiting."""
REST_SECONDS = 0.2
"""How long an answer of which all that matters has come may take to end."""

OF_THE_HUB = frozenset({HUB, STREAMS})
TRACED_ONWARD = OF_THE_HUB | {SPACES}
"""Those that are told which trace a request is of; files come from anywhere."""


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | AsyncIterable[bytes] | None = None
    target: str = ""
    """Whose share it counts for; "" for the URL's host."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class OpenAnswer:
    """An answer whose body has not been read. Reading raises OutgoingError."""

    def __init__(self, response: httpx2.Response, deadline: float) -> None:
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self.rest: AsyncIterator[bytes] | None = None
        self._response = response
        self._deadline = deadline

    def ends_soon(self, rest: AsyncIterator[bytes]) -> None:
        """Let the rest of the pieces come after this answer was left, and nobody wait for them.

        A connection can be used again once its answer has ended.
        """
        self.rest = rest

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    async def read(self, max_bytes: int) -> bytes:
        """Return the whole body. Raises TooLarge."""
        return b"".join([piece async for piece in self.pieces(max_bytes)])

    async def read_start(self, max_bytes: int) -> bytes:
        """Return the beginning of a body, as much as is wanted."""
        body = b""
        with suppress(TooLarge):
            async for piece in self.pieces(max_bytes):
                body += piece
        return body

    async def read_explanation(self, max_bytes: int) -> bytes:
        """Return the beginning of what comes with an error, as far as it can be read."""
        with suppress(OutgoingError):
            return await self.read_start(max_bytes)
        return b""

    async def pieces(
        self, max_bytes: int, *, at_a_time: int = BYTES_AT_A_TIME
    ) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raises TooLarge after as much as was wanted.

        Others get their turn after `at_a_time` bytes, for whoever has work with each line.
        """
        unpacker = unpacker_of(self.headers.get("content-encoding", ""))
        raw = self._response.aiter_raw()
        size = count = unheard = 0
        while (piece := await self._next(raw)) is not None:
            for part in _slices(unpacker.parts(piece), at_a_time):
                size, count, unheard = size + len(part), count + 1, unheard + len(part)
                if size > max_bytes or count > FREE_PIECES + max_bytes // MIN_PIECE_BYTES:
                    yield part[: len(part) - max(size - max_bytes, 0)]
                    raise TooLarge(f"The answer is larger than {max_bytes:,} bytes.")
                yield part
                if count % PIECES_AT_A_TIME == 0 or unheard >= at_a_time:
                    unheard = 0
                    await self._let_others_run()
        unpacker.finish()

    async def _let_others_run(self) -> None:
        await asyncio.sleep(0)
        if asyncio.get_running_loop().time() > self._deadline:
            raise TooSlow("The answer took too long.")

    async def _next(self, raw: AsyncIterator[bytes]) -> bytes | None:
        with _told_apart():
            async with asyncio.timeout_at(self._deadline):
                return await anext(raw, None)


def _slices(parts: Iterator[bytes], size: int) -> Iterator[bytes]:
    for part in parts:
        if len(part) <= size:
            yield part
        else:
            yield from (part[start : start + size] for start in range(0, len(part), size))


@asynccontextmanager
async def open_answer(
    pool: Pool, request: Request, *, seconds: float, silence_seconds: float | None = None
) -> AsyncIterator[OpenAnswer]:
    """Send a request; leaving the context ends what still comes. Raises OutgoingError.

    The server may say nothing for `silence_seconds` on end, when that is less than `seconds`.
    """
    async with _open(client_of(pool), pool, request, seconds, silence_seconds) as answer:
        yield answer


async def ask(pool: Pool, request: Request, *, max_bytes: int, seconds: float) -> Answer:
    """Return a whole answer. Raises OutgoingError."""
    async with open_answer(pool, request, seconds=seconds) as answer:
        return Answer(answer.status, answer.headers, await answer.read(max_bytes))


def ask_sync(pool: Pool, request: Request, *, max_bytes: int, seconds: float) -> Answer:
    """Return a whole answer, to a thread that runs no event loop. Raises OutgoingError."""

    async def ask_with_own_client() -> Answer:
        # The loop may be one for this call alone, which must leave no connection behind.
        async with (
            new_client(pool) as client,
            _open(client, pool, request, seconds, None) as answer,
        ):
            return Answer(answer.status, answer.headers, await answer.read(max_bytes))

    return async_to_sync(ask_with_own_client)()


@asynccontextmanager
async def _open(
    client: httpx2.AsyncClient,
    pool: Pool,
    request: Request,
    seconds: float,
    silence_seconds: float | None,
) -> AsyncIterator[OpenAnswer]:
    began = asyncio.get_running_loop().time()
    deadline = began + seconds
    target = request.target or _host_of(request.url)
    if pool.network is not None:
        pool.network.check_url(request.url)
    take_from_budget()
    route = _route_of(pool, request.url)
    with _traced(pool, request, route) as span:
        async with AsyncExitStack() as held:
            places = places_of(pool)
            await held.enter_async_context(places.take(current_caller(), target, deadline=deadline))
            with _told_of(pool, route, began), _told_apart():
                headers = dict(request.headers)
                if pool in TRACED_ONWARD:
                    headers.update(tracing.headers_for(span))
                outgoing = client.build_request(
                    request.method,
                    _read_url(request.url),
                    headers=headers,
                    content=request.body,
                    timeout=httpx2.Timeout(silence_seconds, connect=CONNECT_SECONDS),
                )
                async with asyncio.timeout_at(deadline):
                    response = await client.send(outgoing, stream=True)
            held.push_async_callback(response.aclose)
            seconds = asyncio.get_running_loop().time() - began
            tell(Asked(pool.name, route, response.status_code, seconds))
            span.set_attribute("http.response.status_code", response.status_code)
            answer = OpenAnswer(response, deadline)
            yield answer
            if answer.rest is not None:
                run_behind(_let_end(answer.rest, held.pop_all()))


_read_url = remember_short(max_bytes=2_000_000, max_chars=200)(httpx2.URL)
"""Raises httpx2.InvalidURL. A Space is called at the same one each time."""


async def _let_end(rest: AsyncIterator[bytes], held: AsyncExitStack) -> None:
    async with held:
        with suppress(TimeoutError, OutgoingError):
            async with asyncio.timeout(REST_SECONDS):
                async for _ in rest:
                    pass


@contextmanager
def _traced(pool: Pool, request: Request, route: str) -> Iterator[Span]:
    """Make a span that lasts until the answer is read. Of the URL it has the route alone."""
    attributes = {"http.request.method": request.method, "hfmcp.pool": pool.name}
    if route:
        attributes["url.template"] = route
    span = tracing.begin_asking(f"{request.method} {route or pool.name}", attributes)
    try:
        yield span
    except OutgoingError as error:
        tracing.mark_failed(span, type(error).__name__)
        raise
    finally:
        span.end()


def _route_of(pool: Pool, url: str) -> str:
    if pool not in OF_THE_HUB:
        return ""
    try:
        return route_of(urlsplit(url).path)
    except ValueError:
        return OTHER


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError as error:
        raise NotAUrl("There is nothing to ask at such a URL.") from error


@contextmanager
def _told_of(pool: Pool, route: str, began: float) -> Iterator[None]:
    """Let it be counted that there was no answer."""
    try:
        yield
    except OutgoingError:
        tell(Asked(pool.name, route, 0, asyncio.get_running_loop().time() - began))
        raise


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn what the library and the deadline raise into errors of ours."""
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise NotReached("The server could not be reached.") from error
    except httpx2.PoolTimeout as error:
        raise Busy(Share.POOL, RETRY_AFTER_SECONDS) from error
    except httpx2.TimeoutException as error:
        raise Silent("The server says nothing any more.") from error
    except TimeoutError as error:
        raise TooSlow("The answer took too long.") from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise NotAUrl("There is nothing to ask at such a URL.") from error
    except httpx2.HTTPError as error:
        raise BrokenOff("The connection broke off.") from error
