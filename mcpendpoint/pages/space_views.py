"""Pages about Spaces for people who signed in: find, add, remove, look at one.

Each answers htmx with a fragment and everybody else with a page, or with a redirect to the settings
page that says what happened.
"""

import asyncio
from contextlib import suppress
from functools import partial

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.database import changes
from accounts.groups.offers import SpacesOffered
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import SavedSpace, load_preferences, note_hub_change
from accounts.signed_in import for_users_async, is_htmx, render_page
from accounts.space_selection import (
    TooManySpaces,
    add_space,
    choose_space_tools,
    default_spaces,
    mark_space,
    remove_space,
)
from mcpendpoint.gradio.knowledge import spread
from mcpendpoint.gradio.operator_lists import refusal_of
from mcpendpoint.gradio.states import RUNNING, state_label
from mcpendpoint.gradio.waking import COMING, wake_behind
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError, HubForbidden, HubNotFound, HubTokenRefused
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.hub.spaces import get_space
from mcpendpoint.hub.types import Space
from mcpendpoint.pages.space_answers import (
    NOT_THEIRS,
    SPACES_CHANGED,
    Refused,
    refuse,
    render,
    tell,
    token_of,
)
from mcpendpoint.pages.space_search import MAX_QUERY_CHARS, search_spaces
from mcpendpoint.pages.space_status import listing_of, saved_space, show_space, status_of

_offer_to = sync_to_async(offer_to)
_load_preferences = sync_to_async(load_preferences)
_add_space = sync_to_async(add_space)
_remove_space = sync_to_async(remove_space)
_mark_space = sync_to_async(mark_space)
_choose_space_tools = sync_to_async(choose_space_tools)

TELL_AGAIN_SECONDS = 3.0

MAX_TOOLS = 500
"""Of a form: more than any Space has that can be read."""
MAX_NAME_CHARS = 200
ADDING_SECONDS = 5.0
"""How long somebody who adds a Space waits for its tools, which else are pinned at first sight."""

_UNDO = "Added again within ten minutes it is as it was, but for values of its headers."


@require_GET
@for_users_async
async def search(request: HttpRequest, user: User) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:MAX_QUERY_CHARS]
    context: dict[str, object] = {"query": query}
    if query:
        try:
            saved_ids, offered = await _saved_ids(user), (await _offer_to(user)).spaces
            spaces = await search_spaces(HubClient(await token_of(user)), query, offered)
            context["results"] = [_result(space, saved_ids, offered) for space in spaces]
        except (Refused, HubError) as error:
            context["error"] = _sentence(error)
    return await render(request, "space_search", context)


@require_POST
@for_users_async
async def add(request: HttpRequest, user: User) -> HttpResponse:
    space_id = request.POST.get("space_id", "").strip()
    try:
        saved = await _add(user, space_id)
    except Refused as error:
        return await _done(request, space_id, error=str(error))
    said = f"{saved.space_id} was added."
    return await _done(request, saved.space_id, said=said, is_added=True)


@require_POST
@for_users_async
async def remove(request: HttpRequest, user: User) -> HttpResponse:
    space_id = request.POST.get("space_id", "").strip()
    if not is_space_id(space_id):
        return await _done(request, space_id, error="That is not the id of a Space.")
    await _remove_space(user, space_id)
    if user.edited_profile is not None:
        said = f"{space_id} was removed from your profile “{user.edited_profile.name}”."
    else:
        said = f"{space_id} was removed. {_UNDO}"
    return await _done(request, space_id, said=said)


@require_POST
@for_users_async
async def mark(request: HttpRequest, user: User) -> HttpResponse:
    """Save whether the person is asked before each call of a Space."""
    space_id = request.POST.get("space_id", "").strip()
    asks_first = bool(request.POST.get("asks_first"))
    if not is_space_id(space_id) or not await _mark_space(user, space_id, asks_first=asks_first):
        return await refuse(request, NOT_THEIRS)
    said = "before each call" if asks_first else "no more before calls"
    said = f"You are asked {said} of {space_id}."
    if not is_htmx(request):
        return await tell(request, said)
    # In place: to draw the whole list anew would throw whoever pressed it down the page.
    context = {"space": await saved_space(user, space_id), "toast": said, "was_marked": True}
    return await render_page(request, "accounts/_space_mark.html", context)


