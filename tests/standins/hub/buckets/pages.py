"""/api/buckets: lists of them, and one: creating, showing, settings, deleting."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors, paging
from tests.standins.hub.buckets.access import find_bucket, require_bucket_write, sees_bucket
from tests.standins.hub.buckets.records import Bucket
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import wire_date
from tests.standins.hub.state import Hub
from tests.standins.hub.words import words_in
from tests.standins.hub.writes import rights
from tests.standins.hub.writes.creation import NAME

PAGE_SIZE = 30
MAX_PAGE_SIZE = 100


async def list_buckets(request: Request) -> Response:
    """GET /api/buckets/{owner}, where `me` is the caller."""
    hub: Hub = request.app.state.hub
    caller = caller_of(request)
    owner = _owner(request, caller)
    search = request.query_params.get("search", "")
    owned = [bucket for bucket in hub.buckets.values() if bucket.owner == owner]
    known = {*hub.orgs, *hub.accounts, *([caller.name] if caller else [])}
    if not owned and owner not in known:
        raise HubError(404, "This user or organization does not exist")
    shown = [
        render(bucket)
        for bucket in owned
        if sees_bucket(caller, bucket) and words_in(search, bucket.id)
    ]
    return paging.page(request, shown, size=PAGE_SIZE, max_size=MAX_PAGE_SIZE)


def _owner(request: Request, caller: Caller | None) -> str:
    owner: str = request.path_params["owner"]
    if owner != "me":
        return owner
    if caller is None:
        raise errors.sign_in_needed()
    return caller.name


def render(bucket: Bucket) -> dict[str, Any]:
    answer = {
        "_id": bucket.object_id,
        "id": bucket.id,
        "author": bucket.owner,
        "private": bucket.private,
        "createdAt": wire_date(bucket.created_at),
        "updatedAt": wire_date(bucket.updated_at),
        "size": bucket.size,
        "totalFiles": len(bucket.files),
        "repoType": "bucket",
        "cdnRegions": [],
    }
    group = bucket.resource_group
    return {**answer, "resourceGroup": {k: group[k] for k in ("id", "name")}} if group else answer


async def show(request: Request) -> Response:
    return JSONResponse(render(find_bucket(request)))


async def create(request: Request) -> Response:
    """POST /api/buckets/{owner}/{name}"""
    hub: Hub = request.app.state.hub
    caller = caller_of(request)
    owner, name = _owner(request, caller), request.path_params["name"]
    if caller is None:
        raise errors.sign_in_needed()
    scopes = {"contribute-repos", "manage-repos"}
    if caller.fine_grained is not None or not rights.may_write_in(caller, owner, scopes):
        what = f'create a bucket under the namespace "{owner}"'
        raise HubError(403, f"You don't have the rights to {what}.")
    body = await bodies.json_object(request)
    visibility = bodies.optional_text(body, "visibility")
    if visibility not in (None, "private", "public"):
        raise errors.invalid('"visibility" must be one of [private, public]')
    if not NAME.fullmatch(name):
        raise errors.invalid("Invalid bucket name")
    bucket_id = f"{owner}/{name}"
    url = f"{request.base_url}buckets/{bucket_id}"
    if bucket_id in hub.buckets:
        raise HubError(409, "You already created this bucket", extra={"url": url})
    bucket = Bucket(bucket_id, datetime.now(UTC), private=visibility == "private")
    hub.buckets[bucket_id] = bucket
    return JSONResponse({"url": url, "name": bucket_id, "id": bucket.object_id})


async def update(request: Request) -> Response:
    """PUT …/settings"""
    bucket = find_bucket(request)
    require_bucket_write(request, bucket)
    private = bodies.flag(await bodies.json_object(request), "private")
    if private is not None:
        bucket.private = private
    return JSONResponse({"private": bucket.private})


async def delete(request: Request) -> Response:
    bucket = find_bucket(request)
    require_bucket_write(request, bucket)
    hub: Hub = request.app.state.hub
    del hub.buckets[bucket.id]
    return Response(status_code=204)
