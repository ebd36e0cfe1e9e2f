"""The Hub as one caller sees it: typed answers, remembered for that caller only.

Everything that is asked of the Hub goes through `HubClient`; what goes wrong is a HubError.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

import orjson
from django.conf import settings

from accounts.caching import SingleFlightCache
from mcpendpoint.hub import transport
from mcpendpoint.hub.answers import AnswerStore, Key
from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubError,
    HubForbidden,
    HubNotFound,
    HubNotSignedIn,
    HubRateLimited,
    HubTokenRefused,
)
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.pages import Page, next_url_of
from mcpendpoint.hub.transport import Answer, Params
from mcpendpoint.hub.types import HubModelT, Space, read

T = TypeVar("T")

MAX_JSON_BYTES = 5_000_000
MAX_TEXT_BYTES = 1_000_000
ANSWER_SECONDS = 30.0
ERROR_SECONDS = 5.0
MAX_REQUESTS_PER_CALLER = 8

SPACE_FIELDS = (
    "author",
    "cardData",
    "createdAt",
    "disabled",
    "lastModified",
    "likes",
    "private",
    "runtime",
    "sdk",
    "sha",
    "subdomain",
    "tags",
    "trendingScore",
)

_answers = AnswerStore()
_flights: SingleFlightCache[Key, Any] = SingleFlightCache(max_entries=1)


def forget_answers() -> None:
    """Drop all that is remembered, of every caller."""
    _answers.clear()
    _flights.clear()


class HubClient:
    """Asks as the owner of `token`, or as nobody. Cheap to make: one for each request we serve."""

    def __init__(self, token: str | None) -> None:
        self._token = token
        self._digest = sha256(token.encode("utf-8", "replace")).hexdigest() if token else ""
        self._slots = asyncio.Semaphore(MAX_REQUESTS_PER_CALLER)

    @property
    def has_token(self) -> bool:
        return self._token is not None

    async def get_json(
        self,
        path: str,
        params: Params = (),
        *,
        base: str | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        """Return parsed JSON, which others may be given too: do not change it."""
        return await self._get(_url(path, params, base), _json_of, "json", seconds=seconds)

    async def get_model(
        self,
        kind: type[HubModelT],
        path: str,
        params: Params = (),
        *,
        base: str | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> HubModelT:
        def parse(answer: Answer) -> HubModelT:
            return read(kind, _json_of(answer))

        return await self._get(_url(path, params, base), parse, kind.__name__, seconds=seconds)

    async def get_page(
        self, kind: type[HubModelT], path: str, params: Params = ()
    ) -> Page[HubModelT]:
        """Return one page of a listing, without what cannot be read."""

        def parse(answer: Answer) -> Page[HubModelT]:
            items = _json_of(answer)
            if not isinstance(items, list):
                raise HubBadAnswer("The Hub's answer is not a list.")
            return Page(read_all(kind, items), next_url_of(answer))

        return await self._get(_url(path, params, None), parse, f"page of {kind.__name__}")

    async def get_text(self, path: str, *, max_bytes: int = MAX_TEXT_BYTES) -> str:
        return await self._get(_url(path, (), None), _text_of, "text", max_bytes=max_bytes)

    async def space(self, space_id: str) -> Space:
        path = url_path("api", "spaces", *parse_repo_id(space_id).split("/"))
        return await self.get_model(Space, path, expand(SPACE_FIELDS))

    async def search_spaces(
        self, query: str, limit: int, *, filters: Sequence[str] = ()
    ) -> list[Space]:
        """Find Spaces by name, those that trend first."""
        params = [("search", query), ("sort", "trendingScore"), ("direction", "-1")]
        params += [("limit", str(limit)), *(("filter", value) for value in filters)]
        page = await self.get_page(Space, "/api/spaces", [*params, *expand(SPACE_FIELDS)])
        return page.items

    async def _get(
        self,
        url: str,
        parse: Callable[[Answer], T],
        form: str,
        *,
        seconds: float = ANSWER_SECONDS,
        max_bytes: int = MAX_JSON_BYTES,
    ) -> T:
        key = (self._digest, form, url)
        known = _answers.fresh(key)
        if known is not None:
            return cast(T, known.take())  # the form is part of the key

        async def load() -> tuple[T, float]:
            return await self._load(key, url, parse, seconds, max_bytes), 0

        return cast(T, await _flights.get(key, load))

    async def _load(
        self,
        key: Key,
        url: str,
        parse: Callable[[Answer], T],
        seconds: float,
        max_bytes: int,
    ) -> T:
        stale = _answers.stale(key)
        headers = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.8"}
        if stale is not None:
            headers["If-None-Match"] = stale.etag
        try:
            async with self._slots:
                answer = await transport.get(
                    url, token=self._token, headers=headers, max_bytes=max_bytes
                )
        except HubError as error:
            _answers.keep(key, error, seconds=_seconds_to_keep(error), size_bytes=0)
            raise
        if answer.status == 304 and stale is not None:
            _answers.renew(key, stale, seconds=seconds)
            return cast(T, stale.take())
        value = parse(answer)
        etag = answer.headers.get("etag", "")
        _answers.keep(key, value, seconds=seconds, size_bytes=len(answer.body), etag=etag)
        return value


def expand(fields: Sequence[str]) -> list[tuple[str, str]]:
    return [("expand", field) for field in fields]


def read_all(kind: type[HubModelT], items: Sequence[Any]) -> list[HubModelT]:
    """Read a listing, leaving out what cannot be read."""
    found = []
    for item in items:
        try:
            found.append(read(kind, item))
        except HubBadAnswer:
            continue
    return found


def _url(path: str, params: Params, base: str | None) -> str:
    return f"{base or settings.HF_ENDPOINT}{path}{_query(tuple(params))}"


@lru_cache(maxsize=1024)
def _query(params: tuple[tuple[str, str], ...]) -> str:
    return f"?{urlencode(params)}" if params else ""


def _json_of(answer: Answer) -> Any:
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise HubBadAnswer("The Hub's answer is not JSON.") from error


def _text_of(answer: Answer) -> str:
    return answer.body.decode("utf-8", "replace")


def _seconds_to_keep(error: HubError) -> float:
    """Return how long not to ask again: short, since people fix what is wrong and try again."""
    if isinstance(error, HubRateLimited):
        return min(float(error.retry_after_seconds or 1), ERROR_SECONDS)
    lasting = (HubNotFound, HubNotSignedIn, HubTokenRefused, HubForbidden)
    return ERROR_SECONDS if isinstance(error, lasting) else 0
