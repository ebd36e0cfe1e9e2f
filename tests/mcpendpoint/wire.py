"""Talks to an endpoint over HTTP, in both protocol eras and in ways that no client should."""

from typing import Any

import httpx
import orjson

from tests import loopback

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
LEGACY_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", LEGACY)
META = "io.modelcontextprotocol/"
BOTH = "application/json, text/event-stream"
CLIENT_INFO = {"name": "wire", "version": "1.0"}
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}

Json = dict[str, Any]


def request(method: str, params: Json | None = None, request_id: Any = 1) -> Json:
    body: Json = {"jsonrpc": "2.0", "id": request_id, "method": method}
    return body if params is None else body | {"params": params}


def initialize(version: str = LEGACY) -> Json:
    return request(
        "initialize",
        {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT_INFO},
    )


def modern(method: str, params: Json | None = None, request_id: Any = 1, **meta: Any) -> Json:
    """Return a request with its envelope."""
    envelope = {
        META + "protocolVersion": MODERN,
        META + "clientCapabilities": {},
        META + "clientInfo": CLIENT_INFO,
        **meta,
    }
    return request(method, {**(params or {}), "_meta": envelope}, request_id)


def modern_headers(body: Json) -> dict[str, str]:
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": body["method"], "Accept": BOTH}
    if named_by := NAMED_BY.get(body["method"]):
        headers["Mcp-Name"] = body["params"][named_by]
    return headers


class Wire:
    """One client of one URL; without a token it is anonymous."""

    def __init__(
        self, url: str, token: str | None = None, client: httpx.Client | None = None
    ) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = client or loopback.client()

    def post(self, body: Any, headers: Any = None) -> httpx.Response:
        """Send bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        given = list((headers or {}).items()) if not isinstance(headers, list) else headers
        sent = [*self.headers.items(), ("Content-Type", "application/json"), *given]
        return self.client.post(self.url, content=content, headers=sent)

    def modern(self, method: str, params: Json | None = None) -> httpx.Response:
        body = modern(method, params)
        return self.post(body, modern_headers(body))

    def legacy(
        self, method: str, params: Json | None = None, version: str = LEGACY
    ) -> httpx.Response:
        headers = {"MCP-Protocol-Version": version, "Accept": BOTH}
        return self.post(request(method, params), headers)

    def call(self, tool: str, arguments: Json | None = None) -> Json:
        """Return the whole answer to tools/call."""
        answer = self.legacy("tools/call", {"name": tool, "arguments": arguments or {}})
        return message_of(answer)

    def tools(self) -> list[str]:
        answer = self.legacy("tools/list")
        assert answer.status_code == 200, answer.text
        return [tool["name"] for tool in answer.json()["result"]["tools"]]


def message_of(response: httpx.Response) -> Json:
    """Return the answer, which is the body or the last event of the stream."""
    if response.headers["content-type"].startswith("text/event-stream"):
        return events_of(response.text)[-1]
    return response.json()


def events_of(stream: str) -> list[Json]:
    lines = [line for line in stream.splitlines() if line.startswith("data: ")]
    return [orjson.loads(line.removeprefix("data: ")) for line in lines]


def assert_well_formed(response: httpx.Response) -> None:
    """Check that a client of MCP can make sense of an answer, whatever it had sent."""
    assert response.status_code < 500, response.text
    if response.status_code == 202:
        assert response.content == b""
        return
    body = message_of(response)
    for answer in body if isinstance(body, list) else [body]:
        assert answer["jsonrpc"] == "2.0"
        assert ("result" in answer) != ("error" in answer)
        if "error" in answer:
            assert isinstance(answer["error"]["code"], int)
            assert isinstance(answer["error"]["message"], str)
