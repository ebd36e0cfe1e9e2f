"""The bytes of files: /resolve, /raw, and the two places where /resolve redirects to.

As on the Hub, a small file is answered by a redirect within the Hub, a large one by a redirect to a
storage host (here: the other name of loopback) which refuses a request with a Hub token.
"""

import mimetypes
import re
from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.callers import caller_of
from tests.standins.hub.files import split_revision
from tests.standins.hub.records import Commit, File, Kind, Repo, hex_id
from tests.standins.hub.repos import PAGE_PREFIX, check_gate, find_history, find_repo
from tests.standins.hub.state import Hub

KIND_OF_PREFIX: dict[str, Kind] = {"datasets": "dataset", "spaces": "space"}
BEFORE_THE_GATE = ("README.md", ".gitattributes", "LICENSE")
STORAGE_HOST = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def repo_page(request: Request) -> Response:
    """GET /[datasets/|spaces/]{id}/{resolve|raw}/{revision}/{path}"""
    segments = raw_segments(request)
    kind: Kind = "model"
    if segments[0] in KIND_OF_PREFIX:
        kind = KIND_OF_PREFIX[segments.pop(0)]
    for length in (2, 1):
        if segments[length : length + 1] in (["resolve"], ["raw"]):
            repo_id = "/".join(unquote(segment) for segment in segments[:length])
            repo = find_repo(request, kind, repo_id, caller_of(request))
            return _file(request, repo, segments[length], segments[length + 1 :])
    raise errors.not_found()


def raw_segments(request: Request) -> list[str]:
    """Return the parts of the path as they were sent: `refs%2Fpr%2F1` is one part."""
    raw_path: bytes = request.scope["raw_path"]
    return raw_path.decode("ascii").strip("/").split("/")


def _file(request: Request, repo: Repo, action: str, segments: list[str]) -> Response:
    revision, path = split_revision(repo, segments)
    commit = find_history(repo, revision)[0]
    if path not in BEFORE_THE_GATE:
        check_gate(request, repo, caller_of(request))
    headers = {"X-Repo-Commit": commit.oid}
    file = commit.files.get(path)
    if file is None:
        error = errors.entry_not_found(path, revision)
        error.headers = headers
        raise error
    if action == "raw":
        content = file.pointer if file.is_lfs else file.content
        return partial(request, content, file.oid, {**headers, "Content-Type": "text/plain"})
    headers |= {
        "X-Linked-Size": str(file.size),
        "X-Linked-ETag": f'"{file.sha256 if file.is_lfs else file.oid}"',
        "Accept-Ranges": "bytes",
    }
    to = (
        storage_url(request, file.sha256, file.path)
        if file.is_lfs
        else _cache_url(request, repo, commit, file)
    )
    return RedirectResponse(to, 302 if file.is_lfs else 307, headers)


def _cache_url(request: Request, repo: Repo, commit: Commit, file: File) -> str:
    path = f"/api/resolve-cache/{repo.kind}s/{repo.id}/{commit.oid}/{quote(file.path)}"
    asked = f"{PAGE_PREFIX[repo.kind]}{repo.id}/resolve/{commit.oid}/{file.path}"
    query = urlencode({asked: "", "etag": f'"{file.oid}"'})
    return f"{path}?{query}"


def storage_host(request: Request) -> str:
    """Return another name of this machine: large files are on another host than the Hub."""
    host = request.url.hostname or "127.0.0.1"
    return STORAGE_HOST.get(host, f"storage.{host}")


def storage_url(request: Request, key: str, name: str) -> str:
    url = request.url.replace(
        hostname=storage_host(request),
        path=f"/_storage/{key}",
        query=urlencode({"name": name, "X-Signature": hex_id("signature", key)}),
    )
    return str(url)


async def resolve_cache(request: Request) -> Response:
    """GET /api/resolve-cache/{kind}s/{id}/{commit}/{path}, where /resolve sent the client."""
    segments = raw_segments(request)[3:]
    if len(segments) < 4:
        raise errors.not_found()
    owner, name, oid, *path_segments = (unquote(segment) for segment in segments)
    caller = caller_of(request)
    repo = find_repo(request, request.path_params["kind"], f"{owner}/{name}", caller)
    path = "/".join(path_segments)
    if path not in BEFORE_THE_GATE:
        check_gate(request, repo, caller)
    file = find_history(repo, oid)[0].files.get(path)
    if file is None:
        raise errors.entry_not_found(path, oid)
    headers = {
        "Content-Type": _media_type(path),
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(path.rpartition('/')[2])}",
        "X-Repo-Commit": oid,
        "X-Linked-Size": str(file.size),
    }
    return partial(request, file.content, file.oid, headers)


async def storage(request: Request) -> Response:
    """GET /_storage/{key}: a store with signed URLs, which takes no other credential.

    A large file of a repository has its SHA-256 as a key, a file of a bucket its Xet hash.
    """
    if "authorization" in request.headers:
        return Response("Only one auth mechanism allowed", 400, media_type="text/plain")
    key = request.path_params["key"]
    content = _stored(request.app.state.hub, key)
    if content is not None:
        return partial(request, content, key, {"Content-Type": "application/octet-stream"})
    return Response("No such key", 404, media_type="text/plain")


def _stored(hub: Hub, key: str) -> bytes | None:
    for repo in hub.repos.values():
        content = repo.large_content(key)
        if content is not None:
            return content
    files = (file for bucket in hub.buckets.values() for file in bucket.files.values())
    return next((file.content for file in files if file.xet_hash == key), None)


def _media_type(path: str) -> str:
    guess = mimetypes.guess_type(path)[0] or "text/plain"
    # The Hub never serves a page of somebody else's making as one.
    return "text/plain; charset=utf-8" if guess.startswith("text/") else guess


def partial(request: Request, content: bytes, tag: str, headers: dict[str, str]) -> Response:
    etag = f'"{tag}"'
    headers = {**headers, "ETag": etag, "Accept-Ranges": "bytes"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    match = RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or match[0] == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return Response(content, headers=headers)
    size = len(content)
    start, end = _bounds(match[1], match[2], size)
    if start >= size or end < start:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Response(content[start : end + 1], 206, headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), (size - 1 if int(last) else -1)
    return int(first), min(int(last), size - 1) if last else size - 1
