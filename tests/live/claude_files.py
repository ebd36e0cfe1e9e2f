"""What Claude Code 2.1.332 sends and takes of `io.modelcontextprotocol/files`: its draft form.

It refuses an answer that has a key it does not know, a target too many, or one that is missing.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.mcpendpoint.wire import META, Json, Wire, message_of, modern, modern_headers

EXTENSION = META + "files"
DECLARED = {"extensions": {EXTENSION: {"upload": {}, "download": {}}}}
TARGET_KEYS = {
    *("fileId", "url", "path", "method", "form", "headers", "credentials", "expiresAt", "_meta")
}
DOWNLOAD_KEYS = {
    *("name", "mimeType", "size", "digest", "url", "path", "headers", "credentials"),
    *("expiresAt", "_meta"),
}


@dataclass(frozen=True)
class LocalFile:
    """A file on the computer of the client."""

    content: bytes
    id: str = "file-1"
    name: str = "story.txt"
    mime_type: str = "text/plain"
    has_digest: bool = True

    @property
    def metadata(self) -> Json:
        told = {"id": self.id, "name": self.name, "mimeType": self.mime_type}
        digest = urlsafe_b64encode(hashlib.sha256(self.content).digest()).decode().rstrip("=")
        digests = {"digest": {"algorithm": "sha-256", "value": digest}} if self.has_digest else {}
        return {**told, "size": len(self.content), **digests}


class Claude:
    def __init__(self, url: str, token: str | None, capabilities: Json = DECLARED) -> None:
        self.url = url
        self.wire = Wire(url, token)
        self.capabilities = capabilities

    def ask(self, method: str, params: Json | None = None, request_id: Any = 1) -> Json:
        meta = {META + "clientCapabilities": self.capabilities}
        body = modern(method, params, request_id, **meta)
        return message_of(self.wire.post(body, modern_headers(body)))

    def tools(self) -> dict[str, Json]:
        return {tool["name"]: tool for tool in self.ask("tools/list")["result"]["tools"]}

    def call(self, tool: str, arguments: Json, **more: Any) -> Json:
        return self.ask("tools/call", {"name": tool, "arguments": arguments, **more})["result"]

    def send(self, target: Json, content: bytes, **changes: Any) -> httpx.Response:
        """Send bytes to a target, to which the endpoint's address belongs."""
        assert target.keys() <= TARGET_KEYS
        assert ("url" in target) != ("path" in target)
        assert target["credentials"] in ("omit", "include")
        assert target.get("method", "PUT") in ("PUT", "POST")
        assert datetime.fromisoformat(target["expiresAt"]) > datetime.now(UTC)
        url = target.get("url") or self.url.partition("?")[0] + target["path"]
        headers = {"Content-Type": "application/octet-stream", **target["headers"]}
        asked = {"method": target.get("method", "PUT"), "url": url, "headers": headers}
        return self.wire.client.request(**{**asked, "content": content, **changes})

    def call_with(self, tool: str, arguments: Json, *files: LocalFile) -> Json:
        """Return what comes of a call whose arguments have these files' metadata."""
        first = self.call(tool, arguments)
        if first["resultType"] != "upload_required":
            return first
        assert first.keys() - {"_meta"} == {"resultType", "requestState", "uploads"}
        by_id = {file.id: file for file in files}
        targets = first["uploads"]
        assert [target["fileId"] for target in targets] == [
            file.id for file in files if file.content
        ]
        for target in targets:
            assert self.send(target, by_id[target["fileId"]].content).status_code == 204
        again = self.call(tool, arguments, requestState=first["requestState"])
        assert again["resultType"] == "complete"
        return again


def mark_of(schema: Json) -> Json | None:
    """Return the mark of a parameter where Claude Code finds it, as far as we put it there."""
    taken = {"description", "title", "default", "anyOf"}
    if schema.get("type") == "array":
        return mark_of(schema["items"])
    if schema.keys() - taken:
        return None
    for branch in schema.get("anyOf", ()):
        found = branch.get("x-mcp-file") if branch.get("type") == "object" else None
        if branch.get("type") == "array":
            found = mark_of(branch["items"])
        if isinstance(found, dict):
            return found
    return None
