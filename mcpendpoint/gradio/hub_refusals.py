"""Why the Hub does not say where a Space is, and what to do about it. Pure: no I/O."""

from mcpendpoint.gradio.errors import SpaceBusy, SpaceError, SpaceGone, SpaceNotFound
from mcpendpoint.hub.errors import (
    HubBusy,
    HubError,
    HubForbidden,
    HubNotFound,
    HubNotSignedIn,
    HubRateLimited,
    HubTokenRefused,
)
from mcpendpoint.protocol.records import Reason


def explain_refusal(space_id: str, error: HubError, token: str | None) -> SpaceError:
    if isinstance(error, HubBusy):
        return SpaceBusy(
            error.message, is_retryable=True, retry_after_seconds=error.retry_after_seconds
        )
    if token is None and isinstance(error, HubNotFound | HubNotSignedIn | HubForbidden):
        return _kind_of(error)(
            f"The Space {space_id} does not exist, or is private and needs a sign-in.",
            may_need_token=True,
        )
    if token is None and isinstance(error, HubRateLimited):
        return SpaceError(
            "The Hub answers no more questions of this server for now. Try again in some minutes, "
            "or sign in.",
            is_retryable=True,
            retry_after_seconds=error.retry_after_seconds,
            may_need_token=True,
            reason=Reason.HUB_DOWN,
        )
    if isinstance(error, HubNotFound | HubForbidden):
        return _kind_of(error)(
            f"The Space {space_id} does not exist, or this account may not see it, as when it was "
            "made private or renamed. Check the name, and that the token may read this repository."
        )
    if isinstance(error, HubTokenRefused):
        return SpaceGone(
            f"Hugging Face refused the token, so the Space {space_id} cannot be looked up. "
            "Sign in again.",
            reason=Reason.BAD_CREDENTIAL,
        )
    return SpaceError(
        f"The Hub could not say where the Space {space_id} is: {error.message}",
        is_retryable=error.is_retryable,
        retry_after_seconds=error.retry_after_seconds,
    )


def _kind_of(error: HubError) -> type[SpaceGone]:
    # 403 is said of what is there.
    return SpaceGone if isinstance(error, HubForbidden) else SpaceNotFound
