"""Sends one request to a Hugging Face service: hosts, deadline, retry, redirects, size limit.

`send_idempotent` is for what may be sent twice, `send_once` for what may not.

The token goes to the configured services and nowhere else.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer, Request, open_answer
from accounts.outgoing.errors import (
    BrokenOff,
    Busy,
    NotAUrl,
    NotReached,
    OutgoingError,
    Share,
    TooSlow,
)
from accounts.outgoing.pools import HUB
from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubBusy,
    HubError,
    HubTokenRefused,
    HubUnavailable,
    HubUncertain,
    error_from_answer,
)

T = TypeVar("T")

MAX_REDIRECTS = 3
MAX_ERROR_BYTES = 64_000
DEADLINE_IN_TIMEOUTS = 1.5
MIN_ATTEMPT_SECONDS = 0.2
RETRY_PAUSE_SECONDS = 0.2
REDIRECTS = (301, 302, 303, 307, 308)
REDIRECTS_THAT_KEEP_THE_METHOD = (307, 308)
GATEWAY_ERRORS = (502, 504)
_SENDABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,20000}")

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class HubRequest:
    url: str
    headers: Mapping[str, str]
    max_bytes: int
    """Of the answer."""
    method: str = "GET"
    body: bytes | None = None
    """JSON, unless the headers say otherwise."""
    timeout_seconds: float | None = None
    """How long the answer may take in all; None for as long as any other."""


@dataclass(frozen=True)
class HubResponse:
    status: int
    """2xx, or 304 when a validator was sent."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    url: str


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


async def send_idempotent(request: HubRequest, token: str | None) -> HubResponse:
    """Ask one of the configured services what changes nothing there. Raises HubError."""
    return await send_idempotent_to(authorized(request, token))


async def send_idempotent_to(request: HubRequest) -> HubResponse:
    """`send_idempotent` for a request that carries its credential already, wherever it goes."""
    return await try_with_retry(lambda: _follow(request))


async def send_once(request: HubRequest, token: str | None, *, seconds: float) -> HubResponse:
    """Have something done, once. Raises HubError: HubUncertain when it may have been done."""
    return await send_once_to(authorized(request, token), seconds=seconds)


async def send_once_to(request: HubRequest, *, seconds: float) -> HubResponse:
    """`send_once` for a request that carries its credential already, wherever it goes."""
    request = replace(request, timeout_seconds=seconds)
    try:
        return await try_once(lambda: _follow(request), seconds=seconds)
    except HubError as error:
        if was_refused(error):
            raise
        raise HubUncertain(error.message, status=error.status) from error


def was_refused(error: HubError) -> bool:
    """Whether the request was certainly not carried out."""
    match error.__cause__:
        case TimeoutError():
            return False
        case OutgoingError() as failure:
            return isinstance(failure, NotReached | Busy | NotAUrl)
        case _:
            return error.status not in GATEWAY_ERRORS


def authorized(request: HubRequest, token: str | None) -> HubRequest:
    """Add the credential, which only the configured services get. Raises HubError."""
    if origin_of(request.url) not in {
        origin_of(settings.HF_ENDPOINT),
        origin_of(settings.HF_DATASETS_SERVER),
    }:
        raise HubBadAnswer("The Hub pointed to another host, which is not followed.")
    return replace(request, headers={**request.headers, **authorization_header(token)})


def authorization_header(token: str | None) -> dict[str, str]:
    """Return the header that says who asks. Raises HubTokenRefused for what cannot be sent."""
    if token is None:
        return {}
    if not _SENDABLE_TOKEN.fullmatch(token):
        raise HubTokenRefused("The token holds characters that no Hugging Face token has.")
    return {"Authorization": f"Bearer {token}"}


