"""Answers pages about Spaces for people who signed in: htmx with a fragment, others with a page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import reswap

from accounts.credentials import SignInNeeded, hub_token
from accounts.identity import HubUnreachable
from accounts.models import User
from accounts.signed_in import is_htmx, render_page
from mcpendpoint.hub.ids import is_space_id

SPACES_CHANGED = "spaces-changed"
"""The event that the browser gets after a Space was added or removed: all are drawn anew."""

SPACE_CHANGED = "space-changed"
"""The event that it gets after something about one Space, which is drawn anew in its place."""


NOT_THEIRS = "You have no such Space."


class Refused(Exception):
    """Why something cannot be done, for the person who wanted it."""


async def tell(
    request: HttpRequest, said: str, *, space_id: str = "", is_done: bool = True
) -> HttpResponse:
    """Say what became of a form; `space_id` where it is one of the Space's own page."""
    if not is_htmx(request):
        messages.add_message(request, messages.SUCCESS if is_done else messages.ERROR, said)
        return redirect(_page_of(space_id))
    return await render_page(request, "accounts/_toast.html", {"toast": said})


async def refuse(request: HttpRequest, why: str | Refused, *, space_id: str = "") -> HttpResponse:
    """Say why nothing was done, and leave the page as it is."""
    return reswap(await tell(request, str(why), space_id=space_id, is_done=False), "none")


def _page_of(space_id: str) -> str:
    if is_space_id(space_id):
        return reverse("spaces:status", args=space_id.split("/"))
    return reverse("accounts:spaces")


async def token_of(user: User) -> str:
    try:
        return await hub_token(user.pk)
    except SignInNeeded as error:
        raise Refused(
            "Your connection to Hugging Face has expired. Sign out and in again, then repeat this."
        ) from error
    except HubUnreachable as error:
        raise Refused("Hugging Face cannot be reached right now. Try again soon.") from error


async def render(
    request: HttpRequest, name: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    prefix = "_" if is_htmx(request) else ""
    template = f"mcpendpoint/{prefix}{name}.html"
    response = await render_page(request, template, context, status=status)
    response["Vary"] = "HX-Request"
    return response
