"""One call of a tool at a Space: the result, or what went wrong and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.conf import settings
from mcp_types import CallToolResult, TextContent

from accounts.outgoing.errors import Busy, NotReached, OutgoingError, Silent
from mcpendpoint.gradio.api_calling import call_api
from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.discovery import SpaceInfo, find_space, look_again_after_failure
from mcpendpoint.gradio.errors import (
    SpaceDown,
    SpaceError,
    SpaceGone,
    SpaceNotRunning,
    SpaceRefusal,
    busy,
)
from mcpendpoint.gradio.exchange import AnswerTooLarge, Reply, UnknownAnswer
from mcpendpoint.gradio.handing_over import HandOver, UploadRefused
from mcpendpoint.gradio.headers import NO_HEADERS
from mcpendpoint.gradio.outputs import returns_something
from mcpendpoint.gradio.results import NotAResult, is_heavy, read_result, replica_of
from mcpendpoint.gradio.states import ASLEEP
from mcpendpoint.gradio.transport import IDLE_SECONDS
from mcpendpoint.gradio.upstream import ReportProgress, Rising, call_upstream
from mcpendpoint.gradio.waking import COMING, seconds_to_wake, wake
from mcpendpoint.protocol.records import Reason

MAX_REASON_CHARS = 500

# One at a time: a picture may take 160 MB while it is scaled down.
_heavy_results = ThreadPoolExecutor(max_workers=1, thread_name_prefix="results of Spaces")


class _Elsewhere(Exception):
    """Nothing has begun, as the Space has moved or slept."""

    def __init__(self, info: SpaceInfo) -> None:
        super().__init__()
        self.info = info


async def call_tool(
    info: SpaceInfo,
    tool: str,
    given: dict[str, Any] | HandOver,
    *,
    token: str | None,
    given_headers: Mapping[str, str] = NO_HEADERS,
    include_images: bool,
    report_progress: ReportProgress,
    api: ApiEndpoint | None = None,
) -> CallToolResult:
    """Call it by MCP, or by Gradio's own API. Raises SpaceError."""
    report = Rising(report_progress) if report_progress is not None else None

    async def call(info: SpaceInfo) -> Reply:
        try:
            arguments = await given.to(info) if isinstance(given, HandOver) else given
        except UploadRefused as refusal:
            return refusal.reply
        if api is not None:
            return await call_api(
                info,
                api,
                arguments,
                token=token,
                given_headers=given_headers,
                include_images=include_images,
                report_progress=report,
            )
        return await call_upstream(
            info.url,
            tool,
            arguments,
            token=token,
            given_headers=given_headers,
            report_progress=report,
        )

    info, reply = await ask_when_ready(info, token, call, report)
    result = await _read(info, reply, include_images=include_images)
    if not result.content and not result.is_error:
        return await _explain_emptiness(info, tool, token)
    return result


async def ask_when_ready(
    info: SpaceInfo,
    token: str | None,
    ask: Callable[[SpaceInfo], Awaitable[Reply]],
    report: ReportProgress = None,
) -> tuple[SpaceInfo, Reply]:
    """Ask a Space something where it is and once it runs; the reply has a result.

    Raises SpaceError.
    """
    info = await _ready(info, token, report)
    with breakers.guard(info.space_id):
        info, reply = await _call_where_it_is(info, token, ask, report)
    if "error" in reply.message:
        raise SpaceRefusal(f"The Space {info.space_id} refused the call: {_reason(reply)}")
    return info, reply


async def _call_where_it_is(
    info: SpaceInfo,
    token: str | None,
    call: Callable[[SpaceInfo], Awaitable[Reply]],
    report: ReportProgress,
) -> tuple[SpaceInfo, Reply]:
    try:
        return info, await _call(info, token, call)
    except _Elsewhere as moved:
        info = await _ready(moved.info, token, report)
        try:
            return info, await _call(info, token, call)
        except _Elsewhere as again:
            raise again.info.problem or SpaceError(
                f"The Space {info.space_id} is moving. Try again soon."
            ) from again


async def _read(info: SpaceInfo, reply: Reply, *, include_images: bool) -> CallToolResult:
    result = reply.message["result"]
    read = partial(
        read_result,
        result if isinstance(result, dict) else {},
        space_url=info.url,
        replica=replica_of(reply.headers.get("x-proxied-replica", "")),
        include_images=include_images,
        max_bytes=settings.MCP_MAX_ANSWER_BYTES * 9 // 10,
    )
    try:
        if is_heavy(result):
            return await asyncio.get_running_loop().run_in_executor(_heavy_results, read)
        return read()
    except NotAResult as error:
        raise SpaceError(
            f"The Space {info.space_id} answered with something that is no result of a tool."
        ) from error


async def _explain_emptiness(info: SpaceInfo, tool: str, token: str | None) -> CallToolResult:
    """Gradio 5 now and then ends a call before its output has come, as if that was all."""
    if await returns_something(info, tool, token):
        raise SpaceError(
            f"The Space {info.space_id} worked, but its answer came back empty: it was lost on the "
            "way.",
            is_retryable=True,
        )
    return CallToolResult(content=[TextContent(text="Done. This tool returns nothing.")])


