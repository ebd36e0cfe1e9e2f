"""Whether a Space's tool returns something: its schema does not tell, Gradio's API does."""

from typing import Any

from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.transport import ask_space, token_header

INFO_SECONDS = 5
MAX_INFO_BYTES = 1_000_000


async def returns_something(info: SpaceInfo, tool: str, token: str | None) -> bool:
    """Say whether the function behind a tool has outputs; True also if that is not known."""
    url = f"{info.url}/gradio_api/info"
    try:
        async with ask_space("GET", url, token_header(token), seconds=INFO_SECONDS) as answer:
            body = await answer.read(MAX_INFO_BYTES) if answer.status == 200 else b""
        document = parse_json(body)
    except OutgoingError:
        return True
    endpoint = _endpoint_of(document, tool)
    returns = endpoint.get("returns") if isinstance(endpoint, dict) else None
    return not isinstance(returns, list) or bool(returns)


def _endpoint_of(document: Any, tool: str) -> Any:
    """Return the endpoint that has the tool's name, but for the Space's name before it."""
    endpoints = document.get("named_endpoints") if isinstance(document, dict) else None
    if not isinstance(endpoints, dict):
        return None
    named = {name.strip("/"): endpoint for name, endpoint in endpoints.items()}
    matches = [name for name in named if name and (tool == name or tool.endswith(f"_{name}"))]
    return named[max(matches, key=len)] if matches else None
