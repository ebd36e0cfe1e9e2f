"""Signing in at the Hub: at the same origin as its API, as on huggingface.co.

The OpenID provider is a server of its own (tests.standins.oauth); its requests are passed on to it.
"""

import os

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.standins.hub import errors
from tests.standins.reverse_proxy import forward, make_client

PATHS = ("/oauth/{rest:path}", "/.well-known/{rest:path}")
METHODS = ["GET", "POST", "OPTIONS", "DELETE"]


def routes() -> list[Route]:
    client = make_client()
    provider = os.environ.get("OAUTH_STANDIN_URL", "")

    async def pass_on(request: Request) -> Response:
        if not provider:
            raise errors.not_found()
        return await forward(client, request, f"{provider}{request.url.path}", headers={})

    async def remove_apps(request: Request) -> Response:
        answer = await client.post(f"{provider}{request.url.path}", content=await request.body())
        request.app.state.hub.revoked_tokens.update(answer.json())
        return Response(status_code=204)

    return [
        Route("/oauth/_revoke", remove_apps, methods=["POST"]),
        *(Route(path, pass_on, methods=METHODS) for path in PATHS),
    ]
