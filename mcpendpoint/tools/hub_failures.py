"""Says what a failure of the Hub means for the assistant: the one map from HubError to words."""

from typing import Literal

from django.conf import settings
from pydantic import Field

from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubBusy,
    HubConflict,
    HubError,
    HubForbidden,
    HubGated,
    HubNotFound,
    HubNotSignedIn,
    HubRateLimited,
    HubRefused,
    HubTokenRefused,
    HubUnavailable,
    HubUncertain,
)
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Result, ToolContext, ToolError
from mcpendpoint.tools.markdown import count

Kind = Literal[
    "invalid_id",
    "not_found",
    "sign_in_needed",
    "token_refused",
    "forbidden",
    "gated",
    "conflict",
    "refused",
    "rate_limited",
    "unavailable",
    "uncertain",
    "bad_answer",
    "unsuitable_operation",
]

_KINDS: dict[type[HubError], Kind] = {
    HubNotFound: "not_found",
    HubNotSignedIn: "sign_in_needed",
    HubTokenRefused: "token_refused",
    HubForbidden: "forbidden",
    HubGated: "gated",
    HubConflict: "conflict",
    HubRefused: "refused",
    HubRateLimited: "rate_limited",
    HubBusy: "rate_limited",
    HubUnavailable: "unavailable",
    HubUncertain: "uncertain",
    HubBadAnswer: "bad_answer",
    HubError: "bad_answer",
}


_REASONS: dict[Kind, Reason] = {
    "invalid_id": Reason.INVALID_ARGUMENTS,
    "not_found": Reason.NOT_FOUND,
    "sign_in_needed": Reason.NOT_FOUND,
    "token_refused": Reason.BAD_CREDENTIAL,
    "forbidden": Reason.SCOPE,
    "gated": Reason.HUB_REFUSED,
    "conflict": Reason.HUB_REFUSED,
    "refused": Reason.HUB_REFUSED,
    "rate_limited": Reason.HUB_REFUSED,
    "unavailable": Reason.HUB_DOWN,
    "uncertain": Reason.HUB_DOWN,
    "bad_answer": Reason.HUB_DOWN,
    "unsuitable_operation": Reason.INVALID_ARGUMENTS,
}

PAYMENT_REQUIRED = 402


class Problem(Result):
    """One thing that went wrong, while others may have worked."""

    kind: Kind
    message: str
    retryable: bool = Field(default=False)
    retry_after_seconds: int | None = None

    @property
    def reason(self) -> Reason:
        return _REASONS[self.kind]

    def to_error(self, reason: Reason | None = None) -> ToolError:
        """`reason` is one that is more exact than that of the kind."""
        return ToolError(
            self.message,
            is_retryable=self.retryable,
            retry_after_seconds=self.retry_after_seconds,
            reason=reason or self.reason,
        )


def reason_of_hub(error: HubError) -> Reason:
    if isinstance(error, HubBusy):  # the Hub was not asked
        return Reason.LIMIT
    return _REASONS[_KINDS[type(error)]]


def problem_of(
    error: HubError, subject: str, context: ToolContext, *, page_url: str | None = None
) -> Problem:
    """Say what went wrong with `subject`, such as "Model `a/b`", and what can be done about it."""
    return Problem(
        kind=_KINDS[type(error)],
        message=_sentence(error, subject, context, page_url),
        retryable=error.is_retryable,
        retry_after_seconds=error.retry_after_seconds,
    )


def tool_error(
    error: HubError, subject: str, context: ToolContext, *, advice: str = ""
) -> ToolError:
    """`advice` is what else can be done about it, in whole sentences."""
    problem = problem_of(error, subject, context)
    message = f"{problem.message} {advice}".rstrip()
    return problem.model_copy(update={"message": message}).to_error(reason_of_hub(error))


def _sentence(error: HubError, subject: str, context: ToolContext, page_url: str | None) -> str:
    sign_in = context.directions.sign_in
    words = f"{error.message.rstrip('.')}."
    said = f"Hugging Face says: {words}" if error.status else words
    match error:
        case HubNotFound():
            return (
                f"{subject} was not found: it does not exist, or it is private and this account "
                f"may not see it. {said}"
            )
        case HubNotSignedIn():
            return (
                f"{subject} does not exist, or is not public. Check its name; if it should be "
                f"private, {sign_in} and try again."
            )
        case HubTokenRefused():
            return (
                "Hugging Face refused the token: it expired or was revoked. "
                f"Ask the user to {context.directions.renew}."
            )
        case HubGated():
            where = f"at {page_url}" if page_url else "on its page"
            ask = f"The user has to accept its conditions {where}"
            ask += "." if context.is_signed_in else f", and to {sign_in}."
            return f"{subject} is gated. {ask} {said}"
        case HubForbidden() if "disabled" in error.message:
            return f"{subject} is closed to everybody. {said}"
        case HubForbidden() if not context.is_signed_in:
            return f"{subject} is not open to everybody. {said} It may help to {sign_in}."
        case HubForbidden():
            return (
                f"{subject}: this token's permissions do not allow it. {said} The user can allow "
                f"more {context.directions.allow_more}."
            )
        case HubBusy():
            return f"{subject}: {words} {_when(error)}"
        case HubRateLimited():
            more = "" if context.is_signed_in else f" A user who signs in ({sign_in}) may ask more."
            return f"{subject}: Hugging Face is asked too often. {_when(error)}{more}"
        case HubUnavailable():
            return f"{subject}: Hugging Face has a problem. {said} {_when(error)}"
        case HubUncertain():
            return (
                f"{subject}: {said} It may have been done all the same: look before trying again."
            )
        case HubRefused() if error.status == PAYMENT_REQUIRED:
            return (
                f"{subject}: it has to be paid for. {said} The user can see to that at "
                f"{settings.HF_ENDPOINT}/settings/billing."
            )
        case HubRefused() | HubConflict():
            return f"{subject}: the request was refused. {said}"
        case _:
            return f"{subject}: the answer could not be used. {said}"


def _when(error: HubError) -> str:
    if error.retry_after_seconds:
        return f"Try again in {count(error.retry_after_seconds, 'second')}."
    return "Try again in a moment."
