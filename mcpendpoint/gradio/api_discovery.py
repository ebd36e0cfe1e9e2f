"""Asks an app what its own API has, where it has no MCP server."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from accounts.outgoing.errors import OutgoingError, UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.api_schema import condense, encode
from mcpendpoint.gradio.schema import NotASchema
from mcpendpoint.gradio.transport import ask_space

MAX_BYTES = 3_000_000
"""Gradio 6 has examples of code in them, and the whole layout."""
SECONDS = 7.0


class NoApi(Exception):
    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


async def fetch_api(space_url: str, headers: Mapping[str, str]) -> bytes:
    """Return what `parse_api` reads, as JSON. Raises OutgoingError, UnreadableJson and NoApi."""
    info, config = await fetch_documents(space_url, headers)
    try:
        return await asyncio.to_thread(lambda: encode(condense(info, config)))
    except NotASchema as error:
        raise NoApi(404) from error


async def fetch_documents(space_url: str, headers: Mapping[str, str]) -> tuple[Any, Any]:
    """Return what the app tells of its functions, and its whole layout, None if there is none.

    Raises OutgoingError, UnreadableJson and NoApi.
    """
    asking = asyncio.create_task(_config(space_url, headers))
    try:
        info = await _get(f"{space_url}/gradio_api/info", headers)
        return await asyncio.to_thread(parse_json, info), await asking
    finally:
        asking.cancel()  # nobody is left to read it


async def _config(space_url: str, headers: Mapping[str, str]) -> Any:
    """Return None if there is none to be had: most functions are called right without."""
    with suppress(OutgoingError, UnreadableJson, NoApi):
        body = await _get(f"{space_url}/config", headers)
        return await asyncio.to_thread(parse_json, body)
    return None


async def _get(url: str, headers: Mapping[str, str]) -> bytes:
    async with ask_space("GET", url, headers, seconds=SECONDS) as answer:
        if answer.status != 200:
            raise NoApi(answer.status)
        return await answer.read(MAX_BYTES)
