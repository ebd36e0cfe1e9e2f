"""What is in a bucket: its tree, some of its paths, and its files."""

from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.standins.hub import errors, paging
from tests.standins.hub.buckets.access import find_bucket, find_bucket_by_id
from tests.standins.hub.buckets.records import Bucket, BucketFile
from tests.standins.hub.content import raw_segments, storage_url
from tests.standins.hub.files import asked_paths
from tests.standins.hub.listing import TRUE
from tests.standins.hub.records import wire_date

PAGE_SIZE = 100


async def tree(request: Request) -> Response:
    """GET …/tree[/{prefix}]: folders and files, or, recursively, files alone.

    The prefix need not end where a folder does: `run` finds `run/1` and `runner.py`.
    """
    bucket = find_bucket(request)
    prefix = "/".join(unquote(part) for part in raw_segments(request)[5:]).rstrip("/")
    paths = sorted(path for path in bucket.files if path.startswith(prefix))
    if request.query_params.get("recursive") in TRUE:
        entries = [describe(bucket.files[path]) for path in paths]
    else:
        entries = _one_level(bucket, prefix, paths)
    return paging.page(request, entries, size=PAGE_SIZE, max_size=PAGE_SIZE)


def _one_level(bucket: Bucket, prefix: str, paths: list[str]) -> list[dict[str, Any]]:
    folders: dict[str, BucketFile] = {}
    files = []
    for path in paths:
        is_inside = path.startswith(f"{prefix}/")
        end = path.find("/", len(prefix) + int(is_inside))
        file = bucket.files[path]
        if end == -1:
            files.append(describe(file))
        else:
            newest = folders.get(path[:end], file)
            folders[path[:end]] = max(newest, file, key=lambda each: each.uploaded_at)
    return [
        {"type": "directory", "path": path, "uploadedAt": wire_date(newest.uploaded_at)}
        for path, newest in folders.items()
    ] + files


def describe(file: BucketFile) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "type": "file",
        "path": file.path,
        "size": file.size,
        "xetHash": file.xet_hash,
        "uploadedAt": wire_date(file.uploaded_at),
    }
    if file.modified_at is not None:
        answer["mtime"] = wire_date(file.modified_at)
    if file.content_type is not None:
        answer["contentType"] = file.content_type
    return answer


async def paths_info(request: Request) -> Response:
    """POST …/paths-info: files only; what does not exist is left out."""
    bucket = find_bucket(request)
    paths, _ = await asked_paths(request)
    unique = dict.fromkeys(path.strip("/") for path in paths)
    return JSONResponse([describe(bucket.files[path]) for path in unique if path in bucket.files])


async def resolve(request: Request) -> Response:
    """GET /buckets/{id}/resolve/{path}: it is in the store, or, by its hash, in the Xet storage."""
    segments = [unquote(segment) for segment in raw_segments(request)]
    bucket = find_bucket_by_id(request, "/".join(segments[1:3]))
    path = "/".join(segments[4:])
    file = bucket.files.get(path)
    if file is None:
        raise errors.entry_not_found(path, "main")
    auth = f"{request.base_url}api/buckets/{bucket.id}/xet-read-token"
    reconstruction = f"{request.base_url}_cas/v1/reconstructions/{file.xet_hash}"
    headers = {
        "X-Linked-Size": str(file.size),
        "X-Linked-ETag": f'"{file.xet_hash}"',
        "X-Xet-Hash": file.xet_hash,
        "Accept-Ranges": "bytes",
        "Link": f'<{auth}>; rel="xet-auth", <{reconstruction}>; rel="xet-reconstruction-info"',
    }
    return RedirectResponse(storage_url(request, file.xet_hash, quote(path)), 302, headers)
