"""The requests that both servers get, byte for byte the same, and what a good answer to them is."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

PATH = "/mcp?gradio=none"
MODERN = "2026-07-28"
LEGACY = "2025-06-18"

DETAILS = {"name": "hub_repo_details", "arguments": {"repo_ids": ["acme/tiny-llm"]}}

_CLIENT = {"name": "hfmcp-bench", "version": "1.0"}


class BadAnswer(RuntimeError):
    """A server does not answer as it should, so its speed means nothing."""


@dataclass(frozen=True)
class Scenario:
    name: str
    version: str
    headers: dict[str, str]
    body: str
    expected: str
    """What the result must hold, and not be empty."""

    def check(self, base_url: str) -> None:
        """Send the request once. Raises BadAnswer, or httpx.TransportError when nobody is there."""
        answer = httpx.post(
            base_url + PATH,
            content=self.body,
            headers=self.headers,
            timeout=30,
            trust_env=False,
        )
        if answer.status_code != 200:
            raise BadAnswer(f"{self.name}: status {answer.status_code}: {answer.text[:300]}")
        result = answer.json().get("result", {})
        if not result.get(self.expected) or result.get("isError"):
            raise BadAnswer(f"{self.name}: no {self.expected} in {answer.text[:300]}")


def _scenario(version: str, method: str, params: dict[str, Any], expected: str) -> Scenario:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": version,
    }
    if version == MODERN:
        headers["Mcp-Method"] = method
        if "name" in params:
            headers["Mcp-Name"] = params["name"]
        envelope = {"protocolVersion": MODERN, "clientInfo": _CLIENT, "clientCapabilities": {}}
        meta = {f"io.modelcontextprotocol/{key}": envelope[key] for key in envelope}
        params = {**params, "_meta": meta}
    name = " ".join([method, *([params["name"]] if "name" in params else [])])
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return Scenario(name, version, headers, json.dumps(message), expected)


SCENARIOS = [
    scenario
    for version in (LEGACY, MODERN)
    for scenario in (
        _scenario(version, "tools/list", {}, "tools"),
        _scenario(version, "tools/call", {"name": "hf_whoami", "arguments": {}}, "content"),
        _scenario(version, "tools/call", DETAILS, "content"),
    )
]
