"""Answers resources/read: within its time, and with failures as each era has them."""

from mcp import MCPError
from mcp_types import INVALID_PARAMS, ReadResourceResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from accounts.catalogue import Effect
from mcpendpoint.gradio.uris import uri_there
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.deadline import within_deadline
from mcpendpoint.serving.resources.of_spaces import read_of_space
from mcpendpoint.serving.resources.reading import read
from mcpendpoint.serving.rpc_errors import error_of, unavailable
from mcpendpoint.serving.scope_checks import check_scopes
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.failures import Code, Failure

LEGACY_NOT_FOUND = -32002
"""Until 2025-11-25; since then a URI that leads nowhere is an invalid parameter like any other."""

MAX_SHOWN_CHARS = 200
_LEADS_NOWHERE = (Code.NOT_FOUND, Code.ACCESS_DENIED)
_UNAVAILABLE = (Code.RATE_LIMITED, Code.UNAVAILABLE, Code.ATTACHMENT_INTEGRITY, Code.BAD_ANSWER)


async def read_resource(
    uri: str, context: RequestContext, protocol_version: str
) -> ReadResourceResult:
    """Raises MCPError."""
    if uri_there(uri) is None:
        check_scopes("Reading resources", {Effect.READ}, context, uri=uri[:MAX_SHOWN_CHARS])
    reading = _read(uri, context, is_modern=protocol_version in MODERN_PROTOCOL_VERSIONS)
    try:
        return await within_deadline("resources/read", reading)
    except ToolError as error:
        raise error_of(error) from error


async def _read(uri: str, context: RequestContext, *, is_modern: bool) -> ReadResourceResult:
    try:
        if there := uri_there(uri):
            return await read_of_space(*there, context)
        return ReadResourceResult(contents=await read(uri, context))
    except Failure as failure:
        raise _error_of(failure, uri, is_modern=is_modern) from failure


def _error_of(failure: Failure, uri: str, *, is_modern: bool) -> MCPError:
    message = failure.plain_message
    if failure.code is Code.INVALID_ARGUMENT:
        message = f"{message.rstrip('.')}. The resource hf://README.md says which URIs there are."
    if failure.code in _UNAVAILABLE:
        return unavailable(message, failure.retry_after_seconds, is_retryable=failure.is_retryable)
    is_legacy_miss = failure.code in _LEADS_NOWHERE and not is_modern
    return MCPError(
        code=LEGACY_NOT_FOUND if is_legacy_miss else INVALID_PARAMS,
        message=message,
        data={"uri": uri[:MAX_SHOWN_CHARS], "reason": failure.code.value},
    )
