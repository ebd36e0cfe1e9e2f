"""Where a Space is and which tools it has, remembered.

What anybody may see is asked for as nobody and shared. Only what the Hub refuses to nobody is asked
for with the caller's token, and remembered for that token alone, also where it is shared with other
processes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TypeVar

import orjson
from django.conf import settings

from accounts.caching import BoundedCache, approximate_bytes
from accounts.outgoing.errors import Busy, OutgoingError, TooLarge, TooSlow, UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.api_discovery import NoApi, fetch_api
from mcpendpoint.gradio.api_schema import parse_api
from mcpendpoint.gradio.argument_checks import checks_arguments
from mcpendpoint.gradio.endpoint_lists import add_endpoint_lists
from mcpendpoint.gradio.errors import SpaceError, SpaceGone, busy
from mcpendpoint.gradio.exchange import UnknownAnswer
from mcpendpoint.gradio.freshness import FreshnessCache, Loaded, Others, Remembered
from mcpendpoint.gradio.hub_refusals import explain_refusal
from mcpendpoint.gradio.schema import NotASchema, SpaceSchema, parse_schema
from mcpendpoint.gradio.states import RUNNING, explain_state
from mcpendpoint.gradio.tool_facts import add_facts, fetch_functions
from mcpendpoint.gradio.transport import ask_space, space_url, token_header
from mcpendpoint.hub.answers import weight_of
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.hub.spaces import get_space_now
from mcpendpoint.hub.types import Space
from mcpendpoint.protocol.records import Reason

Fetched = TypeVar("Fetched")

INFO_SECONDS = 5.0
SCHEMA_SECONDS = 7.5
FRESH_SECONDS = 300.0
FAILURE_SECONDS = 30.0
STALE_SECONDS = 86_400.0
PATIENCE_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 2.0
LOGIN_CHECK_SECONDS = 2.0
MAX_SCHEMA_BYTES = 1_000_000
MAX_BYTES_ON_THE_LOOP = 30_000
MAX_SCHEMAS_WEIGHT = 32_000_000
MAX_INFOS_WEIGHT = 4_000_000

LISTED, CHECKS, API = b" ", b"!", b"~"
"""Before a schema that is stored: it is of MCP; the Space's server checks arguments as well; it is
what `api_schema` made of Gradio's own API.
"""

Key = tuple[str, str]
"""The Space's id in lower case; the digest of the token it was seen with, "" as nobody."""


@dataclass(frozen=True)
class SpaceInfo:
    space_id: str
    url: str
    """Where it is reached, without a trailing slash."""
    page: str
    """Its page on the Hub."""
    is_private: bool
    stage: str
    hub_id: str = ""
    """The Hub's own id of it, which stays when its name does not; "" where that is not known."""

    @property
    def problem(self) -> SpaceError | None:
        return explain_state(self.space_id, self.stage, self.page)


_infos: FreshnessCache[Key, SpaceInfo] = FreshnessCache(
    stale_seconds=STALE_SECONDS, failure_seconds=FAILURE_SECONDS, max_weight=MAX_INFOS_WEIGHT
)
_schemas: FreshnessCache[Key, SpaceSchema] = FreshnessCache(
    stale_seconds=STALE_SECONDS, failure_seconds=FAILURE_SECONDS, max_weight=MAX_SCHEMAS_WEIGHT
)


_looked_again: BoundedCache[Key, float] = BoundedCache(max_bytes=1_000_000)


def share_with(infos: Others[Key, SpaceInfo], schemas: Others[Key, SpaceSchema]) -> None:
    """From now on tell other processes what is found out, and ask them first."""
    _infos.others, _schemas.others = infos, schemas


def forget_spaces() -> None:
    """Drop all that is remembered, of every caller."""
    _looked_again.clear()
    _infos.clear()
    _schemas.clear()


def forget_seen(key: Key) -> None:
    """Drop what was seen of one Space with one token."""
    _infos.forget(key)
    _schemas.forget(key)


def look_again(space_id: str, token: str | None, *, others_will_do: bool = False) -> None:
    """Load again when this Space is next looked up; see FreshnessCache."""
    for key in (_key(space_id, None), _key(space_id, token)):
        _infos.retry(key, others_will_do=others_will_do)
        _schemas.retry(key, others_will_do=others_will_do)


def look_again_after_failure(space_id: str, token: str | None) -> bool:
    """Do so, unless that was done a moment ago; return whether."""
    key = _key(space_id, token)
    now = time.monotonic()
    if now < (_looked_again.get(key) or 0.0) + LOOK_AGAIN_SECONDS:
        return False
    _looked_again.put(key, now, size_bytes=approximate_bytes(key))
    look_again(space_id, token)
    return True


