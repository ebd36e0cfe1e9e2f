"""Tokens for the Xet storage: the Hub checks the right, the storage only the token."""

import secrets
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.buckets.access import find_bucket, require_bucket_write
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import Repo
from tests.standins.hub.repos import check_gate
from tests.standins.hub.state import Hub
from tests.standins.hub.writes.preupload import require_commit

LIFETIME_SECONDS = 3600


async def read_repo(request: Request, repo: Repo, segments: list[str]) -> Response:
    check_gate(request, repo, caller_of(request))
    return _token(request, "read")


async def write_repo(request: Request, repo: Repo, segments: list[str]) -> Response:
    require_commit(request, repo)
    return _token(request, "write")


async def read_bucket(request: Request) -> Response:
    find_bucket(request)
    return _token(request, "read")


async def write_bucket(request: Request) -> Response:
    require_bucket_write(request, find_bucket(request))
    return _token(request, "write")


def _token(request: Request, scope: str) -> Response:
    headers = issue(request, scope)
    url, token, expires = headers.values()
    answer = {"accessToken": token, "casUrl": url, "exp": int(expires)}
    return JSONResponse(answer, headers=headers)


def issue(request: Request, scope: str) -> dict[str, str]:
    """Return a new token and where it is good for, as headers."""
    hub: Hub = request.app.state.hub
    token = f"xet_{scope}_{secrets.token_hex(16)}"
    expires = int(time.time()) + LIFETIME_SECONDS
    hub.xet_tokens[token] = expires
    return {
        "X-Xet-Cas-Url": f"{request.base_url}_cas",
        "X-Xet-Access-Token": token,
        "X-Xet-Token-Expiration": str(expires),
    }


def require_token(request: Request, *scopes: str) -> None:
    hub: Hub = request.app.state.hub
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if hub.xet_tokens.get(token, 0) < time.time():
        raise errors.bad_credentials()
    if token.split("_")[1] not in scopes:
        raise HubError(403, "This token may not do that")
