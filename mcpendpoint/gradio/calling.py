"""One call of a tool at a Space: the result, or what went wrong and what to do about it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.conf import settings
from mcp_types import CallToolResult

from accounts.outgoing.errors import Busy, OutgoingError, Silent
from mcpendpoint.gradio.discovery import SpaceInfo, find_space, look_again
from mcpendpoint.gradio.errors import SpaceError, SpaceGone, busy
from mcpendpoint.gradio.exchange import Reply, UnknownAnswer
from mcpendpoint.gradio.results import NotAResult, is_heavy, read_result, replica_of
from mcpendpoint.gradio.states import ASLEEP
from mcpendpoint.gradio.transport import IDLE_SECONDS
from mcpendpoint.gradio.upstream import ReportProgress, call_upstream

MAX_REASON_CHARS = 500

# One at a time: a picture may take 160 MB while it is scaled down.
_heavy_results = ThreadPoolExecutor(max_workers=1, thread_name_prefix="results of Spaces")


async def call_tool(
    info: SpaceInfo,
    tool: str,
    arguments: dict[str, Any],
    *,
    token: str | None,
    include_images: bool,
    report_progress: ReportProgress,
) -> CallToolResult:
    """Raises SpaceError."""
    if info.problem is not None and info.stage != ASLEEP:
        raise info.problem
    # A sleeping Space is called all the same: it may have woken up since; if not, this wakes it.
    reply = await _call(info, tool, arguments, token, report_progress)
    if "error" in reply.message:
        raise SpaceError(f"The Space {info.space_id} refused the call: {_reason(reply)}")
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


async def _call(
    info: SpaceInfo,
    tool: str,
    arguments: dict[str, Any],
    token: str | None,
    report_progress: ReportProgress,
) -> Reply:
    seconds = settings.MCP_CALL_TIMEOUT_SECONDS
    try:
        async with asyncio.timeout(seconds):
            reply = await call_upstream(
                info, tool, arguments, token=token, report_progress=report_progress
            )
    except TimeoutError as error:
        raise SpaceError(
            f"The Space {info.space_id} did not finish within {seconds} seconds. Try again with "
            "less to do.",
            is_retryable=True,
        ) from error
    except Silent as error:
        raise SpaceError(
            f"The Space {info.space_id} gave no sign of life for {IDLE_SECONDS} seconds. It may "
            f"be overloaded; try again later. See {info.page}",
            is_retryable=True,
        ) from error
    except Busy as error:
        raise busy(info.space_id, error) from error
    except OutgoingError as error:
        raise await _explain_failure(info, token, "could not be reached") from error
    except UnknownAnswer as error:
        raise await _explain_failure(info, token, f"gave an unusable answer: {error}") from error
    if reply.status != 200:
        raise await _explain_status(info, token, reply)
    return reply


async def _explain_failure(info: SpaceInfo, token: str | None, what: str) -> SpaceError:
    """Say what went wrong: the reason is the Space's state if the Hub knows one."""
    problem = await _current_problem(info, token)
    return problem or SpaceError(
        f"The Space {info.space_id} {what}. It may be starting or overloaded; see {info.page}",
        is_retryable=True,
    )


async def _current_problem(info: SpaceInfo, token: str | None) -> SpaceError | None:
    look_again(info.space_id, token)
    try:
        now = await find_space(info.space_id, is_private=info.is_private, token=token)
    except SpaceGone as gone:
        return gone
    except SpaceError:
        return None
    return now.value.problem


async def _explain_status(info: SpaceInfo, token: str | None, reply: Reply) -> SpaceError:
    name = f"The Space {info.space_id}"
    status = reply.status
    if status in (401, 403):
        return SpaceError(
            f"{name} refused the call (HTTP {status}): this account may not use it. See {info.page}"
        )
    if status == 429:
        return SpaceError(
            f"{name} has had too many calls, or the account's quota is used up. {_reason(reply)} "
            "Try again later.",
            is_retryable=True,
            retry_after_seconds=_retry_after(reply),
        )
    if status == 413:
        return SpaceError(f"The arguments are too large for the Space {info.space_id}.")
    if status == 404:
        return await _current_problem(info, token) or SpaceError(
            f"{name} has no MCP endpoint any more: its app is not started with mcp_server=True."
        )
    if status >= 500:
        return await _explain_failure(info, token, f"answered HTTP status {status}")
    if 300 <= status < 400:
        return SpaceError(f"{name} redirects to another address, which is not followed.")
    return SpaceError(f"{name} refused the call (HTTP {status}). {_reason(reply)}".strip())


def _reason(reply: Reply) -> str:
    """Return the upstream's own words on one line and of a bounded length."""
    error = reply.message.get("error")
    text = error.get("message") if isinstance(error, dict) else error
    words = " ".join(text.split()) if isinstance(text, str) else ""
    return words[:MAX_REASON_CHARS]


def _retry_after(reply: Reply) -> int | None:
    value = reply.headers.get("retry-after", "")
    return min(int(value), 3600) if value.isascii() and value.isdigit() else None
