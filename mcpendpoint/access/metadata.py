"""What an MCP client may learn without a credential: RFC 9728 metadata."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.authorization.scopes import DEFAULT_SCOPES
from accounts.connecting import Stage
from mcpendpoint.access.arrivals import arrivals
from mcpendpoint.access.challenges import WELL_KNOWN
from mcpendpoint.protocol.request_head import read_request_head
from mcpendpoint.protocol.security import is_host_served, public_base


async def protected_resource(
    request: HttpRequest, username: str | None = None, profile: str | None = None
) -> HttpResponseBase:
    """RFC 9728 metadata of the shared endpoint, or of a user's own: also of a profile that is
    none, since nobody is told who has which.
    """
    head = read_request_head(request)
    if not is_host_served(head):
        return JsonResponse({"error": "misdirected_request"}, status=421)
    if username is not None:
        arrivals.note_at(username, Stage.METADATA_READ)
    resource = head.path.removeprefix(WELL_KNOWN)
    return JsonResponse(
        _resource_metadata(public_base(head), resource if resource.strip("/") else ""),
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"},
    )


def _resource_metadata(base: str, path: str) -> dict[str, Any]:
    shared = reverse("mcpendpoint:shared")
    return {
        # With a slash at the end if it was asked for with one (RFC 9728 3.3: the same as asked).
        "resource": base + (path or shared),
        "authorization_servers": [settings.PUBLIC_URL],
        "scopes_supported": [scope.value for scope in DEFAULT_SCOPES],
        "bearer_methods_supported": ["header"],
        "resource_name": "Hugging Face MCP server",
        "resource_documentation": base + shared,
    }
