"""What the fragment about one Space shows: its state, its tools, and what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_htmx.http import trigger_client_event

from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.pins import Pinned, forget_waiting, pinned_tools
from accounts.preferences import Preferences, SavedSpace, load_preferences
from accounts.signed_in import is_htmx
from accounts.space_changes import TakeOver
from accounts.space_prefixes import url_space_prefix
from accounts.space_selection import default_spaces
from accounts.tool_words import ToolWords
from mcpendpoint.access.selection import offered_within
from mcpendpoint.gradio.agreeing import see_listing
from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.definitions import Difference, difference
from mcpendpoint.gradio.discovery import look_again
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.given_headers import how_to_give
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool, saved_choice
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.gradio.states import RUNNING, state_label
from mcpendpoint.gradio.trust import Agreement, Held
from mcpendpoint.gradio.waking import COMING
from mcpendpoint.pages.answer_times import ANSWER_TIMES
from mcpendpoint.pages.space_answers import SPACE_CHANGED, Refused, render, tell, token_of
from mcpendpoint.protocol.visible_text import revealed

_offer_to = sync_to_async(offer_to)
_load_preferences = sync_to_async(load_preferences)
_pinned_tools = sync_to_async(pinned_tools)
_forget_waiting = sync_to_async(forget_waiting)
_see_listing = sync_to_async(see_listing)


@dataclass(frozen=True)
class ToolRow:
    tool: SpaceTool
    is_ticked: bool
    state: str
    """unchanged, changed, new, refused, or "" where nobody agreed to anything."""
    difference: Difference | None
    """What changed, where it is known what was there before."""
    was: str
    """The description as it was agreed to."""
    words: ToolWords
    """What its person calls it, and says of it."""
    lacks_headers: bool
    is_unfit: bool = False
    """Whether these words are what its person typed, and cannot be saved."""

    @property
    def told(self) -> str:
        """All that an assistant is told of it, as JSON."""
        told = {"description": self.tool.description, "inputSchema": self.tool.input_schema}
        return revealed(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())

    @property
    def waits(self) -> bool:
        """Whether it is held back until the person agrees."""
        return self.is_ticked and self.tool.held is not None and self.state != "refused"

    @property
    def is_offered(self) -> bool:
        return self.is_ticked and self.tool.held is None and not self.lacks_headers


@dataclass(frozen=True)
class HeaderRow:
    name: str
    tools: Sequence[str]
    """That ask for it; none does any more if there are none."""
    is_given: bool


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
    tools = all_tools(listing)
    pinned = await _pinned_tools(user, space_id) if saved else Pinned()
    agreement = listing.choice.agreement
    rows = [_row(tool, saved, agreement, pinned) for tool in tools]
    if pinned.has_waiting and tools and not listing.unseen:
        await _forget_waiting(user, space_id)
    gone = sorted(pinned.tools.keys() - {tool.own_name for tool in tools}) if tools else []
    return {
        **context,
        "rows": rows,
        "is_by_api": bool(tools) and all(tool.api for tool in tools),
        "ticked": [row for row in rows if row.is_ticked],
        "waiting": [row for row in rows if row.waits],
        "news": [row for row in rows if row.state in ("new", "changed")],
        "gone": gone,
        "pinned": pinned if pinned.pinned_at else None,
        "take_over": _take_over(saved),
        "saved": saved,
        "headers": _headers(all_functions(listing), saved),
        "answer_times": ANSWER_TIMES,
        "parts": _parts(listing, saved),
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


def all_tools(listing: SpaceListing) -> list[SpaceTool]:
    return [*listing.tools, *listing.held, *listing.lacking]


def all_functions(listing: SpaceListing) -> list[SpaceTool]:
    """Return the tools, and the prompts, which are run as tools are."""
    return [*all_tools(listing), *listing.prompts, *listing.lacking_prompts]


def _headers(tools: Iterable[SpaceTool], saved: SavedSpace | None) -> list[HeaderRow]:
    """Return the headers that a saved Space asks for, or was given."""
    if saved is None:
        return []
    asked_for: dict[str, list[str]] = {name: [] for name in saved.header_names}
    for tool in tools:
        for name in tool.headers:
            asked_for.setdefault(name, []).append(tool.name)
    return [
        HeaderRow(name, of, name in saved.header_names) for name, of in sorted(asked_for.items())
    ]


def _choice(space_id: str, saved: SavedSpace | None, *, is_default: bool) -> SpaceChoice:
    """Return the Space with all tools, as the endpoint offers it, or would but for the slot."""
    if saved is None:
        return SpaceChoice(space_id, url_space_prefix(space_id) if is_default else "", False)
    return saved_choice(saved, saved.prefix)


def _row(
    tool: SpaceTool, saved: SavedSpace | None, agreement: Agreement | None, pinned: Pinned
) -> ToolRow:
    is_ticked = saved is None or saved.tools is None or tool.own_name in saved.tools
    state = _state(tool, agreement, pinned)
    before = pinned.tools.get(tool.own_name)
    changed = difference(before, tool.definition) if before and state == "changed" else None
    return ToolRow(
        tool,
        is_ticked,
        state,
        changed,
        was=before["description"] if before else "",
        words=_words_of(tool, saved),
        lacks_headers=bool(set(tool.headers) - (saved.header_names if saved else frozenset())),
    )


def _words_of(tool: SpaceTool, saved: SavedSpace | None) -> ToolWords:
    said = {words.own_name: words for words in saved.tool_words} if saved else {}
    return said.get(tool.own_name) or ToolWords(tool.own_name)


def _state(tool: SpaceTool, agreement: Agreement | None, pinned: Pinned) -> str:
    if tool.held is Held.REFUSED:
        return "refused"
    if agreement is None or agreement.pins is None:
        return "new" if agreement and tool.held else ""
    if tool.pin in agreement.pins:
        return "unchanged"
    return "changed" if tool.own_name in pinned.tools else "new"


def _parts(listing: SpaceListing, saved: SavedSpace | None) -> dict[str, Any] | None:
    """Return what it has beside tools, None where it has nothing and nothing is ticked."""
    if saved is None:
        return None
    ticked = saved.offers_resources or saved.offers_prompts
    prompts = [*listing.prompts, *listing.lacking_prompts]
    if not (listing.resources or prompts or ticked):
        return None
    return {
        "resources": listing.resources,
        "prompts": prompts,
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
