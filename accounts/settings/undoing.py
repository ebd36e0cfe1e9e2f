"""Changes of the tools that a session can take back, one by one, beginning with the last.

Each is known by the version of the choices that it made, so nothing is taken back that was changed
again elsewhere, and no change twice.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.tool_choices import ToolChoices

SESSION = "tool_changes"
MOST = 20


@dataclass(frozen=True)
class Undoable:
    before: ToolChoices
    version: str
    """Of what the change made."""


def note_change(request: HttpRequest, user: User, before: ToolChoices, now: ToolChoices) -> None:
    change = {
        "profile": user.edited_profile_id,
        "tools": None if before.tools is None else sorted(before.tools),
        "include_images": before.include_images,
        "urls_may_write": before.urls_may_write,
        "version": now.version,
    }
    request.session[SESSION] = [*_changes(request), change][-MOST:]


def last_change(request: HttpRequest, user: User) -> Undoable | None:
    """Return what was changed last in the profile that they edit."""
    for change in reversed(_changes(request)):
        if change["profile"] == user.edited_profile_id:
            return _read(change)
    return None


def forget_change(request: HttpRequest, user: User, version: str) -> None:
    """Forget the last change that made this version."""
    changes = _changes(request)
    for at in reversed(range(len(changes))):
        if (changes[at]["profile"], changes[at]["version"]) == (user.edited_profile_id, version):
            request.session[SESSION] = [*changes[:at], *changes[at + 1 :]]
            return


def _changes(request: HttpRequest) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = request.session.get(SESSION, [])
    return changes


def _read(change: dict[str, Any]) -> Undoable:
    tools = change["tools"]
    before = ToolChoices(
        None if tools is None else frozenset(tools),
        change["include_images"],
        change["urls_may_write"],
    )
    return Undoable(before, change["version"])