async def try_once(attempt: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """Try a single time. Raises HubError."""
    return await _try(attempt, asyncio.get_running_loop().time() + seconds, seconds)


async def try_with_retry(attempt: Callable[[], Awaitable[T]], *, seconds: float | None = None) -> T:
    """Try for `seconds`, and once more if that makes sense and time is left. Raises HubError."""
    loop, seconds = asyncio.get_running_loop(), seconds or settings.HF_TIMEOUT_SECONDS
    deadline = loop.time() + seconds * DEADLINE_IN_TIMEOUTS
    try:
        return await _try(attempt, deadline, seconds)
    except HubError as error:
        pause = _pause_before_retry(error, deadline - loop.time())
        if pause is None:
            raise
    await asyncio.sleep(pause)
    return await _try(attempt, deadline, seconds)


def _pause_before_retry(error: HubError, seconds_left: float) -> float | None:
    """Return how long to wait before a second try, None if there should be none."""
    if not error.is_retryable:
        return None
    pause = float(error.retry_after_seconds or 0)
    if error.retry_after_seconds is None:
        pause = RETRY_PAUSE_SECONDS * (1 + random.random())  # noqa: S311  jitter, not a secret
    return pause if pause + MIN_ATTEMPT_SECONDS < seconds_left else None


async def _try(attempt: Callable[[], Awaitable[T]], deadline: float, max_seconds: float) -> T:
    seconds = min(max_seconds, deadline - asyncio.get_running_loop().time())
    try:
        async with asyncio.timeout(seconds):
            return await attempt()
    except TimeoutError as error:
        raise HubUnavailable("Hugging Face did not answer in time.") from error
    except OutgoingError as error:
        raise error_from_failure(error) from error


def error_from_failure(error: OutgoingError) -> HubError:
    """Return what it means that a Hugging Face service gave no answer that can be read."""
    match error:
        case Busy(share=Share.REQUEST):
            return HubBusy(
                "This call, or you in the last minute, asked Hugging Face for too much. Ask for "
                "less in one call.",
                retry_after_seconds=error.retry_after_seconds,
            )
        case Busy():
            return HubBusy(
                "Too much is being asked of Hugging Face at once.",
                retry_after_seconds=error.retry_after_seconds,
            )
        case TooSlow():
            return HubUnavailable("Hugging Face did not answer in time.")
        case NotReached():
            return HubUnavailable("Hugging Face could not be reached.")
        case BrokenOff():
            return HubUnavailable("The connection to Hugging Face broke off.")
        case NotAUrl():
            return HubBadAnswer("The Hub pointed to something that is no URL.")
        case _:
            return HubBadAnswer(str(error))


async def _follow(request: HubRequest) -> HubResponse:
    """Follow redirects, such as those of a renamed repository, within the same origin only."""
    origin = origin_of(request.url)
    followed = REDIRECTS if request.method == "GET" else REDIRECTS_THAT_KEEP_THE_METHOD
    for _ in range(MAX_REDIRECTS + 1):
        response = await _exchange(request)
        if response.status not in followed:
            return response
        url = resolve_location(response.headers.get("location", ""), request.url)
        if origin_of(url) != origin:
            raise HubBadAnswer("The Hub redirected to another host, which is not followed.")
        request = replace(request, url=url)
    raise HubBadAnswer("The Hub redirected too often.")


def resolve_location(location: str, base: str) -> str:
    """Return where a redirect leads."""
    try:
        return urljoin(base, location)
    except ValueError as error:
        raise HubBadAnswer("The Hub redirected to something that is no URL.") from error


async def _exchange(request: HubRequest) -> HubResponse:
    headers = dict(request.headers)
    if request.body is not None:
        headers.setdefault("Content-Type", "application/json")
    outgoing = Request(request.method, request.url, headers, request.body)
    seconds = max(request.timeout_seconds or 0, settings.HF_TIMEOUT_SECONDS)
    async with open_answer(HUB, outgoing, seconds=seconds) as answer:
        if answer.status in REDIRECTS or answer.status == 304:
            return HubResponse(answer.status, answer.headers, b"", request.url)
        if not answer.is_success:
            raise await error_of(answer, has_token="Authorization" in headers)
        body = await answer.read(request.max_bytes)
        return HubResponse(answer.status, answer.headers, body, request.url)


async def error_of(answer: OpenAnswer, *, has_token: bool) -> HubError:
    body = await answer.read_explanation(MAX_ERROR_BYTES)
    return error_from_answer(answer.status, answer.headers, body, has_token=has_token)
