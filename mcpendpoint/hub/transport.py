"""Sends one request to a Hugging Face service: hosts, deadline, retry, redirects, size limit.

The token goes to the configured services and nowhere else.
"""

import asyncio
import logging
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from weakref import WeakKeyDictionary

import httpx
from django.conf import settings

from accounts.outgoing import http_client
from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubError,
    HubTokenRefused,
    HubUnavailable,
    error_from_answer,
)

logger = logging.getLogger(__name__)

MAX_CONCURRENT_REQUESTS = 64
MAX_REDIRECTS = 3
MAX_ERROR_BYTES = 64_000
DEADLINE_IN_TIMEOUTS = 1.5
MIN_ATTEMPT_SECONDS = 0.2
RETRY_PAUSE_SECONDS = 0.2
_SENDABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,20000}")

Params = Sequence[tuple[str, str]]

_slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True)
class Answer:
    status: int
    """2xx, or 304 when a validator was sent."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    url: str


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


async def get(
    url: str,
    *,
    token: str | None,
    headers: Mapping[str, str],
    max_bytes: int,
) -> Answer:
    """Ask one of the configured services, a second time if it makes sense and time is left.

    Raises HubError.
    """
    if origin_of(url) not in {
        origin_of(settings.HF_ENDPOINT),
        origin_of(settings.HF_DATASETS_SERVER),
    }:
        raise HubBadAnswer("The Hub pointed to another host, which is not followed.")
    if token is not None and not _SENDABLE_TOKEN.fullmatch(token):
        raise HubTokenRefused("The token holds characters that no Hugging Face token has.")
    if token is not None:
        headers = {**headers, "Authorization": f"Bearer {token}"}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + settings.HF_TIMEOUT_SECONDS * DEADLINE_IN_TIMEOUTS
    try:
        return await _attempt(url, headers, max_bytes, deadline)
    except HubError as error:
        pause = _pause_before_retry(error, deadline - loop.time())
        if pause is None:
            raise
    await asyncio.sleep(pause)
    return await _attempt(url, headers, max_bytes, deadline)


def _pause_before_retry(error: HubError, seconds_left: float) -> float | None:
    """Return how long to wait before a second try, None if there should be none."""
    if not error.is_retryable:
        return None
    pause = float(error.retry_after_seconds or 0)
    if error.retry_after_seconds is None:
        pause = RETRY_PAUSE_SECONDS * (1 + random.random())  # noqa: S311  jitter, not a secret
    return pause if pause + MIN_ATTEMPT_SECONDS < seconds_left else None


async def _attempt(url: str, headers: Mapping[str, str], max_bytes: int, deadline: float) -> Answer:
    loop = asyncio.get_running_loop()
    seconds = min(settings.HF_TIMEOUT_SECONDS, deadline - loop.time())
    slots = _slots.setdefault(loop, asyncio.Semaphore(MAX_CONCURRENT_REQUESTS))
    try:
        async with asyncio.timeout(seconds), slots:
            return await _follow(url, headers, max_bytes)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise HubUnavailable("Hugging Face did not answer in time.") from error
    except httpx.HTTPError as error:
        raise HubUnavailable("Hugging Face could not be reached.") from error
    except httpx.InvalidURL as error:
        raise HubBadAnswer("The Hub pointed to something that is no URL.") from error


async def _follow(url: str, headers: Mapping[str, str], max_bytes: int) -> Answer:
    """Follow redirects, such as those of a renamed repository, within the same origin only."""
    origin = origin_of(url)
    for _ in range(MAX_REDIRECTS + 1):
        answer = await _exchange(url, headers, max_bytes)
        if answer.status not in (301, 302, 303, 307, 308):
            return answer
        url = urljoin(url, answer.headers.get("location", ""))
        if origin_of(url) != origin:
            raise HubBadAnswer("The Hub redirected to another host, which is not followed.")
    raise HubBadAnswer("The Hub redirected too often.")


async def _exchange(url: str, headers: Mapping[str, str], max_bytes: int) -> Answer:
    client = http_client()
    request = client.build_request("GET", url, headers=dict(headers))
    response = await client.send(request, stream=True)
    try:
        names = {name.lower(): value for name, value in response.headers.items()}
        if response.is_redirect or response.status_code == 304:
            return Answer(response.status_code, names, b"", url)
        if not response.is_success:
            body = await _read(response, MAX_ERROR_BYTES)
            raise error_from_answer(
                response.status_code,
                names,
                body[:MAX_ERROR_BYTES],
                has_token="Authorization" in headers,
            )
        body = await _read(response, max_bytes)
        if len(body) > max_bytes:
            raise HubBadAnswer(f"The answer is larger than {max_bytes:,} bytes.")
        return Answer(response.status_code, names, body, url)
    finally:
        await response.aclose()


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    """Read until there is more than `max_bytes`, and no further."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            break
    return bytes(body)
