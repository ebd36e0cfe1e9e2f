"""Why something is refused, said so that an assistant can tell its user what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from mcp import MCPError
from mcp_types import INVALID_PARAMS

from accounts.authorization.scopes import LABELS, Scope, scopes_for
from accounts.catalogue import Effect
from mcpendpoint.access.caller import Credential
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.tools.registry import by_name


@dataclass(frozen=True)
class Denial:
    reason: str
    """A word for programs: unknown, disabled, sign_in_required, not_selected or
    insufficient_scope."""
    message: str


def explain_absence(name: str, context: RequestContext) -> Denial:
    """Explain why a tool that is not in the caller's selection is not there."""
    tool = by_name.get(name)
    shown = name[:80]
    if tool is None and prefix_of(name) is not None:
        return Denial(
            "not_selected",
            f"No selected Space has the tool {shown}. Spaces are chosen at {context.settings_url} "
            "or with ?gradio=owner/name in the URL; then list the tools again.",
        )
    if tool is None:
        return Denial("unknown", f"There is no tool {shown}. List the tools again.")
    if name in settings.DISABLE_TOOLS:
        return Denial("disabled", f"The administrator of this server has switched {shown} off.")
    if tool.needs_sign_in and not context.is_signed_in:
        return Denial(
            "sign_in_required",
            f"{shown} is for people who signed in. Connect with the personal URL that is shown at "
            f"{context.settings_url}.",
        )
    if tool.effects != {Effect.READ}:
        return Denial(
            "not_selected",
            f"{shown} is not selected. It writes or spends, so a URL alone does not switch it on. "
            f"The person can sign in at {context.settings_url} and tick it there, or tick that "
            "URLs may switch on such tools.",
        )
    return Denial(
        "not_selected",
        f"{shown} exists, but is not selected. Select it at {context.settings_url}, or choose a "
        "bouquet that has it with ?mix= in the URL.",
    )


def error_for(denial: Denial, context: RequestContext, **asked: str) -> MCPError:
    """Return the error of a denial; `asked` is what the caller wanted, such as the tool's name."""
    return MCPError(
        code=INVALID_PARAMS,
        message=denial.message,
        data={**asked, "reason": denial.reason, "settings": context.settings_url},
    )


def check_scopes(
    subject: str, effects: Iterable[Effect], context: RequestContext, **asked: str
) -> None:
    """Raises MCPError when this credential is not good for these effects, and takes note of it."""
    needed = scopes_for(effects)
    missing = needed - context.caller.scopes
    if missing:
        context.is_denied = True
        context.scopes_to_ask_for = needed | context.caller.scopes
        raise error_for(_denial_for_scopes(subject, missing, context), context, **asked)


def _denial_for_scopes(subject: str, missing: Iterable[Scope], context: RequestContext) -> Denial:
    """Explain why something that exists cannot be had with this credential."""
    lacking = " and ".join(f"{scope} ({LABELS[scope].title})" for scope in sorted(missing))
    if context.caller.credential is Credential.ACCESS_KEY:
        remedy = f"The person can make another key at {context.settings_url}."
    else:
        remedy = "The person can allow it when this app signs them in again."
    return Denial(
        "insufficient_scope", f"{subject[:80]} needs {lacking}, which was not granted. {remedy}"
    )
