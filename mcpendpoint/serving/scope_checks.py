"""Why something is refused, said so that an assistant can tell its user what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from mcp import MCPError
from mcp_types import INVALID_PARAMS

from accounts.authorization.scopes import LABELS, Scope, scopes_for
from accounts.catalogue import Effect
from mcpendpoint.access.challenges import scope_challenge
from mcpendpoint.access.who import Credential
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.protocol.records import Reason
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.tools.registry import by_name

SPACE_EFFECTS = frozenset({Effect.SPEND})
"""A Space may do anything, but with the caller's quota, not in the caller's name."""


NOT_OFFERED = "not_offered"


@dataclass(frozen=True)
class Denial:
    reason: str
    """A word for programs: unknown, disabled, sign_in_required, not_offered, not_selected or
    insufficient_scope."""
    message: str


def explain_absence(name: str, context: RequestContext) -> Denial:
    """Explain why a tool that is not in the caller's selection is not there."""
    tool = by_name.get(name)
    shown = name[:80]
    if tool is None and prefix_of(name) is not None:
        return Denial(
            "not_selected",
            f"No selected Space has the tool {shown}. {context.directions.select_space}; then list "
            "the tools again.",
        )
    if tool is None:
        return Denial("unknown", f"There is no tool {shown}. List the tools again.")
    if name in settings.DISABLE_TOOLS:
        return Denial("disabled", f"The administrator of this server has switched {shown} off.")
    if tool.needs_sign_in and not context.is_signed_in:
        return Denial(
            "sign_in_required",
            f"{shown} is for people who signed in. {context.directions.tools_for_signed_in}",
        )
    if not context.caller.offer.has_tool(name):
        return Denial(NOT_OFFERED, f"{shown}: {context.caller.offer.why_not}")
    if tool.effects != {Effect.READ}:
        return Denial(
            "not_selected",
            f"{shown} is not selected. {context.directions.select_writing_tool}",
        )
    return Denial(
        "not_selected",
        f"{shown} exists, but is not selected. {context.directions.select_reading_tool}",
    )


def error_for(denial: Denial, context: RequestContext, **asked: str) -> MCPError:
    """Return the error of a denial; `asked` is what the caller wanted, such as the tool's name."""
    return MCPError(
        code=INVALID_PARAMS,
        message=denial.message,
        data={**asked, "reason": denial.reason, **_page(context)},
    )


def _page(context: RequestContext) -> dict[str, str]:
    url = context.directions.settings_url
    return {"settings": url} if url else {}


def check_scopes(
    subject: str, effects: Iterable[Effect], context: RequestContext, **asked: str
) -> None:
    """Raises MCPError when this credential is not good for these effects, and takes note of it."""
    needed = scopes_for(effects)
    missing = needed - context.caller.scopes
    if missing:
        context.deny(Reason.SCOPE)
        context.scopes_to_ask_for = needed | context.caller.scopes
        raise error_for(_denial_for_scopes(subject, missing, context), context, **asked)


def with_scopes_asked_for(answer: Answer, context: RequestContext) -> Answer:
    """Let whoever can get more scopes do so; anybody else could only drop the connection.

    Clients on version 1 of the Python SDK fail every later request after an HTTP error.
    """
    if context.caller.credential is not Credential.OAUTH or context.head is None:
        return replace(answer, status=200)
    asked = scope_challenge(context.head, context.scopes_to_ask_for)
    return replace(answer, status=403, headers={"WWW-Authenticate": asked})


def _denial_for_scopes(subject: str, missing: Iterable[Scope], context: RequestContext) -> Denial:
    """Explain why something that exists cannot be had with this credential."""
    lacking = " and ".join(f"{scope} ({LABELS[scope].title})" for scope in sorted(missing))
    if context.caller.credential is Credential.ACCESS_KEY:
        remedy = f"The person can make another key at {context.directions.settings_url}."
    else:
        remedy = "The person can allow it when this app signs them in again."
    return Denial(
        "insufficient_scope", f"{subject[:80]} needs {lacking}, which was not granted. {remedy}"
    )
