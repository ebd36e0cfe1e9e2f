"""Why an operation failed: a stable code, what happened, and what to do next. Pure: no I/O."""

import re
from enum import StrEnum

from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubConflict,
    HubError,
    HubForbidden,
    HubNotFound,
    HubNotSignedIn,
    HubRateLimited,
    HubRefused,
    HubTokenRefused,
    HubUnavailable,
)
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hub_failures import problem_of, reason_of_hub
from mcpendpoint.tools.markdown import count


class Code(StrEnum):
    INVALID_ARGUMENT = "HF_FS_INVALID_ARGUMENT"
    NOT_FOUND = "HF_FS_NOT_FOUND"
    NOT_A_DIRECTORY = "HF_FS_NOT_A_DIRECTORY"
    NOT_A_FILE = "HF_FS_NOT_A_FILE"
    UNSUPPORTED_OPERATION = "HF_FS_UNSUPPORTED_OPERATION"
    ACCESS_DENIED = "HF_FS_ACCESS_DENIED"
    TEXT_ONLY = "HF_FS_TEXT_ONLY"
    IMAGE_ONLY = "HF_FS_IMAGE_ONLY"
    UNSUPPORTED_MEDIA = "HF_FS_UNSUPPORTED_MEDIA"
    IMAGE_TOO_LARGE = "HF_FS_IMAGE_TOO_LARGE"
    ATTACHMENT_BUDGET_EXCEEDED = "HF_FS_ATTACHMENT_BUDGET_EXCEEDED"
    IMAGE_CONTENT_DISABLED = "HF_FS_IMAGE_CONTENT_DISABLED"
    ATTACHMENT_INTEGRITY = "HF_FS_ATTACHMENT_INTEGRITY"
    RATE_LIMITED = "HF_FS_RATE_LIMITED"
    UNAVAILABLE = "HF_FS_UNAVAILABLE"
    BAD_ANSWER = "HF_FS_BAD_ANSWER"
    INTERNAL_ERROR = "HF_FS_INTERNAL_ERROR"


_RECOVERY: dict[Code, tuple[str, str | None]] = {
    Code.INVALID_ARGUMENT: ("Correct the URI or the options; `cat hf://README.md` explains.", None),
    Code.NOT_FOUND: ("Use ls, find or search to discover what there is.", "ls"),
    Code.NOT_A_DIRECTORY: ("Use cat to read it or stat to inspect it.", "cat"),
    Code.NOT_A_FILE: ("Use ls or find to discover the URI of a file.", "ls"),
    Code.UNSUPPORTED_OPERATION: ("Use the operation or the narrower URI that is named.", None),
    Code.ACCESS_DENIED: ("Sign in with an account that has access, or ask for access.", None),
    Code.TEXT_ONLY: ("Use stat for its size, or ls on its folder.", "stat"),
    Code.IMAGE_ONLY: ("Use cat to read this text.", "cat"),
    Code.UNSUPPORTED_MEDIA: ("Only JPEG, PNG and WebP images can be attached.", "stat"),
    Code.IMAGE_TOO_LARGE: ("Use stat for its size; images are attached whole.", "stat"),
    Code.ATTACHMENT_BUDGET_EXCEEDED: ("Attach this image in a call of its own.", "attach"),
    Code.IMAGE_CONTENT_DISABLED: (
        "The user turned images off for this connection; stat gives its size.",
        "stat",
    ),
    Code.ATTACHMENT_INTEGRITY: ("Attach it again.", "attach"),
    Code.RATE_LIMITED: ("Repeat this operation later.", None),
    Code.UNAVAILABLE: ("Repeat this operation in a moment.", None),
    Code.BAD_ANSWER: ("Repeating will not help now; try another way to the same facts.", None),
    Code.INTERNAL_ERROR: ("The server has logged it; try another way to the same facts.", None),
}
_REASONS: dict[Code, Reason] = {
    Code.NOT_FOUND: Reason.NOT_FOUND,
    Code.ACCESS_DENIED: Reason.NOT_FOUND,
    Code.RATE_LIMITED: Reason.HUB_REFUSED,
    Code.UNAVAILABLE: Reason.HUB_DOWN,
    Code.ATTACHMENT_INTEGRITY: Reason.HUB_DOWN,
    Code.BAD_ANSWER: Reason.HUB_DOWN,
    Code.INTERNAL_ERROR: Reason.OUR_FAULT,
    Code.IMAGE_TOO_LARGE: Reason.TOO_LARGE,
    Code.ATTACHMENT_BUDGET_EXCEEDED: Reason.TOO_LARGE,
    Code.IMAGE_CONTENT_DISABLED: Reason.NOT_SELECTED,
}
"""Of all others, that the arguments are wrong."""

