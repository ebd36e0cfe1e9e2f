"""POST /api/buckets/{id}/batch: lines of JSON, each of which adds, copies or deletes a file."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.buckets.access import find_bucket, find_bucket_by_id, require_bucket_write
from tests.standins.hub.buckets.records import Bucket, BucketFile
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import KINDS
from tests.standins.hub.repos import check_gate, find_repo
from tests.standins.hub.state import Hub

MAX_OPERATIONS = 1000


async def batch(request: Request) -> Response:
    """Apply what can be applied; the answer says which lines failed, 422 that all of them did."""
    bucket = find_bucket(request)
    require_bucket_write(request, bucket)
    operations = list(_read(await request.body()))
    if len(operations) > MAX_OPERATIONS:
        raise errors.invalid(f"At most {MAX_OPERATIONS} operations in a batch")
    failed = []
    for operation in operations:
        try:
            _apply(request, bucket, operation)
        except HubError as error:
            failed.append({"path": operation.get("path"), "error": error.message})
    succeeded = len(operations) - len(failed)
    answer = {
        "success": not failed,
        "processed": len(operations),
        "succeeded": succeeded,
        "failed": failed,
    }
    return JSONResponse(answer, 422 if operations and not succeeded else 200)


def _read(content: bytes) -> Iterable[Body]:
    for line in content.splitlines():
        try:
            operation = json.loads(line)
        except ValueError as error:
            raise errors.invalid("Each line must be valid JSON") from error
        if not isinstance(operation, dict):
            raise errors.invalid("Each line must be an object")
        yield operation


def _apply(request: Request, bucket: Bucket, operation: Body) -> None:
    type_, path = operation.get("type"), bodies.text(operation, "path")
    if path.startswith("/") or path.endswith("/") or ".." in path.split("/"):
        raise errors.invalid("Invalid path")
    if type_ == "deleteFile":
        if bucket.files.pop(path, None) is None:
            raise errors.entry_not_found(path, "main")
    elif type_ in ("addFile", "copyFile"):
        find = _copied if type_ == "copyFile" else _uploaded
        xet_hash = bodies.text(operation, "xetHash")
        mtime = operation.get("mtime")
        bucket.files[path] = BucketFile(
            path,
            find(request, operation, xet_hash),
            datetime.now(UTC),
            xet_hash,
            bodies.optional_text(operation, "contentType"),
            datetime.fromtimestamp(mtime / 1000, UTC) if isinstance(mtime, int) else None,
        )
    else:
        raise errors.invalid(f"Unknown operation: {type_}")


def _uploaded(request: Request, operation: Body, xet_hash: str) -> bytes:
    hub: Hub = request.app.state.hub
    content = hub.xet_files.get(xet_hash)
    if content is None:
        raise HubError(422, f"No file with the Xet hash {xet_hash} was uploaded")
    return content


def _copied(request: Request, operation: Body, xet_hash: str) -> bytes:
    """Return the content of a file that the caller can read where it is copied from."""
    kind = bodies.text(operation, "sourceRepoType")
    source_id = bodies.text(operation, "sourceRepoId")
    if kind == "bucket":
        source = find_bucket_by_id(request, source_id)
        contents = {file.xet_hash: file.content for file in source.files.values()}
    elif kind in KINDS:
        caller = caller_of(request)
        repo = find_repo(request, kind, source_id, caller)
        check_gate(request, repo, caller)
        contents = {file.xet_hash: file.content for file in repo.large_files()}
    else:
        raise errors.invalid('"sourceRepoType" must be a kind of repository')
    if xet_hash not in contents:
        raise HubError(404, f"{source_id} has no file with the Xet hash {xet_hash}")
    return contents[xet_hash]
