"""The Hub as one caller sees it: typed answers, remembered for that caller only.

Everything that is asked of the Hub goes through `HubClient`; what goes wrong is a HubError.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson
from django.conf import settings

from accounts.outgoing.errors import UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.hub import downloads, streams, transport
from mcpendpoint.hub.answers import Known, weight_of
from mcpendpoint.hub.downloads import FilePart
from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubError,
    HubTokenRefused,
    HubUncertain,
)
from mcpendpoint.hub.memory import Load, Loaded, Memory
from mcpendpoint.hub.pages import Page, next_url_of
from mcpendpoint.hub.transport import HubRequest, HubResponse, Params
from mcpendpoint.hub.types import HubModelT, read

T = TypeVar("T")

MAX_JSON_BYTES = 5_000_000
MAX_TEXT_BYTES = 1_000_000
MAX_BYTES_ON_THE_LOOP = 250_000
MAX_ITEMS = 2_000
"""Of a page, which reading takes 40 ms for; the Hub's have 1 000, lists of jobs mostly fewer."""
ANSWER_SECONDS = 30.0
CHANGE_SECONDS = 30.0
ACCEPT = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.8"}


class HubClient:
    """Asks as the owner of `token`, or as nobody. Cheap to make: one for each request we serve.

    `changes` is how many changes of that person other processes have told of, `on_change` gets the
    path of what was changed.
    """

    def __init__(
        self,
        token: str | None,
        *,
        changes: int = 0,
        on_change: Callable[[str], Awaitable[None]] | None = None,
        on_refusal: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._token = token
        self._on_change = on_change
        self._on_refusal = on_refusal
        self._digest = sha256(token.encode("utf-8", "replace")).hexdigest() if token else ""
        self._memory = Memory(self._digest, changes)

    def apart(self, word: str) -> "HubClient":
        """Return one that is not told what is remembered, but for what was asked apart by this."""
        other = copy(self)
        other._memory = self._memory.apart(word)
        return other

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
        def parse(response: HubResponse) -> HubModelT:
            return read(kind, _json_of(response))

        return await self._get(_url(path, params, base), parse, kind.__name__, seconds=seconds)

    async def get_page(
        self,
        kind: type[HubModelT],
        path: str,
        params: Params = (),
        *,
        unwrap: Callable[[Any], Any] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> Page[HubModelT]:
        """Return one page of a listing, without what cannot be read.

        `unwrap` takes what is wanted out of each item, always the same for that kind.
        """

        def parse(response: HubResponse) -> Page[HubModelT]:
            items = _json_of(response)
            if not isinstance(items, list):
                raise HubBadAnswer("The Hub's answer is not a list.")
            items = items[:MAX_ITEMS]
            wanted = items if unwrap is None else [unwrap(item) for item in items]
            return Page(read_all(kind, wanted), next_url_of(response))

        url, form = _url(path, params, None), f"page of {kind.__name__}"
        return await self._get(url, parse, form, seconds=seconds)

    async def get_text(
        self, path: str, *, max_bytes: int = MAX_TEXT_BYTES, accept: str | None = None
    ) -> str:
        return await self.get_text_as(str, path, str, max_bytes=max_bytes, accept=accept)

    async def get_text_as(
        self,
        kind: type[T],
        path: str,
        parse: Callable[[str], T],
        *,
        seconds: float = ANSWER_SECONDS,
        max_bytes: int = MAX_TEXT_BYTES,
        accept: str | None = None,
    ) -> T:
        """Return what a text says, which is always parsed the same for that kind."""
        headers = {"Accept": accept} if accept else ACCEPT
        return await self._get(
            _url(path, (), None),
            lambda response: parse(_text_of(response)),
            f"text as {kind.__name__}",
            seconds=seconds,
            max_bytes=max_bytes,
            headers=headers,
        )

    async def query_json(
        self,
        path: str,
        body: Any,
        params: Params = (),
        *,
        media_type: str = "application/json",
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        """Ask what the Hub wants to be asked by POST; the answer is remembered all the same."""
        content = orjson.dumps(body)
        return await self._get(
            _url(path, params, None),
            _json_of,
            f"json for {content.decode()}",
            seconds=seconds,
            headers={"Accept": media_type, "Content-Type": media_type},
            body=content,
        )

    async def get_bytes(self, path: str, *, offset: int, length: int) -> FilePart:
        """Return a part of the file that a resolve route names."""
        url = _url(path, (), None)

        async def load(_: Known | None) -> Loaded[FilePart]:
            part = await downloads.get_part(url, token=self._token, offset=offset, length=length)
            return Loaded(part, len(part.content))

        return await self._recall(f"bytes {offset}+{length}", url, load)

    @asynccontextmanager
    async def follow(
        self, path: str, params: Params = (), *, max_bytes: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a stream of server-sent events: the data of each. See `streams.open_events`."""
        request = transport.authorized(
            HubRequest(_url(path, params, None), {}, max_bytes), self._token
        )
        try:
            async with streams.open_events(request) as events:
                yield events
        except HubTokenRefused as error:
            await self._note(error)
            raise

    async def change(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Params = (),
        content_type: str = "application/json",
        seconds: float = CHANGE_SECONDS,
    ) -> Any:
        """Have something done, once: create, update, delete. Return parsed JSON, or None.

        `body` is sent as JSON, or as it is when it is bytes. What this caller was told before is
        not told again: the next look shows the change.
        """
        content = body if isinstance(body, bytes | None) else orjson.dumps(body)
        headers = {**ACCEPT, "Content-Type": content_type} if content is not None else ACCEPT
        request = HubRequest(_url(path, params, None), headers, MAX_JSON_BYTES, method, content)
        try:
            response = await transport.send_once(request, self._token, seconds=seconds)
        except HubError as error:
            await self._note(error)
            raise
        finally:
            self._memory.note_change()
            if self._on_change is not None:
                await self._on_change(path)
        if response.body.strip() in (b"", b"OK"):
            return None
        try:
            return _json_of(response)
        except HubBadAnswer as error:
            raise HubUncertain(error.message) from error

    async def _note(self, error: HubError) -> None:
        if isinstance(error, HubTokenRefused) and self._on_refusal is not None:
            await self._on_refusal()

    async def _get(
        self,
        url: str,
        parse: Callable[[HubResponse], T],
        form: str,
        *,
        seconds: float = ANSWER_SECONDS,
        max_bytes: int = MAX_JSON_BYTES,
        headers: Mapping[str, str] = ACCEPT,
        body: bytes | None = None,
    ) -> T:
        async def load(stale: Known | None) -> Loaded[T] | None:
            validator = {} if stale is None else {"If-None-Match": stale.etag}
            method = "GET" if body is None else "POST"
            request = HubRequest(url, {**headers, **validator}, max_bytes, method, body)
            response = await transport.send_idempotent(request, self._token)
            if response.status == 304:
                return None
            etag = response.headers.get("etag", "")
            if len(response.body) > MAX_BYTES_ON_THE_LOOP:  # in steps: others get their turn
                value = await asyncio.to_thread(parse, response)
            else:
                value = parse(response)
            return Loaded(value, weight_of(response.body), etag)

        return await self._recall(form, url, load, seconds=seconds)

    async def _recall(
        self,
        form: str,
        url: str,
        load: Load[T],
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> T:
        async def ask(stale: Known | None) -> Loaded[T] | None:
            try:
                return await load(stale)
            except HubError as error:
                await self._note(error)
                raise

        return await self._memory.recall(form, url, ask, seconds=seconds)


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


def _query(params: tuple[tuple[str, str], ...]) -> str:
    return f"?{urlencode(params)}" if params else ""


def _json_of(response: HubResponse) -> Any:
    try:
        return parse_json(response.body)
    except UnreadableJson as error:
        raise HubBadAnswer(f"The Hub's answer cannot be read. {error}") from error


def _text_of(response: HubResponse) -> str:
    if "html" in response.headers.get("content-type", ""):
        raise HubBadAnswer("The Hub's answer is a page, not the text that was asked for.")
    return response.body.decode("utf-8", "replace")
