"""The page of a tool: a form of its arguments, which a POST of the person's own session runs.

A script of ours gets what the call says meanwhile, line by line; without it the answer is the page.
"""

import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.profiles.editing import edited_url
from accounts.signed_in import for_users_async, render_page
from mcpendpoint.files.keeping import FileRefused, keep_upload
from mcpendpoint.gradio.listings import SpaceListing
from mcpendpoint.gradio.trust import explain_hold
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.pages.trying.reading import (
    Given,
    empty_form,
    read_form,
    shape_takes_files,
    shown_again,
)
from mcpendpoint.pages.trying.results import outcome_of
from mcpendpoint.pages.trying.running import Telling, news_of, run_tool
from mcpendpoint.pages.trying.shapes import Shape, shape_of
from mcpendpoint.pages.trying.snippets import curl, pretty, request_of
from mcpendpoint.pages.upload_limits import upload_limits
from mcpendpoint.pages.visits import Visit, visit_of
from mcpendpoint.serving.directions import page_url
from mcpendpoint.serving.scope_checks import explain_absence
from mcpendpoint.serving.tool_lists import find_definition
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.registry import by_name

Context = dict[str, Any]

FILE, MORE = "~file", "more"
LINES = "application/x-ndjson"
_keep_upload = sync_to_async(keep_upload)

MAX_FILES = 10

_render_fragment = sync_to_async(render_to_string)


@require_GET
@for_users_async
async def overview(request: HttpRequest, user: User) -> HttpResponseBase:
    """Lead to where all tools are."""
    return redirect("accounts:tools")


@require_http_methods(["GET", "POST"])
@for_users_async
async def tool(request: HttpRequest, user: User, name: str) -> HttpResponseBase:
    visit = visit_of(request, user)
    shape, page = await _look_up(visit, name)
    if shape is None:
        return await render_page(request, "mcpendpoint/trying/absent.html", page, status=404)
    if request.method == "GET":
        return await _answer(request, {**page, "form": empty_form(shape)})
    if more := request.POST.get(MORE):
        form = shown_again(shape, Given(dict(request.POST.lists())), more)
        return await _answer(request, {**page, "form": form})
    reading = read_form(shape, await _given(request, user))
    page["form"] = reading.shown
    if faults := reading.faults:
        return await _answer(request, {**page, "faults": faults}, status=422)
    run = partial(_run, request, visit, page, reading.arguments)
    if _takes_lines(request):
        lines = StreamingHttpResponse(_lines(run), content_type=LINES)
        lines["X-Accel-Buffering"] = "no"
        return lines
    return await _answer(request, {**page, **await run(Telling(waits=False))})


async def _look_up(visit: Visit, name: str) -> tuple[Shape | None, Context]:
    """Return the form of a tool, None where this person has no such tool, and what to say of it."""
    context = await visit.context()
    page: Context = {"name": name}
    try:
        definition, listing = await find_definition(name, context)
    except ToolError as error:
        return None, {**page, "why": str(error)}
    page |= _about_space(listing)
    if definition is None:
        why = _why_missing(name, listing) if listing else explain_absence(name, context).message
        return None, {**page, "why": why}
    tools = listing.tools if listing else ()
    of_space = next((each for each in tools if each.name == name), None)
    shape = shape_of(definition.input_schema, of_space.places if of_space else None)
    page |= {
        "definition": definition,
        "effects": by_name[name].effects if name in by_name else (),
        "takes_files": shape_takes_files(shape),
        **upload_limits(),
    }
    return shape, page


def _why_missing(name: str, listing: SpaceListing) -> str:
    held = next((tool for tool in listing.held if tool.name == name), None)
    if held is not None and held.held is not None:
        where = page_url("spaces") if listing.choice.agreement else None
        return explain_hold(name, listing.choice.space_id, held.held, where=where)
    return listing.problem or "The Space has no such tool, or it is not ticked."


def _about_space(listing: SpaceListing | None) -> Context:
    if listing is None:
        return {}
    space_id = listing.choice.space_id
    return {
        "space_id": space_id,
        "space_url": f"{settings.HF_ENDPOINT}/spaces/{space_id}",
        "status_url": is_space_id(space_id) and reverse("spaces:status", args=space_id.split("/")),
    }


async def _given(request: HttpRequest, user: User) -> Given:
    files: dict[str, list[str]] = {}
    refused: dict[str, str] = {}
    for number, (field, uploaded) in enumerate(_uploads(request)):
        name = field.removesuffix(FILE)
        try:
            if number >= MAX_FILES:
                raise FileRefused(f"No more than {MAX_FILES} files can be given at once.")
            files.setdefault(name, []).append((await _keep_upload(user, uploaded)).handle)
        except FileRefused as error:
            refused[name] = str(error)
    return Given(dict(request.POST.lists()), files, refused)


def _uploads(request: HttpRequest) -> list[tuple[str, "UploadedFile[Any]"]]:
    return [(field, each) for field in request.FILES for each in request.FILES.getlist(field)]


async def _run(
    request: HttpRequest, visit: Visit, page: Context, arguments: Context, telling: Telling
) -> Context:
    """Return what came of a call, for the page."""
    began = time.perf_counter()
    name = page["name"]
    ran = await run_tool(name, arguments, visit, telling)
    call = request_of(name, arguments)
    return {
        **page,
        "ran": ran,
        "outcome": outcome_of(ran.answer),
        "took": _duration(time.perf_counter() - began),
        "call": pretty(call),
        "answer": pretty(ran.answer),
        "curl": curl(edited_url(request, visit.user), call),
    }


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


async def _lines(run: Any) -> AsyncIterator[bytes]:
    async for news in news_of(run):
        if news is None:
            yield b"\n"
        elif "ran" in news:
            html = await _render_fragment("mcpendpoint/trying/_result.html", news)
            yield orjson.dumps({"result": html}) + b"\n"
        else:
            yield orjson.dumps(news) + b"\n"


def _takes_lines(request: HttpRequest) -> bool:
    return LINES in request.headers.get("accept", "")


async def _answer(request: HttpRequest, page: Context, status: int = 200) -> HttpResponse:
    is_fragment = _takes_lines(request)
    template = "_form.html" if is_fragment else "tool.html"
    return await render_page(request, f"mcpendpoint/trying/{template}", page, status=status)
