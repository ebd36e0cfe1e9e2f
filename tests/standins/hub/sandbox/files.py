"""The files of a sandbox: listing, reading, writing, deleting."""

import posixpath
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.errors import HubError
from tests.standins.hub.sandbox.records import Sandbox, SandboxFile
from tests.standins.hub.sandbox.rpc import find_sandbox

PAGE_SIZE = 1000


async def list_files(request: Request) -> Response:
    sandbox, path = find_sandbox(request), _path(request)
    if path in sandbox.files:
        raise HubError(400, f"not a directory: {path}")
    if path not in sandbox.folders:
        raise HubError(404, f"no such file: {path}")
    after = request.query_params.get("after", "")
    names = sorted(
        each
        for each in {*sandbox.files, *sandbox.folders} - {"/"}
        if posixpath.dirname(each) == path and posixpath.basename(each) > after
    )
    answer: dict[str, Any] = {"entries": [_describe(sandbox, each) for each in names[:PAGE_SIZE]]}
    if len(names) > PAGE_SIZE:
        answer["next"] = posixpath.basename(names[PAGE_SIZE - 1])
    return JSONResponse(answer)


async def stat(request: Request) -> Response:
    return JSONResponse(_describe(find_sandbox(request), _path(request)))


async def read(request: Request) -> Response:
    sandbox, path = find_sandbox(request), _path(request)
    content = _file(sandbox, path).content
    offset, length = _number(request, "offset", 0), _number(request, "length", len(content))
    return Response(content[offset : offset + length], media_type="application/octet-stream")


async def write(request: Request) -> Response:
    """Write a file, or a part of it at an offset; folders above it are made."""
    sandbox, path = find_sandbox(request), _path(request)
    if path in sandbox.folders:
        raise HubError(400, f"is a directory: {path}")
    content = await request.body()
    if "offset" in request.query_params:
        offset = _number(request, "offset", 0)
        old = sandbox.files[path].content if path in sandbox.files else b""
        end = offset + len(content)
        content = old[:offset].ljust(offset, b"\0") + content + old[end:]
        content = content[: _number(request, "truncate_to", len(content))]
    sandbox.files[path] = SandboxFile(content, request.query_params.get("mode", "644"))
    _make_folders(sandbox, posixpath.dirname(path))
    return JSONResponse({"path": path, "size": len(content)})


async def delete(request: Request) -> Response:
    sandbox, path = find_sandbox(request), _path(request)
    if path in sandbox.files:
        del sandbox.files[path]
        return JSONResponse({})
    if path not in sandbox.folders:
        raise HubError(404, f"no such file: {path}")
    if request.query_params.get("recursive") not in ("true", "1") or path == "/":
        raise HubError(400, f"is a directory: {path}")
    inside = f"{path}/"
    sandbox.files = {p: file for p, file in sandbox.files.items() if not p.startswith(inside)}
    sandbox.folders = {p for p in sandbox.folders if p != path and not p.startswith(inside)}
    return JSONResponse({})


async def make_folder(request: Request) -> Response:
    sandbox, path = find_sandbox(request), _path(request)
    if path in sandbox.files:
        raise HubError(409, f"file exists: {path}")
    _make_folders(sandbox, path)
    return JSONResponse({})


def _path(request: Request) -> str:
    path = request.query_params.get("path", "")
    if not path.startswith("/"):
        raise errors.invalid('"path" must be absolute')
    return posixpath.normpath(path)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise errors.invalid(f'"{name}" must be a number')
    return int(text)


def _make_folders(sandbox: Sandbox, path: str) -> None:
    while path not in sandbox.folders:
        sandbox.folders.add(path)
        path = posixpath.dirname(path)


def _file(sandbox: Sandbox, path: str) -> SandboxFile:
    if path in sandbox.folders:
        raise HubError(400, f"is a directory: {path}")
    if path not in sandbox.files:
        raise HubError(404, f"no such file: {path}")
    return sandbox.files[path]


def _describe(sandbox: Sandbox, path: str) -> dict[str, Any]:
    name = posixpath.basename(path)
    if path in sandbox.folders:
        return {"name": name, "path": path, "type": "dir", "size": 4096, "mode": "755"}
    file = _file(sandbox, path)
    return {
        "name": name,
        "path": path,
        "type": "file",
        "size": len(file.content),
        "mtime_ms": file.mtime_ms,
        "mode": file.mode,
    }
