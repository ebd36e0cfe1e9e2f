"""What the fragment about one Space shows: its state, its tools, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_htmx.http import trigger_client_event

from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.pins import Pinned, forget_waiting, pinned_parts
from accounts.preferences import Preferences, SavedSpace, load_preferences
from accounts.signed_in import is_htmx
from accounts.space_changes import PartKind, TakeOver
from accounts.space_prefixes import url_space_prefix
from accounts.space_selection import default_spaces
from accounts.tool_words import ToolWords
from mcpendpoint.access.selection import offered_within
from mcpendpoint.gradio.agreeing import see_listing
from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.discovery import look_again
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.given_headers import how_to_give
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, saved_choice
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.gradio.states import RUNNING, state_label
from mcpendpoint.gradio.waking import COMING
from mcpendpoint.pages.answer_times import ANSWER_TIMES
from mcpendpoint.pages.space_answers import SPACE_CHANGED, Refused, render, tell, token_of
from mcpendpoint.pages.space_rows import (
    PartRow,
    ToolRow,
    all_functions,
    all_others,
    all_parts,
    all_tools,
    counted,
    gone_parts,
    header_rows,
    part_row,
    tool_row,
)

_offer_to = sync_to_async(offer_to)
_load_preferences = sync_to_async(load_preferences)
_pinned_parts = sync_to_async(pinned_parts)
_forget_waiting = sync_to_async(forget_waiting)
_see_listing = sync_to_async(see_listing)


@dataclass(frozen=True)
class Fault:
    """Why names and descriptions cannot be saved, and what was typed, which is shown again."""

    said: str
    own_names: Sequence[str]
    typed: Mapping[str, ToolWords]

    def shown_in(self, row: ToolRow) -> ToolRow:
        own_name = row.tool.own_name
        words = self.typed.get(own_name, row.words)
        return replace(row, words=words, is_unfit=own_name in self.own_names)


async def status_of(user: User, space_id: str, *, is_again: bool = False) -> dict[str, Any]:
    preferences = await _load_preferences(user.pk, user.edited_profile_id)
    saved = _saved_in(preferences, space_id)
    at_first = default_spaces(await _offer_to(user))
    is_default = not preferences.has_chosen_spaces and space_id in at_first
    owner, _, name = space_id.partition("/")
    context: dict[str, Any] = {
        "space_id": space_id,
        "is_added": saved is not None,
        "is_default": is_default,
        "status_url": reverse("spaces:status", args=[owner, name]),
    }
    try:
        token = await token_of(user)
        if is_again:
            look_again(space_id, token)
        listing = await listing_of(user, space_id, saved, token, is_default=is_default)
    except Refused as error:
        return {**context, "problem": str(error)}
    tools, there = all_tools(listing), all_parts(listing)
    pinned = await _pinned_parts(user, space_id) if saved else Pinned()
    agreement = listing.choice.agreement
    rows = [tool_row(tool, saved, agreement, pinned) for tool in tools]
    others = [part_row(part, saved, agreement, pinned) for part in all_others(listing)]
    if pinned.has_waiting and there and not listing.unseen:
        await _forget_waiting(user, space_id)
    waiting = [row for row in (*rows, *others) if row.waits]
    return {
        **context,
        "rows": rows,
        "is_by_api": bool(tools) and all(tool.api for tool in tools),
        "ticked": [row for row in rows if row.is_ticked],
        "waiting": waiting,
        "what_waits": counted(row.part for row in waiting),
        "news": [row for row in (*rows, *others) if row.state in ("new", "changed")],
        "gone": gone_parts(pinned, there) if there else [],
        "pinned": pinned if pinned.pinned_at else None,
        "take_over": _take_over(saved),
        "saved": saved,
        "headers": header_rows(all_functions(listing), saved),
        "answer_times": ANSWER_TIMES,
        "parts": _parts(others, saved),
        "problem": _problem(listing, breakers.rest_of(space_id)),
        "state": state_label(listing.stage) if listing.stage else "",
        "is_running": listing.stage in RUNNING,
        "is_coming": saved is not None and listing.stage in COMING,
        "visibility": _visibility(listing, saved),
    }


async def show_space(
    request: HttpRequest, user: User, space_id: str, said: str, *, fold: str = "tools"
) -> HttpResponse:
    """Answer a form about a Space with what it shows now; the fold that it was in stays open."""
    if not is_htmx(request):
        return await tell(request, said, space_id=space_id)
    context = {**await status_of(user, space_id), "toast": said, "fold": fold}
    return trigger_client_event(await render(request, "space_status", context), SPACE_CHANGED)


async def show_fault(request: HttpRequest, user: User, space_id: str, fault: Fault) -> HttpResponse:
    """Answer the form of names and descriptions with itself, as it was filled in."""
    context = await status_of(user, space_id)
    rows = [fault.shown_in(row) for row in context.get("rows", ())]
    context |= {"rows": rows, "fold": "words", "fault": fault.said}
    return await render(request, "space_status", context, status=422)


async def saved_space(user: User, space_id: str) -> SavedSpace | None:
    return _saved_in(await _load_preferences(user.pk, user.edited_profile_id), space_id)


def _saved_in(preferences: Preferences, space_id: str) -> SavedSpace | None:
    spaces = preferences.spaces
    return next((space for space in spaces if space.space_id == space_id), None)


async def listing_of(
    user: User,
    space_id: str,
    saved: SavedSpace | None,
    token: str | None,
    *,
    is_adding: bool = False,
    is_default: bool = False,
) -> SpaceListing:
    """Return all tools of a Space, with those that are held, once what is new was noted."""
    choice = offered_within(await _offer_to(user), _choice(space_id, saved, is_default=is_default))
    (listing,) = await list_space_tools([choice], token)
    if listing.unseen:
        agreed = await _see_listing(user.pk, listing, is_adding=is_adding)
        if agreed != listing.choice:
            (listing,) = await list_space_tools([agreed], token)
    return listing


def _problem(listing: SpaceListing, rest: SpaceError | None) -> str:
    said = " ".join(str(problem) for problem in (listing.problem, rest) if problem)
    # The form for it is in sight here.
    return said.replace(how_to_give(is_saved=True), "").strip()


def _choice(space_id: str, saved: SavedSpace | None, *, is_default: bool) -> SpaceChoice:
    """Return the Space with all tools, as the endpoint offers it, or would but for the slot."""
    if saved is None:
        return SpaceChoice(space_id, url_space_prefix(space_id) if is_default else "", False)
    return saved_choice(saved, saved.prefix)


def _parts(others: Sequence[PartRow], saved: SavedSpace | None) -> dict[str, Any] | None:
    """Return what it has beside tools, None where it has nothing and nothing is ticked."""
    if saved is None or not (others or saved.offers_resources or saved.offers_prompts):
        return None
    return {
        "resources": [row for row in others if row.part.kind is PartKind.RESOURCE],
        "prompts": [row for row in others if row.part.kind is PartKind.PROMPT],
        "offers_resources": saved.offers_resources,
        "offers_prompts": saved.offers_prompts,
    }


def _take_over(saved: SavedSpace | None) -> Sequence[tuple[str, str, bool]]:
    if saved is None:
        return ()
    return [(str(choice), str(choice.label), choice == saved.takes_over) for choice in TakeOver]


def _visibility(listing: SpaceListing, saved: SavedSpace | None) -> str:
    """Return what the page does not say already, nothing if the Hub did not say."""
    if not listing.stage:
        return ""
    if saved is None:
        return "" if listing.is_public else "Private"
    if saved.is_private is listing.is_public:
        return "Public now" if listing.is_public else "Private now"
    return ""
