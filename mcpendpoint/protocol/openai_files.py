"""Files as ChatGPT gives them to tools: `_meta["openai/fileParams"]` names top-level parameters, of
which each gets an object with a short-lived URL, or a list of such. Pure: no I/O.

As several servers quote OpenAI's contract: the schema declares all four properties and requires the
first two. Only a platform fills them in; elsewhere the model does, so nothing in one is trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcpendpoint.protocol.file_extension import BadMetadata

FILE_PARAMS = "openai/fileParams"
CLIENTS = frozenset({"openai-mcp"})
"""What ChatGPT calls itself. Nobody declares this by a capability."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "download_url": {"type": "string"},
        "file_id": {"type": "string"},
        "mime_type": {"type": "string"},
        "file_name": {"type": "string"},
    },
    "required": ["download_url", "file_id"],
}
MAX_CHARS = 1_000


@dataclass(frozen=True)
class FileReference:
    download_url: str
    mime_type: str
    name: str


def read_reference(value: Mapping[str, Any]) -> FileReference:
    """Raises BadMetadata."""
    url = value.get("download_url")
    if not isinstance(url, str) or not url.lower().startswith("https://"):
        raise BadMetadata("has no download_url that begins with https://")
    mime_type, name = (value.get(key) or "" for key in ("mime_type", "file_name"))
    if not isinstance(mime_type, str) or not isinstance(name, str) or len(name) > MAX_CHARS:
        raise BadMetadata("has a mime_type or a file_name that is none")
    return FileReference(url, mime_type[:MAX_CHARS], name)
