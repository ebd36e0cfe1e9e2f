"""A page that builds a URL out of presets and Spaces, and shows what a client has by it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.addresses import site_url
from accounts.catalogue import ToolChoice, catalogue
from accounts.groups.offers import EVERYTHING
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import load_preferences
from accounts.profiles.editing import edited_url
from accounts.signed_in import person_of
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import InvalidOverrides, RequestOverrides, Selection, overrides_of
from mcpendpoint.access.who import Caller, Credential

MAX_CHARS = 2_000


@require_safe
@never_cache
def build_url(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    bouquet, mix = request.GET.get("bouquet", "")[:100], request.GET.getlist("mix")[:50]
    gradio = request.GET.get("gradio", "")[:MAX_CHARS]
    context: dict[str, Any] = {
        "bouquets": catalogue.bouquets,
        "bouquet": bouquet,
        "mix": mix,
        "gradio": gradio,
        "without_images": "no_image_content" in request.GET,
    }
    try:
        overrides = overrides_of(
            bouquets=[bouquet],
            mix=mix,
            spaces=[gradio],
            no_image_content=context["without_images"],
        )
        selection = selection_of(_caller(user), overrides)
    except InvalidOverrides as error:
        context["problem"] = str(error)
        return render(request, "mcpendpoint/url_builder.html", context, status=422)
    context |= {"url": _url(request, user, overrides), **_shown(selection)}
    return render(request, "mcpendpoint/url_builder.html", context)


def _caller(user: User | None) -> Caller:
    """Return as whom a client comes that the person signs in, or nobody."""
    if user is None:
        return Caller(Credential.ANONYMOUS, offer=EVERYTHING)
    saved, offer = load_preferences(user.pk, user.edited_profile_id), offer_to(user)
    return Caller(Credential.SESSION, user.pk, user.username, saved, offer=offer)


def _url(request: HttpRequest, user: User | None, overrides: RequestOverrides) -> str:
    shared = site_url(request) + reverse("mcpendpoint:shared")
    query = {
        "bouquet": overrides.bouquet or "",
        "mix": ",".join(overrides.mix),
        "gradio": ",".join(_spaces_in(overrides)),
        "no_image_content": "true" if overrides.no_image_content else "",
    }
    said = urlencode({name: text for name, text in query.items() if text})
    said = said.replace("%2F", "/").replace("%2C", ",").replace("%3A", ":")
    url = shared if user is None else edited_url(request, user)
    return f"{url}?{said}" if said else url


def _spaces_in(overrides: RequestOverrides) -> list[str]:
    if overrides.no_spaces:
        return ["none"]
    tools = dict(overrides.space_tools)
    return [
        word
        for space_id in overrides.spaces
        for word in (
            [f"{space_id}:{tool}" for tool in sorted(tools.get(space_id.lower(), ()))] or [space_id]
        )
    ]


def _shown(selection: Selection) -> dict[str, Any]:
    has = set(selection.tools)
    tools: list[ToolChoice] = [tool for tool in catalogue.tools if tool.name in has]
    return {
        "tools": tools,
        "spaces": [(space.space_id, space.prefix) for space in selection.spaces],
        "hub": settings.HF_ENDPOINT,
    }
