"""The Hub's sign-in for OAuth apps: passed on to the OpenID provider that stands behind it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.standins.reverse_proxy import forward, make_client

PATHS = (
    "/oauth/{rest:path}",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)
METHODS = ["GET", "POST", "PATCH", "DELETE", "OPTIONS"]


def oauth_routes(upstream_url: str) -> list[Route]:
    """Return the routes of sign-in, none without a provider to pass it on to."""
    if not upstream_url:
        return []
    client = make_client()

    async def pass_on(request: Request) -> Response:
        return await forward(client, request, upstream_url + request.url.path, headers={})

    return [Route(path, pass_on, methods=METHODS) for path in PATHS]
