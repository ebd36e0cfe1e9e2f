"""Talks to the server inside of a sandbox, through the Hub's proxy in front of its job.

A sandbox is reached at HF_JOBS_URL and nowhere else, whatever anybody's answer says. Requests carry
the caller's token, for the proxy, and the sandbox's own key.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from django.conf import settings
from pydantic import Field

from accounts.outgoing.errors import UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.hub import streams, transport
from mcpendpoint.hub.client import read_all
from mcpendpoint.hub.errors import HubBadAnswer, HubUncertain
from mcpendpoint.hub.ids import is_job_id
from mcpendpoint.hub.transport import HubRequest, HubResponse
from mcpendpoint.hub.types import HubModel, HubModelT, Name, read

PORT = 49983
NDJSON = "application/x-ndjson"

MAX_JSON_BYTES = 5_000_000
MAX_OUTPUT_BYTES = 24_000_000
MAX_ENTRIES = 5_000
CHANGE_SECONDS = 60.0


class Process(HubModel):
    id: str = Field(min_length=1, max_length=200)
    pid: int | None = None
    cmd: str | list[str] = ""
    tag: Name | None = None
    started_at_ms: int | None = None
    running: bool = True
    exit_code: int | None = None


class Entry(HubModel):
    name: str
    path: str
    type: Name = "file"
    size: int = 0
    mtime_ms: int | None = None
    mode: Name | None = None


@dataclass(frozen=True)
class SandboxServer:
    job_id: str
    token: str = field(repr=False)
    key: str = field(repr=False)
    """The sandbox's own, which it was started with."""

    @property
    def url(self) -> str:
        # As the Hub told it: another id would be another host, or another part of the URL.
        if not is_job_id(self.job_id):
            raise HubBadAnswer("The Hub gave an id for the job that is none.")
        template = str(settings.HF_JOBS_URL)
        return template.replace("{job_id}", self.job_id).replace("{port}", str(PORT))

    async def is_healthy(self) -> bool:
        health = await self._json("/health")
        return isinstance(health, dict) and (health.get("status") == "ok" or bool(health.get("ok")))

    def execute(
        self, command: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Run a command, once: what it prints, as pieces of lines of JSON."""
        request = self._request(
            "/v1/exec", method="POST", body=orjson.dumps(command), max_bytes=MAX_OUTPUT_BYTES
        )
        return streams.open_stream(request, media_type=NDJSON)

    async def start(self, command: Mapping[str, Any]) -> Process:
        answer = await self._change("POST", "/v1/processes", body=orjson.dumps(command))
        return _made(Process, answer)

    async def processes(self) -> list[Process]:
        found = await self._json("/v1/processes")
        if not isinstance(found, list):
            raise HubBadAnswer("The sandbox's answer is not a list.")
        return read_all(Process, found)

    async def kill(self, process_id: str) -> None:
        await self._change("DELETE", f"/v1/processes/{quote(process_id, safe='')}")

    async def list_folder(self, path: str) -> tuple[list[Entry], bool]:
        """Return what is in a folder, and whether there is more."""
        entries: list[Entry] = []
        after = ""
        while len(entries) < MAX_ENTRIES:
            more = {"after": after} if after else {}
            page = await self._json("/v1/files/list", {"path": path, **more})
            found = page.get("entries") if isinstance(page, dict) else None
            if not isinstance(found, list):
                raise HubBadAnswer("The sandbox's answer is no list of files.")
            entries += read_all(Entry, found)
            following = page.get("next")
            if not isinstance(following, str) or not found or following == after:
                return entries, False
            after = following
        return entries[:MAX_ENTRIES], True

    async def stat(self, path: str) -> Entry:
        return read(Entry, await self._json("/v1/files/stat", {"path": path}))

    async def read_file(self, path: str, *, offset: int, length: int) -> bytes:
        place = {"path": path, "offset": str(offset), "length": str(length)}
        answer = await transport.send_idempotent_to(
            self._request("/v1/files/read", place, max_bytes=length)
        )
        return answer.body

    async def write_file(self, path: str, content: bytes) -> None:
        await self._change(
            "PUT",
            "/v1/files/write",
            {"path": path},
            body=content,
            content_type="application/octet-stream",
        )

    async def delete(self, path: str, *, is_recursive: bool) -> None:
        recursive = "true" if is_recursive else "false"
        await self._change("DELETE", "/v1/files/delete", {"path": path, "recursive": recursive})

    async def make_folder(self, path: str) -> None:
        await self._change("POST", "/v1/files/mkdir", {"path": path})

    async def _json(self, route: str, params: Mapping[str, str] | None = None) -> Any:
        return _json_of(await transport.send_idempotent_to(self._request(route, params)))

    async def _change(
        self,
        method: str,
        route: str,
        params: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> Any:
        request = self._request(route, params, method=method, body=body, content_type=content_type)
        answer = await transport.send_once_to(request, seconds=CHANGE_SECONDS)
        return _json_of(answer) if answer.body.strip() else None

    def _request(
        self,
        route: str,
        params: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        max_bytes: int = MAX_JSON_BYTES,
    ) -> HubRequest:
        query = f"?{urlencode(params)}" if params else ""
        headers = {
            **transport.authorization_header(self.token),
            "X-Sandbox-Token": self.key,
            "Content-Type": content_type,
        }
        return HubRequest(f"{self.url}{route}{query}", headers, max_bytes, method, body)


def _made(kind: type[HubModelT], answer: Any) -> HubModelT:
    try:
        return read(kind, answer)
    except HubBadAnswer as error:
        raise HubUncertain(error.message) from error


def _json_of(response: HubResponse) -> Any:
    try:
        return parse_json(response.body)
    except UnreadableJson as error:
        raise HubBadAnswer(f"The sandbox's answer cannot be read. {error}") from error