async def find_space(
    space_id: str,
    *,
    is_private: bool,
    token: str | None,
    read_timeout_seconds: float | None = None,
    known_will_do: bool = False,
) -> Remembered[SpaceInfo]:
    """Return where a Space is and what state it is in, as far as this caller may know.

    Raises SpaceError. `is_private` only saves the attempt to see it as nobody; what else there is
    to say of how long is waited, FreshnessCache says.
    """
    if not is_space_id(space_id):
        raise SpaceGone(f"“{space_id[:100]}” is not the id of a Space, which is owner/name.")

    async def ask(asking: str | None) -> Remembered[SpaceInfo]:
        return await _infos.get(
            _key(space_id, asking),
            lambda: _load_info(space_id, asking),
            read_timeout_seconds=read_timeout_seconds,
            known_will_do=known_will_do,
        )

    if is_private and token is not None:
        return await ask(token)
    try:
        return await ask(None)
    except SpaceError as error:
        if token is None or not error.may_need_token:
            raise
    return await ask(token)


async def find_tools(
    info: SpaceInfo,
    token: str | None,
    *,
    read_timeout_seconds: float | None = PATIENCE_SECONDS,
    known_will_do: bool = False,
) -> Remembered[SpaceSchema]:
    """Return the tools of a Space, those it had when it last ran if it does not now.

    Raises SpaceError.
    """
    asking = token if info.is_private else None
    return await _schemas.get(
        _key(info.space_id, asking),
        lambda: _load_schema(info, asking),
        read_timeout_seconds=read_timeout_seconds,
        known_will_do=known_will_do,
    )


def _key(space_id: str, token: str | None) -> Key:
    digest = sha256(token.encode("utf-8", "replace")).hexdigest() if token else ""
    return space_id.lower(), digest


async def _load_info(space_id: str, token: str | None) -> Loaded[SpaceInfo]:
    page = f"{settings.HF_ENDPOINT}/spaces/{space_id}"
    try:
        async with asyncio.timeout(INFO_SECONDS):
            space = await get_space_now(HubClient(token), space_id)
    except TimeoutError as error:
        raise SpaceError(
            f"The Hub did not say in time where the Space {space_id} is. Try again soon.",
            is_retryable=True,
            reason=Reason.HUB_DOWN,
        ) from error
    except HubError as error:
        raise explain_refusal(space_id, error, token) from error
    info = _info_of(space, page)
    if info.is_private and token is None:
        raise SpaceGone(f"The Space {space_id} is private.", may_need_token=True)
    return loaded_info(info)


def loaded_info(info: SpaceInfo) -> Loaded[SpaceInfo]:
    seconds = FRESH_SECONDS if info.stage in RUNNING else FAILURE_SECONDS
    return Loaded(info, seconds, weight=2_000, source=orjson.dumps(asdict(info)))


def _info_of(space: Space, page: str) -> SpaceInfo:
    if space.sdk != "gradio":
        raise SpaceGone(f"{space.id} is not a Gradio Space, so it has no tools.")
    if space.disabled or not space.subdomain:
        raise SpaceError(f"The Space {space.id} cannot be reached. See {page}")
    return SpaceInfo(
        space_id=space.id,
        url=space_url(space.subdomain),
        page=page,
        is_private=space.private,
        stage=space.stage or "",
        hub_id=space.hub_id or "",
    )


async def _load_schema(info: SpaceInfo, token: str | None) -> Loaded[SpaceSchema]:
    if info.problem is not None:
        # Asking would wake a sleeping Space, which a mere list is no reason for.
        raise info.problem
    mark, body = await _within(SCHEMA_SECONDS, info, lambda: _fetch_schema(info, token))
    schema = await _read(info, mark, body)
    if schema.has_resources:
        alone = body
        body = await _within(
            SCHEMA_SECONDS, info, lambda: add_endpoint_lists(alone, info.url, token)
        )
        schema = await _read(info, mark, body)
    if mark == LISTED and schema.has_uncheckable:
        mark = CHECKS if await checks_arguments(info.url, token_header(token)) else LISTED
    return loaded_schema(mark, body, schema)


async def _read(info: SpaceInfo, mark: bytes, body: bytes) -> SpaceSchema:
    try:
        return await read_schema(mark, body)
    except (UnreadableJson, NotASchema) as error:
        raise SpaceError(
            f"The Space {info.space_id} describes its tools in a form that is not known. "
            "Its owner should update Gradio."
        ) from error


