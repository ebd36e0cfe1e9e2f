"""The tree of a repository: which files there are at a revision, without their contents."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors, paging
from tests.standins.hub.listing import TRUE
from tests.standins.hub.records import Commit, File, Repo, git_oid, wire_date
from tests.standins.hub.repos import find_history

PAGE_SIZE = 100
EXPANDED_PAGE_SIZE = 50  # the Hub, too, gives smaller pages when it must look up commits
MAX_PATHS = 1000


def split_revision(repo: Repo, raw_segments: list[str]) -> tuple[str, str]:
    """Return the revision and the path of a URL's `{revision}/{path}`, both decoded.

    A revision may hold slashes as they are (`refs/pr/1`), so the repository's refs decide.
    """
    segments = [unquote(segment) for segment in raw_segments]
    for length in range(1, len(segments) + 1):
        revision = "/".join(segments[:length])
        if repo.history(revision) is not None:
            return revision, "/".join(segments[length:])
    return (segments[0] if segments else "main"), "/".join(segments[1:])


async def tree(request: Request, repo: Repo, raw_segments: list[str]) -> Response:
    """GET …/tree/{revision}/{path}"""
    revision, path = split_revision(repo, raw_segments)
    history = find_history(repo, revision)
    folder = path.strip("/")
    files = history[0].files
    if folder and not any(name.startswith(f"{folder}/") for name in files):
        raise errors.entry_not_found(folder, revision)
    recursive = request.query_params.get("recursive") in TRUE
    expand = request.query_params.get("expand") in TRUE
    entries = [
        describe(history, name, expand=expand) for name in children(files, folder, recursive)
    ]
    size = EXPANDED_PAGE_SIZE if expand else PAGE_SIZE
    return paging.page(request, entries, size=size, max_size=size)


def children(files: Iterable[str], folder: str, recursive: bool) -> list[str]:
    """Return the paths below a folder, a folder's own path with a slash at its end."""
    prefix = f"{folder}/" if folder else ""
    found = set()
    for path in files:
        if path.startswith(prefix):
            parts = path.removeprefix(prefix).split("/")
            folders = {prefix + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts))}
            found |= folders | {path}
    if recursive:
        return sorted(found)
    direct = {path for path in found if "/" not in path.removeprefix(prefix).rstrip("/")}
    return sorted(direct, key=lambda path: (not path.endswith("/"), path))


def describe(history: list[Commit], path: str, *, expand: bool) -> dict[str, Any]:
    if path.endswith("/"):
        entry = _folder_entry(history[0], path)
    else:
        entry = _file_entry(history[0].files[path], expand=expand)
    if expand:
        commit = last_commit(history, path)
        date = wire_date(commit.date)
        entry["lastCommit"] = {"id": commit.oid, "title": commit.title, "date": date}
    return entry


def _folder_entry(commit: Commit, path: str) -> dict[str, Any]:
    content = "".join(f.oid for name, f in sorted(commit.files.items()) if name.startswith(path))
    oid = git_oid("tree", content.encode())
    return {"type": "directory", "oid": oid, "size": 0, "path": path.rstrip("/")}


def _file_entry(file: File, *, expand: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "file",
        "oid": file.oid,
        "size": file.size,
        "path": file.path,
    }
    if file.is_lfs:
        pointer_size = len(file.pointer)
        entry["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": pointer_size}
        entry["xetHash"] = file.xet_hash
    if expand:
        scan = {"status": "safe", "avScan": {"status": "safe"}, "pickleImportScan": None}
        entry["securityFileStatus"] = scan
    return entry


def last_commit(history: list[Commit], path: str) -> Commit:
    """Return the newest commit that changed the file, or anything in the folder."""
    for commit, parent in zip(history, history[1:], strict=False):
        if _part(commit, path) != _part(parent, path):
            return commit
    return history[-1]


def _part(commit: Commit, path: str) -> dict[str, str]:
    is_part = path.__eq__ if not path.endswith("/") else lambda name: name.startswith(path)
    return {name: file.oid for name, file in commit.files.items() if is_part(name)}


async def paths_info(request: Request, repo: Repo, raw_segments: list[str]) -> Response:
    """POST …/paths-info/{revision}, as JSON or as a form; what does not exist is left out."""
    history = find_history(repo, "/".join(unquote(segment) for segment in raw_segments) or "main")
    paths, expand = await asked_paths(request)
    files = history[0].files
    entries = []
    for path in dict.fromkeys(path.strip("/") for path in paths):
        if path in files:
            entries.append(describe(history, path, expand=expand))
        elif any(name.startswith(f"{path}/") for name in files):
            entries.append(describe(history, f"{path}/", expand=expand))
    return JSONResponse(entries)


async def asked_paths(request: Request) -> tuple[list[str], bool]:
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
            paths, expand = body["paths"], body.get("expand", False) is True
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise errors.invalid('"paths" is required') from error
    else:
        form = await request.form()
        paths, expand = form.getlist("paths"), form.get("expand") in TRUE
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise errors.invalid('"paths" must be an array of strings')
    if len(paths) > MAX_PATHS:
        raise errors.invalid(f'"paths" must contain less than or equal to {MAX_PATHS} items')
    return paths, expand
