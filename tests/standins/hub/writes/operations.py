"""What a commit does to the files of a repository: its lines, read and applied in their order."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import File

Files = dict[str, File]
FindLarge = Callable[[str], bytes | None]  # by its SHA-256


@dataclass
class CommitRequest:
    summary: str
    description: str = ""
    parent: str | None = None
    operations: list[tuple[str, Body]] = field(default_factory=list)


def read(content: bytes) -> CommitRequest:
    """Read a body of JSON lines, of which the first is the header."""
    lines = [_line(line) for line in content.splitlines() if line.strip()]
    if not lines or lines[0][0] != "header":
        raise errors.invalid("The first line of a commit must be its header")
    header = lines[0][1]
    return CommitRequest(
        bodies.text(header, "summary"),
        bodies.optional_text(header, "description") or "",
        bodies.optional_text(header, "parentCommit"),
        lines[1:],
    )


def _line(line: bytes) -> tuple[str, Body]:
    try:
        record = json.loads(line)
        key, value = record["key"], record["value"]
    except (ValueError, KeyError, TypeError) as error:
        raise errors.invalid('Each line must be an object with "key" and "value"') from error
    if not isinstance(value, dict):
        raise errors.invalid('"value" must be an object')
    return key, value


def apply(
    operations: Iterable[tuple[str, Body]], files: Mapping[str, File], find_large: FindLarge
) -> Files:
    changed = dict(files)
    for key, value in operations:
        path = _path(value)
        if key == "file":
            changed[path] = File(path, _content(value))
        elif key == "lfsFile":
            changed[path] = _large_file(path, value, find_large)
        elif key == "deletedFile":
            _delete(changed, path, [path] if path in changed else [])
        elif key == "deletedFolder":
            prefix = f"{path}/"
            _delete(changed, path, [name for name in changed if name.startswith(prefix)])
        else:
            raise errors.invalid(f"Unknown operation: {key}")
        _check_no_file_is_a_folder(changed, path)
    return changed


def _path(value: Body) -> str:
    path = bodies.text(value, "path").rstrip("/")
    parts = path.split("/")
    if "" in parts or ".." in parts or "." in parts or parts[0] == ".git" or "\0" in path:
        raise errors.invalid(f"Invalid path: {path}")
    return path


def _content(value: Body) -> bytes:
    content = bodies.optional_text(value, "content") or ""
    if value.get("encoding", "utf-8") != "base64":
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise errors.invalid('"content" must be base64') from error


def _large_file(path: str, value: Body, find_large: FindLarge) -> File:
    content = find_large(bodies.text(value, "oid"))
    if content is None or value.get("size", len(content)) != len(content):
        reason = "an LFS pointer pointed to a file that does not exist"
        raise HubError(400, f"Your push was rejected because {reason}: {path}")
    return File(path, content, is_lfs=True)


def _delete(files: Files, path: str, doomed: list[str]) -> None:
    if not doomed:
        raise HubError(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
    for name in doomed:
        del files[name]


def _check_no_file_is_a_folder(files: Files, path: str) -> None:
    if path not in files:
        return
    parts = path.split("/")
    above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    if any(folder in files for folder in above) or any(
        name.startswith(f"{path}/") for name in files
    ):
        raise errors.invalid(f"{path} would be both a file and a folder")
