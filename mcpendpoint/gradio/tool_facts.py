"""What Gradio's own API tells of the tools of a Space that has an MCP server.

It is put into the schema, to be kept, stored and renewed with it, below a key of our own: what a
tool says of itself stays as it is, and so does its fingerprint. See `mcp_faults` for tools that
are called by that API as well.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

from accounts.outgoing.errors import TooLarge, UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.api_discovery import NoApi, fetch_documents
from mcpendpoint.gradio.api_facts import FACTS, Document, facts_of, functions_of
from mcpendpoint.gradio.schema import entries_of


async def fetch_functions(space_url: str, headers: Mapping[str, str]) -> dict[str, Document]:
    """Return the app's functions by name, none where it does not tell. Raises OutgoingError.

    An app that does not answer raises: what is known of it stays then, and no tool comes and goes
    with the state of its network.
    """
    try:
        info, config = await fetch_documents(space_url, headers)
    except (NoApi, TooLarge, UnreadableJson):
        return {}
    return await asyncio.to_thread(functions_of, info, config)


async def add_facts(body: bytes, functions: dict[str, Document]) -> bytes:
    """Return a schema in which each tool has what is known of its function."""
    return await asyncio.to_thread(_added, body, functions) if functions else body


def _added(body: bytes, functions: dict[str, Document]) -> bytes:
    document = parse_json(body)
    entries = entries_of(document)
    return json.dumps(list(_with_facts(entries, functions))).encode() if entries else body


def _with_facts(entries: list[Any], functions: dict[str, Document]) -> Iterator[Any]:
    # 5.28 to 5.38 do not say of which function a tool is. Both documents are in the same order
    # (gradio/mcp.py, `get_tool_to_endpoint`), if none of the functions is left out.
    names = list(functions) if len(functions) == len(entries) else [""] * len(entries)
    for entry, name in zip(entries, names, strict=True):
        if not isinstance(entry, dict):
            yield entry
            continue
        name = _function_of(entry) or name
        rest = {key: value for key, value in entry.items() if key != FACTS}
        told = functions.get(name)
        with_facts = {**rest, FACTS: {"name": name, **told}} if told else rest
        yield with_facts if facts_of(with_facts) else rest


def _function_of(entry: Document) -> str:
    meta = entry.get("meta")
    name = meta.get("endpoint_name") if isinstance(meta, dict) else None
    return name.strip("/") if isinstance(name, str) else ""
