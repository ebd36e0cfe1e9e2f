"""What can be wrong with a Space.

ToolError
└── SpaceError       says which Space, what is wrong and what to do, to a person or an assistant
    ├── SpaceGone    it does not exist (any more), or is not for this caller to see
    │   └── SpaceNotFound  the Hub knows no such Space, as far as this caller is told
    ├── SpaceDenied  the operator of this server does not allow it
    ├── SpaceRefusal it understood the call, and did not take it
    ├── SpaceDown    it does not answer, whatever it is asked
    ├── SpaceNotRunning  it is asleep, starting, paused or out of quota
    └── SpaceBusy    too much is being asked at once: nothing was sent
"""

from accounts.outgoing.errors import Busy, Share
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError


class SpaceError(ToolError):
    usual_reason = Reason.SPACE_ERROR

    def __init__(
        self,
        message: str,
        *,
        is_retryable: bool = False,
        retry_after_seconds: int | None = None,
        may_need_token: bool = False,
        reason: Reason | None = None,
    ) -> None:
        super().__init__(
            message,
            is_retryable=is_retryable,
            retry_after_seconds=retry_after_seconds,
            reason=reason,
        )
        self.may_need_token = may_need_token
        """Asked as nobody: the owner of a token may be told more."""


class SpaceGone(SpaceError):
    """What was known of the Space must not be used any longer."""

    usual_reason = Reason.NOT_FOUND


class SpaceNotFound(SpaceGone):
    """The Hub knows no such Space, as far as this caller is told."""


class SpaceDenied(SpaceError):
    """The operator of this server does not allow it here."""


class SpaceRefusal(SpaceError):
    """The Space understood the call, and did not take it."""


class SpaceDown(SpaceError):
    """The Space does not answer, whatever it is asked."""


class SpaceNotRunning(SpaceError):
    """It is asleep, starting, paused or out of quota."""

    usual_reason = Reason.SPACE_ASLEEP


class SpaceBusy(SpaceError):
    """It says nothing about the Space, so it is not remembered."""

    usual_reason = Reason.LIMIT


def busy(space_id: str, error: Busy) -> SpaceBusy:
    words = {
        Share.CALLER: "Too many of your calls of Spaces are still going on here. Let some finish "
        "first.",
        Share.TARGET: f"The Space {space_id} has too many calls of this server to work on.",
        Share.REQUEST: "Too much has been asked of Hugging Face for you.",
        Share.POOL: "Too many Spaces are working for this server right now.",
    }
    return SpaceBusy(
        words[error.share], is_retryable=True, retry_after_seconds=error.retry_after_seconds
    )