@require_POST
@for_users_async
async def choose_tools(request: HttpRequest, user: User) -> HttpResponse:
    """Save which tools of a Space are offered. All of them means also those that it gets later."""
    space_id = request.POST.get("space_id", "").strip()
    chosen, offered = (_tool_names(request.POST.getlist(name)) for name in ("tools", "offered"))
    try:
        said = await _choose(user, space_id, chosen & offered, offered)
    except Refused as error:
        return await refuse(request, error, space_id=space_id)
    return await show_space(request, user, space_id, said)


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
        raise Refused(NOT_THEIRS)
    if tools is None:
        return f"All tools of {space_id} are ticked, also those that it gets later."
    return f"{len(tools)} of {len(offered)} tools of {space_id} are offered."


@require_GET
@for_users_async
async def status(request: HttpRequest, user: User, owner: str, name: str) -> HttpResponse:
    is_again = "again" in request.GET
    context = await status_of(user, f"{owner}/{name}", is_again=is_again)
    return await render(request, "space_status", context)


async def _add(user: User, space_id: str) -> SavedSpace:
    """Add a Space as the Hub describes it to this user. Raises Refused."""
    if not is_space_id(space_id):
        raise Refused(f"“{space_id[:100]}” is not the id of a Space. It looks like owner/name.")
    offered = (await _offer_to(user)).spaces
    if refusal := refusal_of(space_id, offered=offered):
        raise Refused(str(refusal))
    token = await token_of(user)
    try:
        space = await get_space(HubClient(token), space_id)
    except (HubNotFound, HubForbidden) as error:
        raise Refused(f"There is no Space {space_id} that your account can see.") from error
    except HubError as error:
        raise Refused(_sentence(error)) from error
    if space.sdk != "gradio":
        raise Refused(f"{space.id} is not a Gradio Space, so it has no tools to offer.")
    if refusal := refusal_of(space.id, space.hub_id or "", offered=offered):
        raise Refused(str(refusal))
    if space.id in await _saved_ids(user):
        raise Refused(f"You have added {space.id} already.")
    try:
        saved = await _add_space(
            user,
            space.id,
            is_private=space.private,
            title=space.display_title,
            emoji=space.display_emoji,
        )
    except TooManySpaces as error:
        raise Refused(str(error)) from error
    # What it shows now is what is agreed to by adding it.
    with suppress(TimeoutError):
        async with asyncio.timeout(ADDING_SECONDS):
            await listing_of(user, saved.space_id, saved, token, is_adding=True)
    if space.stage in COMING:
        # Its tools are offered when it is up, also to clients that are open then.
        then = partial(_tell_of, user.pk, space.id)
        wake_behind(space.id, token, is_private=space.private, then=then)
    return saved


async def _tell_of(user_id: int, space_id: str) -> None:
    """Let open clients of this person have the tools of a Space that has come up."""
    await spread(space_id)
    await changes.run(note_hub_change, user_id)
    # A busy worker may have looked at its lists before it knew of the Space.
    await asyncio.sleep(TELL_AGAIN_SECONDS)
    await changes.run(note_hub_change, user_id)


async def _saved_ids(user: User) -> frozenset[str]:
    preferences = await _load_preferences(user.pk, user.edited_profile_id)
    if not preferences.has_chosen_spaces:
        return frozenset(default_spaces(await _offer_to(user)))
    return frozenset(space.space_id for space in preferences.spaces)


def _result(
    space: Space, saved_ids: frozenset[str], offered: SpacesOffered | None
) -> dict[str, object]:
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
        "owner": space.id.partition("/")[0],
        "name": space.id.partition("/")[2],
        "refusal": refusal_of(space.id, space.hub_id or "", offered=offered),
    }


def _sentence(error: Exception) -> str:
    if isinstance(error, HubTokenRefused):
        return "Hugging Face refused your token. Sign out and in again."
    if isinstance(error, HubError):
        return f"Hugging Face could not answer: {error.message}"
    return str(error)


async def _done(
    request: HttpRequest,
    space_id: str,
    *,
    said: str = "",
    is_added: bool = False,
    error: str = "",
) -> HttpResponse:
    """Say how adding or removing went."""
    if not is_htmx(request):
        messages.add_message(request, messages.ERROR if error else messages.SUCCESS, error or said)
        return redirect("accounts:spaces")
    space = {"id": space_id, "is_added": is_added, "is_gradio": True}
    is_elsewhere = request.POST.get("from") == "list"  # than among the results of a search
    context = {
        "space": space,
        "error": error,
        "was_clicked": not is_elsewhere,
        "is_elsewhere": is_elsewhere,
        "is_found": not is_elsewhere or "is_found" in request.POST,
        "toast": (error or said) if is_elsewhere else "",
    }
    response = await render_page(request, "mcpendpoint/_space_choice.html", context)
    return response if error else trigger_client_event(response, SPACES_CHANGED)
