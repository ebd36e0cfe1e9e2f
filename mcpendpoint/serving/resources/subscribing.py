"""Answers resources/subscribe and resources/unsubscribe, which legacy sessions have."""

from mcp import MCPError
from mcp_types import INVALID_PARAMS, INVALID_REQUEST

from accounts.catalogue import Effect
from accounts.database import UNAVAILABLE, changes
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import bus
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.resources import subscriptions
from mcpendpoint.serving.resources.fingerprints import subject_at
from mcpendpoint.serving.resources.subscriptions import TooManySubscriptions
from mcpendpoint.serving.resources.watching import SUBSCRIBED
from mcpendpoint.serving.rpc_errors import database_unavailable, error_of
from mcpendpoint.serving.scope_checks import check_scopes
from mcpendpoint.tools.hf_fs.failures import Failure


async def subscribe(uri: str, context: RequestContext) -> None:
    """Raises MCPError."""
    session = _session_of(context)
    check_scopes("Reading resources", {Effect.READ}, context)
    try:
        subject_at(uri)
        await changes.run(subscriptions.add, session.number, _owner_of(context), uri)
    except Failure as failure:
        raise MCPError(code=INVALID_PARAMS, message=failure.plain_message) from failure
    except TooManySubscriptions as error:
        raise MCPError(code=INVALID_PARAMS, message=str(error)) from error
    except UNAVAILABLE as error:
        raise error_of(database_unavailable()) from error
    await bus.tell(SUBSCRIBED, [session.number, uri, True])


async def unsubscribe(uri: str, context: RequestContext) -> None:
    """Raises MCPError."""
    session = _session_of(context)
    try:
        await changes.run(subscriptions.remove, session.number, uri)
    except UNAVAILABLE as error:
        raise error_of(database_unavailable()) from error
    await bus.tell(SUBSCRIBED, [session.number, uri, False])


def _session_of(context: RequestContext) -> Session:
    if context.session is None:
        raise MCPError(
            code=INVALID_REQUEST,
            message="Subscriptions are of a session: send the Mcp-Session-Id that initialize gave.",
        )
    return context.session


def _owner_of(context: RequestContext) -> str:
    assert context.head is not None  # noqa: S101 - sessions are of HTTP
    return context.caller.owner_at(context.head.client_address)
