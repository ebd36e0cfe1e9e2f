"""Forms about one Space: its headers, what its tools are called, how long a call takes."""

import re

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.preferences import SavedSpace
from accounts.signed_in import for_users_async
from accounts.space_headers import MAX_HEADERS, TooManyHeaders, give_headers
from accounts.space_selection import choose_answers_within, name_tools
from accounts.tool_words import ToolWords
from mcpendpoint.gradio.discovery import find_space
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.headers import fault_of_value
from mcpendpoint.gradio.listings import SpaceListing
from mcpendpoint.gradio.naming import tool_name
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.pages.answer_times import answer_time
from mcpendpoint.pages.space_answers import NOT_THEIRS, Refused, refuse, token_of
from mcpendpoint.pages.space_rows import all_functions, all_tools
from mcpendpoint.pages.space_status import (
    Fault,
    listing_of,
    saved_space,
    show_fault,
    show_space,
)
from mcpendpoint.protocol.portable_tools import MAX_NAME_CHARS
from mcpendpoint.protocol.visible_text import visible

MAX_TOOLS = 100
MAX_DESCRIPTION_CHARS = 1_000

_NAME = re.compile(r"[A-Za-z0-9_-]+")

_give_headers = sync_to_async(give_headers)
_name_tools = sync_to_async(name_tools)
_choose_answers_within = sync_to_async(choose_answers_within)


@require_POST
@for_users_async
async def headers(request: HttpRequest, user: User) -> HttpResponse:
    """Keep the headers that were entered; an empty field leaves what was there."""
    space_id = request.POST.get("space_id", "").strip()
    names = request.POST.getlist("name")[:MAX_HEADERS]
    values = request.POST.getlist("value")[:MAX_HEADERS]
    forgotten = set(request.POST.getlist("forget")[:MAX_HEADERS])
    entered = {name: value.strip() for name, value in zip(names, values, strict=False)}
    try:
        said = await _keep_headers(
            user, space_id, {name: value for name, value in entered.items() if value}, forgotten
        )
    except Refused as error:
        return await refuse(request, error, space_id=space_id)
    return await show_space(request, user, space_id, said)


async def _keep_headers(
    user: User, space_id: str, entered: dict[str, str], forgotten: set[str]
) -> str:
    """Return what was done, in a sentence. Raises Refused."""
    saved = await _theirs(user, space_id)
    forgotten = forgotten & saved.header_names
    if not entered and not forgotten:
        return "Nothing was entered."
    hub_id = ""
    if entered:
        token = await token_of(user)
        asked_for = _asked_for(await listing_of(user, space_id, saved, token))
        for name, value in entered.items():
            if name not in asked_for:
                raise Refused(f"{space_id} does not ask for the header {name[:60]}.")
            if fault := fault_of_value(value):
                raise Refused(f"The value of {name} {fault}.")
        hub_id = await _hub_id(space_id, saved, token)
    try:
        if not await _give_headers(user, space_id, entered, forgotten, hub_id=hub_id):
            raise Refused(NOT_THEIRS)
    except TooManyHeaders as error:
        raise Refused(f"A Space can have {MAX_HEADERS} headers at most.") from error
    return f"The headers for {space_id} were saved. They go to this Space only."


def _asked_for(listing: SpaceListing) -> set[str]:
    return {name for tool in all_functions(listing) for name in tool.headers}


async def _hub_id(space_id: str, saved: SavedSpace, token: str) -> str:
    """Raises Refused where it is not known whom the headers are given to."""
    try:
        found = await find_space(space_id, is_private=saved.is_private, token=token)
    except SpaceError as error:
        raise Refused(str(error)) from error
    return found.value.hub_id


async def _theirs(user: User, space_id: str) -> SavedSpace:
    """Raises Refused."""
    saved = await saved_space(user, space_id) if is_space_id(space_id) else None
    if saved is None:
        raise Refused(NOT_THEIRS)
    return saved


@require_POST
@for_users_async
async def words(request: HttpRequest, user: User) -> HttpResponse:
    """Save what the person calls the tools of a Space, and says of them, to their assistants."""
    space_id = request.POST.get("space_id", "").strip()
    fields = [request.POST.getlist(name)[:MAX_TOOLS] for name in ("tool", "name", "description")]
    typed = list(zip(*fields, strict=False))
    try:
        saved = await _theirs(user, space_id)
        listing = await listing_of(user, space_id, saved, await token_of(user))
        said_of = [_words(saved.prefix, *each) for each in typed]
        kept = _checked(saved, listing, said_of)
        if not await _name_tools(user, space_id, kept):
            raise Refused(NOT_THEIRS)
    except Unfit as error:
        typed_words = {words[0]: ToolWords(*words) for words in typed}
        return await show_fault(
            request, user, space_id, Fault(str(error), error.own_names, typed_words)
        )
    except Refused as error:
        return await refuse(request, error, space_id=space_id)
    said = f"{space_id}: names and descriptions were saved."
    return await show_space(request, user, space_id, said, fold="words")


class Unfit(Refused):
    """Words that a tool cannot have."""

    def __init__(self, said: str, *own_names: str) -> None:
        super().__init__(said)
        self.own_names = own_names


def _words(prefix: str, own_name: str, name: str, description: str) -> ToolWords:
    """Raises Unfit."""
    name = name.strip().removeprefix(prefix)
    description = visible(description.replace("\r\n", "\n")).strip()
    if name and not _NAME.fullmatch(name):
        said = f"“{name[:60]}” is no name of a tool: letters, digits, _ and - make one."
        raise Unfit(said, own_name)
    if len(prefix) + len(name) > MAX_NAME_CHARS:
        said = f"“{name[:60]}” is too long: {MAX_NAME_CHARS - len(prefix)} characters fit."
        raise Unfit(said, own_name)
    if len(description) > MAX_DESCRIPTION_CHARS:
        said = f"A description takes {MAX_DESCRIPTION_CHARS:,} characters at most."
        raise Unfit(said, own_name)
    return ToolWords(own_name, name, description)


def _checked(saved: SavedSpace, listing: SpaceListing, said_of: list[ToolWords]) -> list[ToolWords]:
    """Return the words that are of use, with those of tools that are not there now.

    Raises Unfit where two tools would have one name.
    """
    there = {tool.own_name for tool in all_tools(listing)}
    given = {each.own_name: each for each in said_of if each.own_name in there}
    names: dict[str, str] = {}
    for own_name in there:
        name = given[own_name].name if own_name in given else ""
        called = tool_name(saved.prefix, name or own_name)
        if called in names:
            raise Unfit(f"Two tools would be called {called}.", own_name, names[called])
        names[called] = own_name
    kept = {each.own_name: each for each in saved.tool_words if each.own_name not in given}
    return list({**kept, **given}.values())[-MAX_TOOLS:]


@require_POST
@for_users_async
async def answers_within(request: HttpRequest, user: User) -> HttpResponse:
    """Save after how many seconds a call of a Space answers in any case."""
    space_id = request.POST.get("space_id", "").strip()
    chosen = answer_time(request.POST.get("seconds", ""))
    try:
        await _theirs(user, space_id)
        if chosen is None:
            raise Refused("Choose one of the times.")
        if not await _choose_answers_within(user, space_id, chosen.seconds):
            raise Refused(NOT_THEIRS)
    except Refused as error:
        return await refuse(request, error, space_id=space_id)
    said = f"{space_id}: {chosen.label.lower()}."
    return await show_space(request, user, space_id, said, fold="rules")
