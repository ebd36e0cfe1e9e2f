"""The wire forms of `io.modelcontextprotocol/files`: the draft of November 2026, as Claude Code
2.1.332 speaks it. Pure: no I/O.

A file parameter takes metadata of a file that the client holds, never bytes. The answer to a call
with such metadata says where the bytes go; the client sends them there and repeats the call.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EXTENSION = "io.modelcontextprotocol/files"
UPLOAD_REQUIRED = "upload_required"
SERVER_CAPABILITY: dict[str, Any] = {"upload": {}}
"""`upload` is an object, and there is no `revision`: anything else turns it off in the client."""

MARK = "x-mcp-file"
METADATA_PROPERTIES: dict[str, Any] = {
    "id": {"type": "string"},
    "name": {"type": "string"},
    "mimeType": {"type": "string"},
    "size": {"type": "integer", "minimum": 0},
    "digest": {
        "type": "object",
        "properties": {"algorithm": {"type": "string"}, "value": {"type": "string"}},
        "required": ["algorithm", "value"],
    },
}
REQUIRED_METADATA = ["id", "mimeType", "size"]
DIGEST_ALGORITHM = "sha-256"
MAX_ID_CHARS = 100
MAX_NAME_CHARS = 1_000

_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
"""base64url of 32 bytes, unpadded."""


@dataclass(frozen=True)
class ClientFiles:
    """What this client does with files, as its request says."""

    uploads: bool = False
    downloads: bool = False


NO_FILES = ClientFiles()


def client_files(capabilities: Any) -> ClientFiles:
    """Read what a request of 2026-07-28 declares."""
    extensions = capabilities.get("extensions") if isinstance(capabilities, Mapping) else None
    declared = extensions.get(EXTENSION) if isinstance(extensions, Mapping) else None
    if not isinstance(declared, Mapping):
        return NO_FILES
    uploads, downloads = (isinstance(declared.get(way), Mapping) for way in ("upload", "download"))
    return ClientFiles(uploads, downloads) if uploads or downloads else NO_FILES


class BadMetadata(ValueError):
    """What is wrong with it, as the rest of a sentence."""


@dataclass(frozen=True)
class FileMetadata:
    id: str
    name: str
    mime_type: str
    size: int
    digest: str
    """SHA-256 in base64url, "" where the client told none."""


def read_metadata(value: Mapping[str, Any]) -> FileMetadata:
    """Raises BadMetadata."""
    file_id, name, size = value.get("id"), value.get("name", ""), value.get("size")
    mime_type = value.get("mimeType")
    if not isinstance(file_id, str) or not 0 < len(file_id) <= MAX_ID_CHARS:
        raise BadMetadata("has no id")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise BadMetadata("has no size in bytes")
    if not isinstance(mime_type, str) or not mime_type:
        raise BadMetadata("has no mimeType")
    if not isinstance(name, str) or len(name) > MAX_NAME_CHARS:
        raise BadMetadata("has a name that is none")
    return FileMetadata(file_id, name, mime_type, size, _digest(value.get("digest")))


def _digest(told: Any) -> str:
    if told is None:
        return ""
    value = told.get("value") if isinstance(told, Mapping) else None
    is_known = isinstance(told, Mapping) and told.get("algorithm") == DIGEST_ALGORITHM
    if not is_known or not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise BadMetadata(f"has a digest that is not of {DIGEST_ALGORITHM}, in base64url")
    return value


def digest_on_the_wire(digest: str) -> dict[str, str]:
    return {"algorithm": DIGEST_ALGORITHM, "value": digest}


def upload_required(uploads: list[dict[str, Any]], state: str) -> dict[str, Any]:
    """`state` is sealed on its way out."""
    return {"resultType": UPLOAD_REQUIRED, "requestState": state, "uploads": uploads}
