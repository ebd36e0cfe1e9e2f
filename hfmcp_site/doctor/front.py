"""What is in front of this server, found out by a request from outside to PUBLIC_URL."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.conf import settings
from pydantic import BaseModel, ValidationError

from accounts.outgoing.asking import Request, ask, open_answer
from accounts.outgoing.errors import OutgoingError, UnreadableJson
from accounts.outgoing.pools import OURSELVES
from accounts.outgoing.untrusted_json import parse_json
from hfmcp_site.doctor.arrivals import HEADER, PIECE_SECONDS, PIECES, Question, sign
from hfmcp_site.doctor.files import marked
from hfmcp_site.doctor.findings import Found, failure, ok, reason, warning

SECONDS = 10.0
MAX_BYTES = 10_000
ASKED_FOR_WORKERS = 12


class Arrival(BaseModel):
    """What the server tells: doctor.arrivals."""

    host: str
    proto: str
    hops: int
    peer: str
    client: str
    process: str
    has_mark: bool | None


@dataclass(frozen=True)
class Stranger(Exception):
    """Something else than this server answers."""

    status: int


def check_front(wait_seconds: int = 0) -> Iterator[Found]:
    """`wait_seconds`: how long an answer is to be waited for by all that is in between."""
    try:
        arrival = _ask(Question())
    except OutgoingError as error:
        yield warning(
            f"PUBLIC_URL cannot be asked from here: {reason(error)}.",
            "Start the server; check DNS, the certificate and the proxy. If this host cannot "
            "reach its own public address, run this elsewhere with the same settings.",
        )
        return
    except Stranger as stranger:
        yield failure(*_words_about(stranger))
        return
    yield ok("PUBLIC_URL leads to this server.")
    yield from check_headers(arrival)
    yield from _check_buffering()
    yield from _check_workers()
    if wait_seconds:
        yield from _check_patience(wait_seconds)


def _words_about(stranger: Stranger) -> tuple[str, str]:
    if stranger.status == 200:
        return (
            "PUBLIC_URL leads to a server with another SECRET_KEY, or to another server.",
            "Give all hosts the same SECRET_KEY, and look where the proxy passes requests on to.",
        )
    return (
        f"PUBLIC_URL leads to something that answers with {stranger.status}.",
        "Look where the proxy passes requests on to, and whether it passes /healthz on.",
    )


def check_headers(arrival: Arrival) -> Iterator[Found]:
    url = urlsplit(settings.PUBLIC_URL)
    if arrival.proto != url.scheme:
        yield failure(
            f"Requests by {url.scheme} arrive as {arrival.proto[:20]!r}: cookies and sign-in fail.",
            "Let the proxy set X-Forwarded-Proto to the scheme that it was asked by.",
        )
    if arrival.host != url.netloc:
        yield failure(
            "The proxy passes another Host on than it was asked for.",
            "Let it keep the Host: nginx needs `proxy_set_header Host $http_host`.",
        )
    if arrival.proto == url.scheme and arrival.host == url.netloc:
        yield ok("Scheme and host arrive as they were asked for.")
    yield from _check_hops(arrival)


def _check_hops(arrival: Arrival) -> Iterator[Found]:
    trusted = settings.TRUSTED_PROXIES
    if isinstance(trusted, int):
        if arrival.hops != trusted:
            yield failure(
                f"{arrival.hops} proxies say whom a request is from (X-Forwarded-For), and "
                f"TRUSTED_PROXIES is {trusted}: limits count for the wrong address.",
                f"Set TRUSTED_PROXIES to {arrival.hops}, or let each proxy add to that header.",
            )
            return
    elif arrival.hops and arrival.client == arrival.peer:
        yield failure(
            "Requests come from a proxy that is not in TRUSTED_PROXIES: everybody shares a limit.",
            "Add its address or network.",
        )
        return
    elif arrival.hops > 1 and _is_inside(arrival.client):
        yield warning(
            "The client's address is one of a private network.",
            "If that is a proxy, add it to TRUSTED_PROXIES.",
        )
    yield ok("Client addresses arrive as TRUSTED_PROXIES says.")


def _is_inside(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def _check_buffering() -> Iterator[Found]:
    try:
        until_first, until_end = async_to_sync(_time_stream)()
    except OutgoingError as error:
        yield failure(
            f"A stream breaks off: {reason(error)}.", "Let the proxy pass on text/event-stream."
        )
        return
    if until_end - until_first < PIECE_SECONDS:
        yield failure(
            "Streams are held back until they end: progress and announcements come too late.",
            "Switch buffering off in the proxy: nginx needs `proxy_buffering off`.",
        )
    else:
        yield ok(f"Streams pass piece by piece (the first after {until_first * 1_000:.0f} ms).")


async def _time_stream() -> tuple[float, float]:
    started, first = time.monotonic(), 0.0
    request = _request(Question(streams=True))
    async with open_answer(OURSELVES, request, seconds=SECONDS + PIECES) as answer:
        async for _ in answer.pieces(MAX_BYTES):
            first = first or time.monotonic() - started
    return first, time.monotonic() - started


def _check_workers() -> Iterator[Found]:
    """Ask often enough to meet several workers, if there are, whether all have the same files."""
    try:
        with _mark_in_files() as mark:
            arrivals = async_to_sync(_ask_often)(Question(mark=mark))
    except OSError:
        return  # which is said of FILES_DIRECTORY itself
    except (OutgoingError, Stranger):
        yield failure(
            "Some requests do not reach a worker with the same SECRET_KEY.",
            "Give all hosts the same secrets, and look at each one's /readyz.",
        )
        return
    processes = {arrival.process: arrival.has_mark for arrival in arrivals}
    if not mark:
        yield ok(f"All workers that were met ({len(processes)}) have the same SECRET_KEY.")
        return
    without = sum(not has_mark for has_mark in processes.values())
    if without:
        yield failure(
            f"{without} of {len(processes)} workers do not have this FILES_DIRECTORY.",
            "Let all hosts mount the same folder there, or run this where the workers run.",
        )
    else:
        yield ok(f"All workers that were met ({len(processes)}) have the same FILES_DIRECTORY.")


def _mark_in_files() -> AbstractContextManager[str]:
    """Have a file by which workers show that theirs is this folder; none is needed in a bucket."""
    return nullcontext("") if settings.FILES_S3_BUCKET else marked(settings.FILES_DIRECTORY)


async def _ask_often(question: Question) -> list[Arrival]:
    return [await _ask_now(question) for _ in range(ASKED_FOR_WORKERS)]


def _check_patience(seconds: int) -> Iterator[Found]:
    try:
        _ask(Question(silent_seconds=seconds), seconds=seconds + SECONDS)
    except (OutgoingError, Stranger):
        yield failure(
            f"An answer that takes {seconds} s is not waited for: long calls break off.",
            "Raise the proxy's timeout above MCP_CALL_TIMEOUT_SECONDS (nginx: proxy_read_timeout).",
        )
    else:
        yield ok(f"An answer that takes {seconds} s arrives.")


def _ask(question: Question, *, seconds: float = SECONDS) -> Arrival:
    return async_to_sync(_ask_now)(question, seconds)


async def _ask_now(question: Question, seconds: float = SECONDS) -> Arrival:
    async with asyncio.timeout(seconds + 1):
        answer = await ask(OURSELVES, _request(question), max_bytes=MAX_BYTES, seconds=seconds)
    try:
        document: Any = parse_json(answer.body)
        return Arrival.model_validate(document)
    except (UnreadableJson, ValidationError) as error:
        raise Stranger(answer.status) from error


def _request(question: Question) -> Request:
    return Request("GET", f"{settings.PUBLIC_URL}/healthz", {HEADER: sign(question)})
