"""Forms by which people agree to the parts of their Spaces, and say what needs no agreement."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.pins import agree as save_agreement
from accounts.pins import choose_take_over, pinned_parts
from accounts.signed_in import for_users_async
from accounts.space_changes import TakeOver
from mcpendpoint.gradio.agreeing import seen
from mcpendpoint.gradio.discovery import look_again
from mcpendpoint.gradio.knowledge import spread
from mcpendpoint.gradio.listings import SpaceListing, SpacePart
from mcpendpoint.gradio.trust import Held
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.pages.space_answers import NOT_THEIRS, Refused, refuse, token_of
from mcpendpoint.pages.space_rows import all_parts, counted
from mcpendpoint.pages.space_status import listing_of, saved_space, show_space

MAX_PINS = 400
"""Of a form: more than any Space has parts."""

_agree = sync_to_async(save_agreement)
_choose_take_over = sync_to_async(choose_take_over)
_pinned_parts = sync_to_async(pinned_parts)


@require_POST
@for_users_async
async def agree(request: HttpRequest, user: User) -> HttpResponse:
    """Agree to exactly what was shown, whose fingerprints are in the form."""
    space_id = request.POST.get("space_id", "").strip()
    pins = set(request.POST.getlist("pins")[:MAX_PINS])
    gone = set(request.POST.getlist("gone")[:MAX_PINS])
    try:
        said = await _agree_to(user, space_id, pins, gone)
    except Refused as error:
        return await refuse(request, error, space_id=space_id)
    return await show_space(request, user, space_id, said)


@require_POST
@for_users_async
async def take_over(request: HttpRequest, user: User) -> HttpResponse:
    """Save what of a Space's changes is taken over unasked."""
    space_id = request.POST.get("space_id", "").strip()
    word = request.POST.get("takes_over", "")
    is_known = is_space_id(space_id) and word in TakeOver
    if not is_known or not await _choose_take_over(user, space_id, TakeOver(word)):
        return await refuse(request, NOT_THEIRS, space_id=space_id)
    said = f"{space_id}: {TakeOver(word).label.lower()}."
    return await show_space(request, user, space_id, said, fold="rules")


async def _agree_to(user: User, space_id: str, pins: set[str], gone: set[str]) -> str:
    """Return what was done, in a sentence. Raises Refused."""
    saved = await saved_space(user, space_id) if is_space_id(space_id) else None
    if saved is None:
        raise Refused(NOT_THEIRS)
    token = await token_of(user)
    listing = await listing_of(user, space_id, saved, token)
    if pins - _pins_of(listing):
        # Another worker may have shown what this one has not seen yet.
        look_again(space_id, token)
        listing = await listing_of(user, space_id, saved, token)
    agreed = [part for part in _parts_of(listing) if part.pin in pins]
    there = {part.key for part in _parts_of(listing)}
    known = (await _pinned_parts(user, space_id)).parts.keys()
    missing = len(pins - _pins_of(listing))
    lost = (gone & known) - there if there else set()
    if agreed or lost:
        await _agree(user, space_id, [seen(part) for part in agreed], lost)
        await spread(space_id)  # other workers may still know what is not agreed to any more
    again = f"{space_id} has changed again since this was shown: look at it once more."
    if missing and not agreed:
        raise Refused(again)
    said = _sentence(space_id, counted(agreed), len(lost))
    return f"{said} {again}" if missing else said


def _parts_of(listing: SpaceListing) -> list[SpacePart]:
    """Return what can be agreed to."""
    return [part for part in all_parts(listing) if part.held is not Held.REFUSED]


def _pins_of(listing: SpaceListing) -> set[str]:
    return {part.pin for part in _parts_of(listing)}


def _sentence(space_id: str, agreed: str, lost: int) -> str:
    if agreed:
        return f"You agreed to {agreed} of {space_id}."
    if lost:
        return f"What {space_id} has no more is forgotten."
    return f"There was nothing of {space_id} to agree to."
