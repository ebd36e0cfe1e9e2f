"""How the two servers are started and asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests import node
from tests.ports import free_port
from tests.standins.serve import Running, start_command

PRELOAD = Path(__file__).parent / "redirect.mjs"
REFERENCE = node.PACKAGES / "@llmindset/hf-mcp-server/dist/server/streamableHttp.js"
ACCEPT = "application/json, text/event-stream"


@dataclass(frozen=True)
class Answer:
    text: str
    content: dict[str, Any]
    """The structured content; empty when there is none."""
    is_error: bool


class Server:
    """An MCP endpoint, asked as clients of the 2025 revisions ask a stateless one."""

    def __init__(self, url: str, path: str = "/mcp") -> None:
        self.url = url
        self._path = path
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def post(self, method: str, params: dict[str, Any], token: str | None = None) -> httpx.Response:
        headers = {"Accept": ACCEPT, **({"Authorization": f"Bearer {token}"} if token else {})}
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self._client.post(self._path, json=request, headers=headers)

    def result(self, method: str, params: dict[str, Any], token: str | None = None) -> Any:
        return self.post(method, params, token).raise_for_status().json()["result"]

    def call(self, tool: str, arguments: dict[str, Any], token: str | None = None) -> Answer:
        result = self.result("tools/call", {"name": tool, "arguments": arguments}, token)
        (block,) = result["content"]
        is_error = result.get("isError", False)
        return Answer(block["text"], result.get("structuredContent", {}), is_error)

    def input_schemas(self, token: str | None = None) -> dict[str, Any]:
        tools = self.result("tools/list", {}, token)["tools"]
        return {tool["name"]: tool["inputSchema"] for tool in tools}

    def close(self) -> None:
        self._client.close()


@dataclass(frozen=True)
class Both:
    """The same call to both servers; the reference's answer comes first."""

    reference: Server
    ours: Server

    def call(
        self, tool: str, arguments: dict[str, Any], token: str | None = None
    ) -> tuple[Answer, Answer]:
        return self.reference.call(tool, arguments, token), self.ours.call(tool, arguments, token)


@contextmanager
def start_reference(hub_url: str) -> Iterator[Running]:
    command = [node.find_node(), "--import", str(PRELOAD), str(REFERENCE)]
    env = {
        "HF_ENDPOINT": hub_url,
        "NODE_ENV": "production",
        "TZ": "UTC",  # in which it writes dates
    }
    with start_command([*command, "--port", str(free_port())], env=env) as running:
        yield running
