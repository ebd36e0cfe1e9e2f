"""Holds a call back until the person has decided. Costs nothing where they need not be asked."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from mcp import MCPError
from mcp_types import CallToolResult, InputRequiredResult, TextContent

from accounts.approvals import State, Subject, TooManyApprovals, new_id
from accounts.consequences import Choice, Kind
from accounts.database import UNAVAILABLE
from mcpendpoint.protocol.client_requests import seconds_to_answer
from mcpendpoint.protocol.records import Reason
from mcpendpoint.serving.approvals import words
from mcpendpoint.serving.approvals.asking import Answered, Asking, signs_of_life
from mcpendpoint.serving.approvals.books import Book, book_of
from mcpendpoint.serving.approvals.subjects import fits_in_client, message_of, subject_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.tools.base import Arguments, Consequence, Tool

Held = CallToolResult | InputRequiredResult

LOOK_EVERY_SECONDS = 1.0
"""Whether the person has decided at the page."""

_at_pages: set[tuple[int | None, str]] = set()
"""Whose call waits for what is decided at its page, as many as people may have questions."""


def choice_about(kinds: Iterable[Kind], context: RequestContext) -> Choice:
    return context.caller.approvals.about(kinds)


async def consequence_of(
    tool: Tool[Any], arguments: Arguments, context: RequestContext
) -> Consequence | None:
    """Return what the person has a say in; None for a call that may be made at once."""
    possible = tool.consequences
    if possible is None or choice_about(possible.kinds, context) is Choice.ALLOW:
        return None
    found = possible.of(arguments)
    if found is None or choice_about(found.kinds, context) is Choice.ALLOW:
        return None
    if found.look_closer is not None:
        found = await found.look_closer(context)
    context.approved_state = found.state if found else ""
    return found


async def held_back(
    name: str,
    arguments: dict[str, Any],
    consequence: Consequence,
    context: RequestContext,
    asking: Asking,
) -> Held | None:
    """Return what to answer in place of making a call; None when it may be made.

    Waits for the person where the client asks them meanwhile: see `is_still_so`.
    """
    if refusal := _forbidden(consequence, context):
        return refusal
    if choice_about(consequence.kinds, context) is Choice.ALLOW:
        return None
    subject = subject_of(name, arguments, consequence, context)
    try:
        return await _decided(subject, book_of(context.caller.user_id), context, asking)
    except TooManyApprovals:
        return _not_done(words.too_many(context.directions.approvals_url), context)
    except UNAVAILABLE as error:
        raise database_unavailable() from error


async def held_by_now(
    number: str,
    name: str,
    arguments: dict[str, Any],
    consequence: Consequence,
    context: RequestContext,
) -> Held | None:
    """Return why a call is not made that was approved before its files were sent; None when it may
    be made, which is once for each number.
    """
    if refusal := _forbidden(consequence, context):
        return refusal
    subject = subject_of(name, arguments, consequence, context)
    try:
        is_first = await book_of(context.caller.user_id).use(number, subject)
    except TooManyApprovals:
        return _not_done(words.too_many(context.directions.approvals_url), context)
    except UNAVAILABLE as error:
        raise database_unavailable() from error
    return None if is_first else _not_done(words.REPLAYED, context)


def is_still_so(
    before: Consequence, now: Consequence | None, context: RequestContext
) -> CallToolResult | None:
    """Return why a call that was approved is not made after all; None when it may be made."""
    if now is None:
        return None
    if now.state != before.state:
        return _not_done(words.CHANGED, context)
    return _forbidden(now, context)


def _forbidden(consequence: Consequence, context: RequestContext) -> CallToolResult | None:
    offer = context.caller.offer
    if by_group := offer.least.forbidden(consequence.kinds):
        return _not_done(words.forbidden_by_group(by_group, offer.why_not), context)
    forbidden = context.caller.approvals.forbidden(consequence.kinds)
    if not forbidden:
        return None
    return _not_done(words.forbidden(forbidden, context.directions.approvals_url), context)


async def _decided(
    subject: Subject, book: Book, context: RequestContext, asking: Asking
) -> Held | None:
    answered = asking.answered()
    if answered is not None and answered.digest == subject.digest:
        return await _after(answered, subject, book, context)
    match await book.take(subject.digest):
        case State.USED:
            return None
        case State.REFUSED:
            return _not_done(words.REFUSED, context)
    if "form" not in asking.modes or not fits_in_client(subject):
        url = await book.address(subject)
        if url is not None and "url" in asking.modes:
            return await _led_to_page(url, subject, book, context, asking)
        if url is not None or "form" not in asking.modes:
            return await _at_page(subject, book, context)
    await book.note_asked(subject)
    if asking.is_modern:
        context.is_waiting = True
        return asking.ask_in_answer(message_of(subject), new_id(), subject.digest)
    try:
        action = await asking.ask_now(message_of(subject), context)
    except MCPError:
        action = "cancel"
    if action == "cancel":
        return await _at_page(subject, book, context, words.NO_ANSWER)
    is_approved = action == "accept"
    if not await book.note_answer(subject, is_approved=is_approved):
        return _not_done(words.REPLAYED, context)
    return None if is_approved else await _declined(subject, book, context)


async def _after(
    answered: Answered, subject: Subject, book: Book, context: RequestContext
) -> Held | None:
    """Go on with a call whose client asked the person."""
    if answered.action == "cancel":
        return await _at_page(subject, book, context, words.NO_ANSWER)
    if answered.mode == "url":
        if answered.action == "decline":
            return await _declined(subject, book, context)
        return await _decided_at_page(subject, book, context)
    is_approved = answered.action == "accept"
    if not await book.settle(answered.question, subject, is_approved=is_approved):
        return _not_done(words.REPLAYED, context)
    return None if is_approved else await _declined(subject, book, context)


async def _led_to_page(
    url: str, subject: Subject, book: Book, context: RequestContext, asking: Asking
) -> Held | None:
    """Let the client open the page, which shows what no client has room for."""
    question = new_id()
    message = message_of(subject)
    if asking.is_modern:
        context.is_waiting = True
        return asking.lead_in_answer(message, url, question, subject.digest)
    began = time.monotonic()
    try:
        action = await asking.lead_now(message, url, question, context)
    except MCPError:
        action = "cancel"
    if action == "cancel":
        return await _at_page(subject, book, context, words.NO_ANSWER)
    if action == "decline":
        return await _declined(subject, book, context)
    held = await _decided_at_page(subject, book, context, since=began)
    await asking.tell_complete(question)
    return held


async def _decided_at_page(
    subject: Subject, book: Book, context: RequestContext, *, since: float | None = None
) -> Held | None:
    """Wait for the person at the page, for as long as clients wait since they were asked.

    One call waits; the same call made meanwhile is told to come back.
    """
    waits = (context.caller.user_id, subject.digest)
    if waits in _at_pages:
        return await _at_page(subject, book, context)
    _at_pages.add(waits)
    try:
        async with signs_of_life(context):
            state = await _decision(subject, book, context, since or time.monotonic())
    finally:
        _at_pages.discard(waits)
    if state is None:
        return await _at_page(subject, book, context, words.NOT_DECIDED_YET)
    return None if state is State.USED else _not_done(words.REFUSED, context)


async def _decision(
    subject: Subject, book: Book, context: RequestContext, since: float
) -> State | None:
    until = since + seconds_to_answer(wants_progress=context.wants_progress)
    while time.monotonic() < until:
        state = await book.take(subject.digest)
        if state in (State.USED, State.REFUSED):
            return state
        if state is None:  # another call has used it, or it is too late
            return None
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return None


async def _declined(subject: Subject, book: Book, context: RequestContext) -> Held:
    url = await book.address(subject)
    return _not_done(words.REFUSED if url is None else words.declined(url), context)


async def _at_page(
    subject: Subject, book: Book, context: RequestContext, why: str = ""
) -> Held | None:
    """Tell the address of the page, and why it comes to that where the person was asked before."""
    url = await book.address(subject)
    if url is not None:
        context.is_waiting = True
        return _told(words.at_page(url, why))
    if why:
        return _not_done(words.UNANSWERED, context)
    return None if context.runs_unasked else _not_done(words.CANNOT_ASK, context)


def _not_done(text: str, context: RequestContext) -> CallToolResult:
    context.deny(Reason.APPROVAL)
    return _told(text)


def _told(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
