"""Whether a Space's server checks arguments before it runs a tool.

Gradio's is made with `mcp`, which does from 1.10 on: with jsonschema, against what Gradio wrote
(mcp/server/lowlevel/server.py, `validate_input`). See `checkable` for what comes of that.
"""

import asyncio
import re
from collections.abc import Mapping

from accounts.outgoing.errors import OutgoingError
from mcpendpoint.gradio.endpoints import HELLO, Endpoint
from mcpendpoint.gradio.exchange import Message, Reply, UnknownAnswer, exchange
from mcpendpoint.gradio.sse import exchange_over_sse

CHECKING_SINCE = (1, 10)
HELLO_SECONDS = 3.0

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")


async def checks_arguments(space_url: str, headers: Mapping[str, str]) -> bool:
    """Say whether the Space's server does; False also if that is not known."""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            return _version_in(await _greet(space_url, headers)) >= CHECKING_SINCE
    except (TimeoutError, OutgoingError, UnknownAnswer):
        return False


async def _greet(space_url: str, headers: Mapping[str, str]) -> Reply:
    for endpoint in (Endpoint.ROOT, Endpoint.HTTP):
        reply = await exchange(f"{space_url}{endpoint}", HELLO, headers, _ignore)
        if reply.status not in (404, 405):
            return reply
    return await exchange_over_sse(space_url, HELLO, HELLO, headers, _ignore)


def _version_in(reply: Reply) -> tuple[int, int]:
    """Return the version of `mcp`, which a server says where it has none of its own."""
    result = reply.message.get("result")
    server = result.get("serverInfo") if isinstance(result, dict) else None
    version = server.get("version") if isinstance(server, dict) else None
    found = _VERSION.match(version) if isinstance(version, str) else None
    return (int(found[1]), int(found[2])) if found else (0, 0)


async def _ignore(notification: Message) -> None:
    pass
