"""What a browser sees at the endpoint: what this is, and how to connect a client."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.addresses import endpoint_url, site_url
from accounts.catalogue import ToolChoice, catalogue
from accounts.clients.directory import grouped_clients
from accounts.models import User
from accounts.signed_in import render_page
from mcpendpoint.access.who import UrlOwner


async def welcome(request: HttpRequest, url_owner: UrlOwner | None) -> HttpResponse:
    """Return the page of the endpoint; `url_owner` is None at `/mcp`.

    Somebody who is signed in gets their own address, wherever they are.
    """
    user = await _signed_in(request)
    owner, profile = url_owner or (None, None)
    shared_url = site_url(request) + reverse("mcpendpoint:shared")
    name = user.username if user else owner
    is_at_home = user is None or (owner or "").lower() == user.username.lower()
    profile = profile if is_at_home else None
    mcp_url = shared_url if name is None else endpoint_url(request, name, profile)
    context = {
        "mcp_url": mcp_url,
        "shared_url": shared_url,
        "owner": owner,
        "is_shared": mcp_url == shared_url,
        "is_of_somebody_else": user and owner and user.username.lower() != owner.lower(),
        "groups": grouped_clients(),
        "tools": _tools_for_everybody(),
        "spaces": settings.DEFAULT_SPACES,
        "hub": settings.HF_ENDPOINT,
        "has_oauth": bool(settings.HF_OAUTH_CLIENT_ID),
        "takes_tokens": settings.SIGN_IN_WITH_TOKEN,
    }
    response = await render_page(request, "mcpendpoint/welcome.html", context)
    response["Vary"] = "Accept, Cookie"
    return response


async def _signed_in(request: HttpRequest) -> User | None:
    user = await request.auser()
    return user if isinstance(user, User) else None


def _tools_for_everybody() -> list[ToolChoice]:
    return [
        tool
        for tool in catalogue.tools
        if (tool.is_default or tool.is_always_on)
        and not tool.needs_sign_in
        and tool.name not in settings.DISABLE_TOOLS
    ]