_ERRNO = re.compile("^E[A-Z]+: ")
_RETRYABLE = {Code.RATE_LIMITED, Code.UNAVAILABLE, Code.ATTACHMENT_INTEGRITY}

_OF_HUB: dict[type[HubError], Code] = {
    HubNotFound: Code.NOT_FOUND,
    HubNotSignedIn: Code.ACCESS_DENIED,
    HubTokenRefused: Code.ACCESS_DENIED,
    HubForbidden: Code.ACCESS_DENIED,
    HubRateLimited: Code.RATE_LIMITED,
    HubUnavailable: Code.UNAVAILABLE,
    HubRefused: Code.INVALID_ARGUMENT,
    HubConflict: Code.INVALID_ARGUMENT,
    HubBadAnswer: Code.BAD_ANSWER,
}


class Failure(Exception):
    """Ends one operation of a batch, and no other."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        recovery: str | None = None,
        suggested: str | None = None,
        retry_after_seconds: int | None = None,
        reason: Reason | None = None,
    ) -> None:
        """`reason` is one that is more exact than that of the code."""
        super().__init__(message)
        self.code = code
        self.reason = reason or _REASONS.get(code, Reason.INVALID_ARGUMENTS)
        self.message = message
        self.recovery = recovery or _RECOVERY[code][0]
        self.suggested = suggested or _RECOVERY[code][1]
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_retryable(self) -> bool:
        return self.code in _RETRYABLE

    @property
    def plain_message(self) -> str:
        """The message for who does not think of files, without its errno."""
        return _ERRNO.sub("", self.message)


def invalid(message: str) -> Failure:
    return Failure(Code.INVALID_ARGUMENT, f"EINVAL: {message}")


def not_found(message: str) -> Failure:
    return Failure(Code.NOT_FOUND, f"ENOENT: {message}")


def not_a_directory(message: str) -> Failure:
    return Failure(Code.NOT_A_DIRECTORY, f"ENOTDIR: {message}")


def not_a_file(message: str) -> Failure:
    return Failure(Code.NOT_A_FILE, f"EISDIR: {message}")


def unsupported(message: str, *, suggested: str | None = None) -> Failure:
    return Failure(Code.UNSUPPORTED_OPERATION, f"ENOTSUP: {message}", suggested=suggested)


def failure_of(
    error: HubError, subject: str, context: ToolContext, *, page_url: str | None = None
) -> Failure:
    """Say what a failure of the Hub means for an operation on `subject`."""
    kinds = [kind for kind in _OF_HUB if isinstance(error, kind)]
    code = _OF_HUB[kinds[0]] if kinds else Code.BAD_ANSWER
    problem = problem_of(error, subject, context, page_url=page_url)
    prefix = {Code.NOT_FOUND: "ENOENT: ", Code.ACCESS_DENIED: "EACCES: "}.get(code, "")
    return Failure(
        code,
        prefix + problem.message,
        recovery=_pause(error) if code is Code.RATE_LIMITED else None,
        retry_after_seconds=error.retry_after_seconds,
        reason=reason_of_hub(error),
    )


def _pause(error: HubError) -> str | None:
    seconds = error.retry_after_seconds
    return f"Repeat this operation after {count(seconds, 'second')}." if seconds else None
