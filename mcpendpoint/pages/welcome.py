"""What a browser sees at the endpoint: what this is, and how to connect a client to it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts.catalogue import ToolChoice, catalogue
from accounts.clients import client_snippets

SHARED_PATH = "/mcp"


async def welcome(request: HttpRequest, mcp_url: str) -> HttpResponse:
    """Return the page for this URL of the endpoint, which knows no session and so no user."""
    is_shared = urlsplit(mcp_url).path == SHARED_PATH
    context = {
        "mcp_url": mcp_url,
        "is_shared": is_shared,
        "snippets": client_snippets(mcp_url, None),
        "tools": _tools_for_everybody(),
        "spaces": settings.DEFAULT_SPACES,
        "hub": settings.HF_ENDPOINT,
    }
    response = HttpResponse(render_to_string("mcpendpoint/welcome.html", context))
    # The endpoint is served without Django's middleware, which would say all this.
    response["Content-Security-Policy"] = _content_security_policy()
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    response["Referrer-Policy"] = settings.SECURE_REFERRER_POLICY
    response["Cross-Origin-Opener-Policy"] = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        response["Strict-Transport-Security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
        )
    response["Vary"] = "Accept"
    return response


def _tools_for_everybody() -> list[ToolChoice]:
    return [
        tool
        for tool in catalogue.tools
        if (tool.is_default or tool.is_always_on)
        and not tool.needs_sign_in
        and tool.name not in settings.DISABLE_TOOLS
    ]


def _content_security_policy() -> str:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