async def _ready(info: SpaceInfo, token: str | None, report: ReportProgress) -> SpaceInfo:
    """Return where the Space is now that it runs, which it is woken for. Raises SpaceError."""
    if info.problem is None:
        return info
    info = await _look_again(info, token) or info  # it may have been started since
    if info.stage in COMING:
        return await wake(info, token, seconds_to_wake(report), report)
    if info.problem is not None:
        raise info.problem
    return info


async def _call(
    info: SpaceInfo, token: str | None, call: Callable[[SpaceInfo], Awaitable[Reply]]
) -> Reply:
    seconds = settings.MCP_CALL_TIMEOUT_SECONDS
    try:
        async with asyncio.timeout(seconds):
            reply = await call(info)
    except TimeoutError as error:
        raise SpaceError(
            f"The Space {info.space_id} did not finish within {seconds} seconds. Try again with "
            "less to do.",
            is_retryable=True,
        ) from error
    except Silent as error:
        raise SpaceDown(
            f"The Space {info.space_id} gave no sign of life for {IDLE_SECONDS} seconds. It may "
            f"be overloaded; try again later. See {info.page}",
            is_retryable=True,
        ) from error
    except Busy as error:
        raise busy(info.space_id, error) from error
    except OutgoingError as error:
        has_begun = not isinstance(error, NotReached)
        await _check_place(info, token, has_begun=has_begun)
        raise SpaceDown(
            f"The Space {info.space_id} could not be reached. It may be starting or overloaded; "
            f"see {info.page}",
            is_retryable=True,
        ) from error
    except AnswerTooLarge as error:
        raise SpaceError(
            f"The answer of the Space {info.space_id} cannot be passed on: {error}. Ask it for "
            "less, such as a smaller image or fewer results.",
            reason=Reason.TOO_LARGE,
        ) from error
    except UnknownAnswer as error:
        await _check_place(info, token, has_begun=True)
        raise SpaceError(
            f"The Space {info.space_id} gave an unusable answer: {error}. If that happens again, "
            f"only its owner can mend it; see {info.page}",
            is_retryable=True,
        ) from error
    if reply.status != 200:
        raise await _explain_status(info, token, reply)
    return reply


async def _check_place(info: SpaceInfo, token: str | None, *, has_begun: bool) -> None:
    """After a failure, raise what the Hub says of the Space now, if that explains it."""
    now = await _look_again(info, token)
    if now is not None and (now.stage == ASLEEP or (now.stage in COMING and not has_begun)):
        raise _Elsewhere(now)  # it slept, so nothing has begun
    if now is not None and now.problem is not None:
        raise now.problem
    if now is not None and now.url != info.url:
        if not has_begun:
            raise _Elsewhere(now)
        raise SpaceError(
            f"The Space {info.space_id} has moved while it was asked.", is_retryable=True
        )


async def _look_again(info: SpaceInfo, token: str | None) -> SpaceInfo | None:
    """Return what the Hub says at this moment, None if it does not. Raises SpaceGone."""
    look_again_after_failure(info.space_id, token)
    try:
        now = await find_space(info.space_id, is_private=info.is_private, token=token)
    except SpaceGone:
        raise
    except SpaceError:
        return None
    return now.value


async def _explain_status(info: SpaceInfo, token: str | None, reply: Reply) -> SpaceError:
    name = f"The Space {info.space_id}"
    status = reply.status
    if status == 429:
        return SpaceNotRunning(
            f"{name} has had too many calls, or the account's quota is used up. {_reason(reply)} "
            "Try again later.",
            is_retryable=True,
            retry_after_seconds=_retry_after(reply),
        )
    if status == 413:
        return SpaceError(
            f"The arguments are too large for the Space {info.space_id}.", reason=Reason.TOO_LARGE
        )
    if status in (401, 403, 404, 405, 410) or status >= 300 and status != 400:
        # Also 503: apps and proxies say it, and a Space that is starting may have died of the call.
        await _check_place(info, token, has_begun=status >= 500)
    if status in (401, 403):
        return SpaceError(
            f"{name} refused the call (HTTP status {status}): it asks for a sign-in of its own, or "
            f"this account may not use it. See {info.page}"
        )
    if status in (404, 405, 410):
        return SpaceError(
            f"{name} has no MCP endpoint any more: its app is not started with mcp_server=True."
        )
    if status >= 500:
        return SpaceDown(
            f"{name} answered HTTP status {status}. It may be starting or overloaded; see "
            f"{info.page}",
            is_retryable=True,
        )
    if 300 <= status < 400:
        return SpaceError(
            f"{name} redirects to another address (HTTP status {status}), which is not followed; "
            "it may ask for a sign-in of its own."
        )
    return SpaceError(f"{name} refused the call (HTTP {status}). {_reason(reply)}".strip())


def _reason(reply: Reply) -> str:
    """Return the upstream's own words on one line and of a bounded length."""
    error = reply.message.get("error")
    text = error.get("message") if isinstance(error, dict) else error
    words = " ".join(text[: 10 * MAX_REASON_CHARS].split()) if isinstance(text, str) else ""
    return words[:MAX_REASON_CHARS]


def _retry_after(reply: Reply) -> int | None:
    value = reply.headers.get("retry-after", "")
    return min(int(value), 3600) if value.isascii() and value.isdigit() else None
