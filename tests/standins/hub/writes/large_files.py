"""Large files: where to put them, and the store that takes them.

The store has signed URLs on another host, takes no token, and keeps files by their SHA-256.
"""

import hashlib
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.callers import caller_of
from tests.standins.hub.content import KIND_OF_PREFIX, storage_host
from tests.standins.hub.records import Kind, Repo
from tests.standins.hub.repos import find_repo
from tests.standins.hub.state import Hub
from tests.standins.hub.writes import rights
from tests.standins.hub.xet import tokens

MIB = 1024 * 1024
PART_SIZE = 5 * MIB
MULTIPART_FROM = 12 * MIB
LFS_JSON = "application/vnd.git-lfs+json"


async def batch(request: Request) -> Response:
    """POST /[datasets/|spaces/]{id}.git/info/lfs/objects/batch"""
    repo = _repo_of(request)
    # Who may propose a change uploads its files before it says that it is a proposal.
    rights.require_contribution(caller_of(request))
    body = await bodies.json_object(request)
    transfers = body.get("transfers") or ["basic"]
    if "basic" not in transfers:
        raise errors.invalid('"transfers" must include basic')
    asked = bodies.objects(body, "objects")
    if "xet" in transfers:
        answer = {"transfer": "xet", "objects": [_xet_plan(request, repo, each) for each in asked]}
        return JSONResponse(answer, media_type=LFS_JSON)
    part_size = PART_SIZE if "multipart" in transfers else None
    objects = [_plan(request, repo, each, part_size) for each in asked]
    return JSONResponse({"transfer": "basic", "objects": objects}, media_type=LFS_JSON)


def _repo_of(request: Request) -> Repo:
    kind: Kind = "model"
    segments = [unquote(segment) for segment in request.path_params["repo"].split("/")]
    if segments[0] in KIND_OF_PREFIX:
        kind = KIND_OF_PREFIX[segments.pop(0)]
    return find_repo(request, kind, "/".join(segments), caller_of(request))


def _xet_plan(request: Request, repo: Repo, asked: Body) -> dict[str, Any]:
    """Let who asks into the Xet storage; nowhere when the file is there."""
    plan = _plan(request, repo, asked, None)
    if "actions" in plan:
        again = f"{request.base_url}api/{repo.kind}s/{repo.id}/xet-write-token/main"
        plan["actions"] = {"upload": {"href": again, "header": tokens.issue(request, "write")}}
    return plan


def _plan(request: Request, repo: Repo, asked: Body, part_size: int | None) -> dict[str, Any]:
    """Tell where to put a file, in parts when it is very large; nowhere when it is there."""
    hub: Hub = request.app.state.hub
    oid, size = bodies.text(asked, "oid"), asked.get("size")
    if len(oid) != 64 or not isinstance(size, int):
        raise errors.invalid('"objects" must have an oid and a size')
    plan: dict[str, Any] = {"oid": oid, "size": size}
    if oid in hub.large_files or repo.large_content(oid) is not None:
        return plan
    upload: dict[str, Any] = {"href": _upload_url(request, oid)}
    if part_size and size >= MULTIPART_FROM:
        parts = range(1, -(-size // part_size) + 1)
        upload["header"] = {
            "chunk_size": str(part_size),
            **{f"{part:05}": _upload_url(request, oid, part=str(part)) for part in parts},
        }
    return {**plan, "authenticated": True, "actions": {"upload": upload}}


def _upload_url(request: Request, oid: str, **query: str) -> str:
    signature = hashlib.sha256(oid.encode()).hexdigest()
    query = {**query, "X-Signature": signature}
    host = storage_host(request)
    return str(request.url.replace(hostname=host, path=f"/_uploads/{oid}", query=urlencode(query)))


async def upload(request: Request) -> Response:
    """PUT a file or a part of it; POST the list of parts when all are there."""
    oid, hub = request.path_params["oid"], request.app.state.hub
    if "authorization" in request.headers:
        return PlainTextResponse("Only one auth mechanism allowed", 400)
    if request.query_params.get("X-Signature") != hashlib.sha256(oid.encode()).hexdigest():
        return PlainTextResponse("SignatureDoesNotMatch", 403)
    content = await request.body()
    part = request.query_params.get("part")
    if request.method == "PUT" and part:
        hub.parts.setdefault(oid, {})[part] = content
        return Response(headers={"ETag": f'"{hashlib.md5(content).hexdigest()}"'})
    if request.method == "POST":
        parts = hub.parts.pop(oid, {})
        content = b"".join(parts[number] for number in sorted(parts, key=int))
    if hashlib.sha256(content).hexdigest() != oid:
        return PlainTextResponse("The content does not match its SHA-256", 400)
    hub.large_files[oid] = content
    return Response()
