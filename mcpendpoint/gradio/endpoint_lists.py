"""What only a Space's MCP endpoint says, not its schema: `_meta` of tools, and URIs of resources.

Both are asked of a Space whose schema has a resource: a view is one, so that no tool has a view
without. They are put into the schema, to be kept and parsed as one.

Prompts are in the schema: Gradio runs one by its name there as a tool. By `prompts/get` it knows
them by other names than it lists (6.31: without the Space's name before them), and for a name that
it does not know it runs the last function of the app, whichever that is.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.endpoints import METHOD_NOT_FOUND
from mcpendpoint.gradio.exchange import UnknownAnswer
from mcpendpoint.gradio.resources import TOLD
from mcpendpoint.gradio.upstream import ask_upstream

MAX_LIST_BYTES = 1_000_000
MAX_LISTED = 200


async def add_endpoint_lists(body: bytes, space_url: str, token: str | None) -> bytes:
    """Return a schema with what the endpoint says. Raises OutgoingError or UnknownAnswer.

    It fails as a whole: a tool that lost its `_meta` for a moment would be another one, and wait
    for its person.
    """
    tools = await _list(space_url, "tools/list", "tools", token)
    resources = [
        *await _list(space_url, "resources/list", "resources", token),
        *await _list(space_url, "resources/templates/list", "resourceTemplates", token),
    ]
    return await asyncio.to_thread(_added, body, tools, resources)


async def _list(space_url: str, method: str, name: str, token: str | None) -> list[dict[str, Any]]:
    reply = await ask_upstream(space_url, method, {}, token=token, max_bytes=MAX_LIST_BYTES)
    error, result = reply.message.get("error"), reply.message.get("result")
    if isinstance(error, dict) and error.get("code") == METHOD_NOT_FOUND:
        return []
    listed = result.get(name) if isinstance(result, dict) else None
    if reply.status != 200 or not isinstance(listed, list):
        raise UnknownAnswer(f"it has no list of {name}")
    return [entry for entry in listed[:MAX_LISTED] if isinstance(entry, dict)]


def _added(body: bytes, tools: list[dict[str, Any]], resources: list[dict[str, Any]]) -> bytes:
    document = parse_json(body)
    if not isinstance(document, list):
        return body
    metas = {tool["name"]: tool.get("_meta") for tool in tools if isinstance(tool.get("name"), str)}
    entries = [*_with_meta(document, metas), *map(_entry_of, resources)]
    return json.dumps(entries).encode()  # takes any number, as the Space may have sent


def _with_meta(document: list[Any], metas: dict[str, Any]) -> Iterator[Any]:
    for entry in document:
        name = entry.get("name") if isinstance(entry, dict) else None
        meta = metas.get(name) if isinstance(name, str) else None
        yield entry if meta is None else {**entry, "_meta": meta}


def _entry_of(resource: dict[str, Any]) -> dict[str, Any]:
    told = {key: resource[key] for key in TOLD if key in resource}
    return {**told, "meta": {"mcp_type": "resource"}}