async def read_schema(mark: bytes, body: bytes) -> SpaceSchema:
    """Raises UnreadableJson and NotASchema."""
    parse = parse_api if mark == API else parse_schema
    if len(body) > MAX_BYTES_ON_THE_LOOP:
        return await asyncio.to_thread(lambda: parse(parse_json(body)))
    return parse(parse_json(body))


def loaded_schema(mark: bytes, body: bytes, schema: SpaceSchema) -> Loaded[SpaceSchema]:
    if mark == CHECKS:
        schema = schema.without_uncheckable()
    weight = weight_of(body) + schema.weight
    return Loaded(schema, FRESH_SECONDS, weight, source=mark + body)


async def _within(
    seconds: float, info: SpaceInfo, fetch: Callable[[], Awaitable[Fetched]]
) -> Fetched:
    try:
        async with asyncio.timeout(seconds):
            return await fetch()
    except (TimeoutError, TooSlow) as error:
        raise SpaceError(
            f"The Space {info.space_id} did not say in time which tools it has. Try again soon.",
            is_retryable=True,
            reason=Reason.SPACE_ERROR,
        ) from error
    except Busy as error:
        raise busy(info.space_id, error) from error
    except TooLarge as error:
        raise SpaceError(
            f"The Space {info.space_id} describes its tools at too great length."
        ) from error
    except UnknownAnswer as error:
        raise SpaceError(
            f"The Space {info.space_id} does not say what it has beside tools: {error}. Try again "
            f"soon; see {info.page}",
            is_retryable=True,
        ) from error
    except OutgoingError as error:
        raise SpaceError(
            f"The Space {info.space_id} could not be reached. Try again soon; see {info.page}",
            is_retryable=True,
        ) from error


async def _fetch_schema(info: SpaceInfo, token: str | None) -> tuple[bytes, bytes]:
    """Return what the Space says of its tools, and before it which way it says so."""
    headers = token_header(token)
    url = f"{info.url}/gradio_api/mcp/schema"
    async with ask_space("GET", url, headers, seconds=SCHEMA_SECONDS) as answer:
        if answer.status not in (200, 404):
            raise _explain_schema_status(info, answer.status)
        body = await answer.read(MAX_SCHEMA_BYTES) if answer.status == 200 else None
    found, asks_for_login = await asyncio.gather(
        _fetch_api(info, token) if body is None else _with_facts(info, token, body),
        _asks_for_login(info) if token is None else asyncio.sleep(0, result=False),
    )
    if asks_for_login:
        raise _needs_login(info, "its app is started with auth=")
    return API if body is None else LISTED, found


async def _with_facts(info: SpaceInfo, token: str | None, body: bytes) -> bytes:
    return await add_facts(body, await fetch_functions(info.url, token_header(token)))


async def _fetch_api(info: SpaceInfo, token: str | None) -> bytes:
    try:
        return await fetch_api(info.url, token_header(token))
    except NoApi as error:
        if error.status != 404:
            raise _explain_schema_status(info, error.status) from error
        raise SpaceError(
            f"The Space {info.space_id} offers no tools: its app is not started with "
            "mcp_server=True, and it has no API of Gradio 5 or later."
        ) from error


async def _asks_for_login(info: SpaceInfo) -> bool:
    """Say whether Gradio's `auth=` is used: it tells everybody of tools then, and runs none."""
    url = f"{info.url}/gradio_api/login_check"
    with suppress(OutgoingError):
        async with ask_space("GET", url, {}, seconds=LOGIN_CHECK_SECONDS) as answer:
            return answer.status == 401
    return False


def _needs_login(info: SpaceInfo, why: str) -> SpaceError:
    return SpaceError(
        f"The Space {info.space_id} asks for a sign-in of its own ({why}), so its tools cannot be "
        f"used from here. Only its owner can change that; see {info.page}"
    )


def _explain_schema_status(info: SpaceInfo, status: int) -> SpaceError:
    name = f"The Space {info.space_id}"
    if status in (401, 403) or 300 <= status < 400:
        return _needs_login(info, f"HTTP status {status}")
    if status in (429, 500) or status > 500:
        return SpaceError(
            f"{name} answered HTTP status {status} when asked for its tools. Try again soon; see "
            f"{info.page}",
            is_retryable=True,
        )
    return SpaceError(
        f"{name} refuses to tell its tools (HTTP status {status}). See {info.page}",
    )
