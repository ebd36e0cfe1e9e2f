"""Why something did not go well, by the exception that says so: for records, not for callers."""

from pydantic import ValidationError

from accounts.credentials import SignInNeeded
from accounts.database import UNAVAILABLE
from accounts.identity import HubUnreachable, TokenRefused
from accounts.outgoing.errors import Busy, OutgoingError, TooLarge
from mcpendpoint.files.keeping import FileRefused
from mcpendpoint.hub.errors import HubError
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hub_failures import reason_of_hub

MAX_CAUSES = 8


def reason_of(error: ToolError) -> Reason:
    """Return what the error says, or else its causes, or else what is usual for its kind."""
    if told := reason_behind(error):
        return told
    if error.usual_reason is Reason.TOOL and isinstance(error.__cause__, ValueError):
        return Reason.INVALID_ARGUMENTS  # what a tool reads by itself
    return error.usual_reason


def reason_behind(error: BaseException) -> Reason | None:
    """Return what the error says, or else the nearest of its causes that says something."""
    cause: BaseException | None = error
    for _ in range(MAX_CAUSES):
        if cause is None or (told := _told_by(cause)):
            return told if cause else None
        if isinstance(cause, OutgoingError):  # what lies below is a library's
            return None
        cause = cause.__cause__
    return None


def _told_by(error: BaseException) -> Reason | None:
    match error:
        case ToolError():
            return error.reason
        case HubError():
            return reason_of_hub(error)
        case Failure():
            return error.reason
        case HubUnreachable():
            return Reason.HUB_DOWN
        case SignInNeeded() | TokenRefused():
            return Reason.BAD_CREDENTIAL
        case Busy():
            return Reason.LIMIT
        case TooLarge():
            return Reason.TOO_LARGE
        case FileRefused():
            return Reason.TOO_LARGE if error.status == 413 else Reason.INVALID_ARGUMENTS
        case ValidationError():
            return Reason.INVALID_ARGUMENTS
        case TimeoutError():
            return Reason.TIMEOUT
    return Reason.UNAVAILABLE if isinstance(error, UNAVAILABLE) else None
