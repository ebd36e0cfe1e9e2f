"""Whose token it is, for tools that mean the caller's own when nobody is named."""

from accounts import identity
from accounts.identity import HubUnreachable, TokenRefused
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError


async def whoami(token: str, context: ToolContext) -> identity.WhoAmI:
    """Raises ToolError."""
    try:
        return await identity.whoami(token)
    except TokenRefused as error:
        await context.recheck_hub_token(token)
        raise ToolError(
            "Hugging Face refused the token: it expired or was revoked. Ask the user to "
            f"{context.directions.renew}."
        ) from error
    except HubUnreachable as error:
        raise ToolError(
            "Hugging Face could not be asked whose token this is.",
            is_retryable=True,
            retry_after_seconds=error.retry_after_seconds,
        ) from error


async def own_name(context: ToolContext) -> str:
    """Return the caller's own name on the Hub. Raises ToolError for nobody."""
    token = await context.hub_token()
    if token is None:
        raise ToolError(
            "Name whose it is, or have the user sign in: only then is anything their own. They can "
            f"{context.directions.sign_in}.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    return (await whoami(token, context)).name
