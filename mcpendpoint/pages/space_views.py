"""Pages about Spaces for people who signed in: find, add, remove, look at one.

Each answers htmx with a fragment and everybody else with a page, or with a redirect to the settings
page that says what happened.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, trigger_client_event

from accounts.credentials import SignInNeeded, hub_token
from accounts.identity import HubUnreachable
from accounts.models import User
from accounts.outgoing import callers
from accounts.preferences import (
    SavedSpace,
    TooManySpaces,
    add_space,
    choose_space_tools,
    load_preferences,
    mark_space,
    remove_space,
)
from accounts.signed_in import render_page
from accounts.space_prefixes import url_space_prefix
from mcpendpoint.gradio.discovery import look_again
from mcpendpoint.gradio.spaces import SpaceChoice, SpaceListing, list_space_tools
from mcpendpoint.gradio.states import RUNNING, state_label
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError, HubForbidden, HubNotFound, HubTokenRefused
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.hub.spaces import get_space
from mcpendpoint.hub.types import Space
from mcpendpoint.pages.space_search import MAX_QUERY_CHARS, search_spaces

SPACES_CHANGED = "spaces-changed"
"""The event that the browser gets after a Space was added or removed."""

UserView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]

_load_preferences = sync_to_async(load_preferences)
_add_space = sync_to_async(add_space)
_remove_space = sync_to_async(remove_space)
_mark_space = sync_to_async(mark_space)
_choose_space_tools = sync_to_async(choose_space_tools)

MAX_TOOLS = 500
"""Of a form: more than any Space has that can be read."""
MAX_NAME_CHARS = 200


class Refused(Exception):
    """Why something cannot be done, for the person who wanted it."""


def for_users(view: UserView) -> UserView:
    """Pass the user on to the view; send others to sign in first, out of a fragment too."""

    @never_cache
    @wraps(view)
    async def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        user = await request.auser()
        if isinstance(user, User):
            callers.note_person(str(user.pk))
            return await view(request, user, *args, **kwargs)
        settings_page = resolve_url("accounts:settings")
        response = redirect_to_login(settings_page)
        if _is_htmx(request):
            return HttpResponseClientRedirect(response.url)
        return response

    return guarded


@require_GET
@for_users
async def search(request: HttpRequest, user: User) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:MAX_QUERY_CHARS]
    context: dict[str, object] = {"query": query}
    if query:
        try:
            spaces = await search_spaces(HubClient(await _token_of(user)), query)
            saved_ids = await _saved_ids(user)
            context["results"] = [_result(space, saved_ids) for space in spaces]
        except (Refused, HubError) as error:
            context["error"] = _sentence(error)
    return await _render(request, "space_search", context)


@require_POST
@for_users
async def add(request: HttpRequest, user: User) -> HttpResponse:
    space_id = request.POST.get("space_id", "").strip()
    try:
        saved = await _add(user, space_id)
    except Refused as error:
        return await _done(request, space_id, error=str(error))
    return await _done(request, saved.space_id, is_added=True)


@require_POST
@for_users
async def remove(request: HttpRequest, user: User) -> HttpResponse:
    space_id = request.POST.get("space_id", "").strip()
    if not is_space_id(space_id):
        return await _done(request, space_id, error="That is not the id of a Space.")
    await _remove_space(user, space_id)
    return await _done(request, space_id)


@require_POST
@for_users
async def mark(request: HttpRequest, user: User) -> HttpResponse:
    """Save whether the person is asked before each call of a Space."""
    space_id = request.POST.get("space_id", "").strip()
    asks_first = bool(request.POST.get("asks_first"))
    is_known = is_space_id(space_id)
    is_known = is_known and await _mark_space(user, space_id, asks_first=asks_first)
    said = "before each call" if asks_first else "no more before calls"
    said = f"You are asked {said} of {space_id}." if is_known else "You have no such Space."
    response = await _tell(request, said, is_done=is_known)
    return trigger_client_event(response, SPACES_CHANGED) if _is_htmx(request) else response


@require_POST
@for_users
async def choose_tools(request: HttpRequest, user: User) -> HttpResponse:
    """Save which tools of a Space are offered. All of them means also those that it gets later."""
    space_id = request.POST.get("space_id", "").strip()
    chosen, offered = (_tool_names(request.POST.getlist(name)) for name in ("tools", "offered"))
    try:
        said = await _choose(user, space_id, chosen & offered, offered)
    except Refused as error:
        return reswap(await _tell(request, str(error), is_done=False), "none")
    if not _is_htmx(request):
        return await _tell(request, said)
    context = {**await _status_of(user, space_id), "toast": said, "is_open": True}
    return await _render(request, "space_status", context)


def _tool_names(given: list[str]) -> set[str]:
    """Leave out what no tool is called: what is chosen is stored, and read with each request."""
    return {
        name for name in given[:MAX_TOOLS] if len(name) <= MAX_NAME_CHARS and name.isprintable()
    }


async def _choose(user: User, space_id: str, chosen: set[str], offered: set[str]) -> str:
    """Return what was done, in a sentence. Raises Refused."""
    if not chosen:
        raise Refused("Tick at least one tool, or remove the Space.")
    tools = None if chosen == offered else chosen
    if not is_space_id(space_id) or not await _choose_space_tools(user, space_id, tools):
        raise Refused("You have no such Space.")
    if tools is None:
        return f"All tools of {space_id} are offered, also those that it gets later."
    return f"{len(tools)} of {len(offered)} tools of {space_id} are offered."


async def _tell(request: HttpRequest, said: str, *, is_done: bool = True) -> HttpResponse:
    if not _is_htmx(request):
        messages.add_message(request, messages.SUCCESS if is_done else messages.ERROR, said)
        return redirect(resolve_url("accounts:settings") + "#spaces")
    return await render_page(request, "accounts/_toast.html", {"toast": said})


@require_GET
@for_users
async def status(request: HttpRequest, user: User, owner: str, name: str) -> HttpResponse:
    is_again = "again" in request.GET
    context = await _status_of(user, f"{owner}/{name}", is_again=is_again)
    return await _render(request, "space_status", context)


async def _status_of(user: User, space_id: str, *, is_again: bool = False) -> dict[str, object]:
    preferences = await _load_preferences(user.pk)
    saved = {space.space_id: space for space in preferences.spaces}
    is_default = not preferences.has_chosen_spaces and space_id in settings.DEFAULT_SPACES
    context: dict[str, object] = {
        "space_id": space_id,
        "is_added": space_id in saved,
        "is_default": is_default,
    }
    try:
        token = await _token_of(user)
        if is_again:
            look_again(space_id, token)
        choice = _choice(space_id, saved.get(space_id), is_default=is_default)
        (listing,) = await list_space_tools([choice], token)
        context |= {
            "tools": listing.tools,
            "ticked": _ticked(listing, saved.get(space_id)),
            "problem": listing.problem,
            "state": state_label(listing.stage) if listing.stage else "",
            "is_running": listing.stage in RUNNING,
            "visibility": _visibility(listing, saved.get(space_id)),
        }
    except Refused as error:
        context["problem"] = str(error)
    return context


async def _add(user: User, space_id: str) -> SavedSpace:
    """Add a Space as the Hub describes it to this user. Raises Refused."""
    if not is_space_id(space_id):
        raise Refused(f"“{space_id[:100]}” is not the id of a Space. It looks like owner/name.")
    try:
        space = await get_space(HubClient(await _token_of(user)), space_id)
    except (HubNotFound, HubForbidden) as error:
        raise Refused(f"There is no Space {space_id} that your account can see.") from error
    except HubError as error:
        raise Refused(_sentence(error)) from error
    if space.sdk != "gradio":
        raise Refused(f"{space.id} is not a Gradio Space, so it has no tools to offer.")
    if space.id in await _saved_ids(user):
        raise Refused(f"You have added {space.id} already.")
    try:
        return await _add_space(
            user,
            space.id,
            is_private=space.private,
            title=space.display_title,
            emoji=space.display_emoji,
        )
    except TooManySpaces as error:
        raise Refused(str(error)) from error


def _ticked(listing: SpaceListing, saved: SavedSpace | None) -> set[str]:
    names = {tool.own_name for tool in listing.tools}
    return names if saved is None or saved.tools is None else names & saved.tools


def _visibility(listing: SpaceListing, saved: SavedSpace | None) -> str:
    """Return what the page does not say already, nothing if the Hub did not say."""
    if not listing.stage:
        return ""
    if saved is None:
        return "" if listing.is_public else "Private"
    if saved.is_private is listing.is_public:
        return "Public now" if listing.is_public else "Private now"
    return ""


async def _token_of(user: User) -> str:
    try:
        return await hub_token(user.pk)
    except SignInNeeded as error:
        raise Refused(
            "Your connection to Hugging Face has expired. Sign out and in again, then repeat this."
        ) from error
    except HubUnreachable as error:
        raise Refused("Hugging Face cannot be reached right now. Try again soon.") from error


async def _saved_ids(user: User) -> frozenset[str]:
    preferences = await _load_preferences(user.pk)
    if not preferences.has_chosen_spaces:
        return frozenset(settings.DEFAULT_SPACES)
    return frozenset(space.space_id for space in preferences.spaces)


def _choice(space_id: str, saved: SavedSpace | None, *, is_default: bool) -> SpaceChoice:
    """Return the Space as the endpoint offers it, or as it would but for the slot."""
    if saved is None:
        return SpaceChoice(space_id, url_space_prefix(space_id) if is_default else "", False)
    return SpaceChoice(space_id, saved.prefix, saved.is_private)


def _result(space: Space, saved_ids: frozenset[str]) -> dict[str, object]:
    return {
        "id": space.id,
        "page": f"{settings.HF_ENDPOINT}/spaces/{space.id}",
        "title": space.display_title,
        "emoji": space.display_emoji,
        "summary": space.summary or "",
        "likes": space.likes,
        "state": state_label(space.stage or ""),
        "is_running": space.stage in RUNNING,
        "is_private": space.private,
        "is_gradio": space.sdk == "gradio",
        "has_mcp_server": space.has_mcp_server,
        "is_added": space.id in saved_ids,
    }


def _sentence(error: Exception) -> str:
    if isinstance(error, HubTokenRefused):
        return "Hugging Face refused your token. Sign out and in again."
    if isinstance(error, HubError):
        return f"Hugging Face could not answer: {error.message}"
    return str(error)


async def _render(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    prefix = "_" if _is_htmx(request) else ""
    response = await render_page(request, f"mcpendpoint/{prefix}{name}.html", context)
    response["Vary"] = "HX-Request"
    return response


async def _done(
    request: HttpRequest, space_id: str, *, is_added: bool = False, error: str = ""
) -> HttpResponse:
    """Say how adding or removing went."""
    if not _is_htmx(request):
        said = f"{space_id} was {'added' if is_added else 'removed'}."
        messages.add_message(request, messages.ERROR if error else messages.SUCCESS, error or said)
        return redirect(resolve_url("accounts:settings") + "#spaces")
    space = {"id": space_id, "is_added": is_added, "is_gradio": True}
    is_elsewhere = request.POST.get("from") == "list"  # than among the results of a search
    context = {
        "space": space,
        "error": error,
        "was_clicked": not is_elsewhere,
        "is_elsewhere": is_elsewhere,
        "toast": f"{space_id} was removed." if is_elsewhere and not error else "",
    }
    response = await render_page(request, "mcpendpoint/_space_choice.html", context)
    return response if error else trigger_client_event(response, SPACES_CHANGED)


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
