"""Failures as JSON-RPC errors, for what has no result that could tell of one."""

from typing import Any

from mcp import MCPError
from mcp_types import INVALID_PARAMS

from accounts.database import RETRY_AFTER_SECONDS
from mcpendpoint.protocol.messages import UNAVAILABLE
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError


def database_unavailable() -> ToolError:
    return ToolError(
        "This server cannot reach its database right now. Try again soon.",
        is_retryable=True,
        retry_after_seconds=RETRY_AFTER_SECONDS,
        reason=Reason.UNAVAILABLE,
    )


class NotFound(MCPError):
    """What was asked for is not there, or not for this caller."""

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(INVALID_PARAMS, message, data)


def error_of(error: ToolError) -> MCPError:
    """Return what can be had later as such, and anything else as the caller's to mend."""
    if error.is_retryable:
        return unavailable(str(error), error.retry_after_seconds)
    return MCPError(code=INVALID_PARAMS, message=str(error))


def unavailable(
    message: str, retry_after_seconds: int | None = None, *, is_retryable: bool = True
) -> MCPError:
    data: dict[str, object] = {"retryable": is_retryable}
    if retry_after_seconds is not None:
        data["retryAfterSeconds"] = retry_after_seconds
    return MCPError(code=UNAVAILABLE, message=message, data=data)
