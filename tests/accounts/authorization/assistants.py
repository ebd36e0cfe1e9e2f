"""Clients that others wrote. Each takes an address, and says so when a person has to open one."""

import asyncio
import json
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mcp
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client

from tests import node
from tests.accounts.authorization.python_sdk import (
    Storage,
    Visit,
    client_of,
    listening,
    provider_of,
    whoami,
)
from tests.needs import need

SECONDS = 40
REDIRECTS = ["http://127.0.0.1/callback", "http://localhost/oauth/callback"]
"""Where they listen, on a port of their choice, for a document that is to fit all of them."""


@dataclass(frozen=True)
class Assistant:
    whoami: Callable[[], Awaitable[str]]
    """Call hf_whoami, with all that has to come before; return what it said."""
    look_at_the_clock: Callable[[], None] = lambda: None
    """Notice that the token has expired, for a client that does not go by what it is told."""


Start = Callable[[str, Visit, Path, str | None], AbstractAsyncContextManager[Assistant]]
"""With a URL, whoever visits addresses, a home folder, and the URL of a client document."""


@asynccontextmanager
async def python_sdk(
    url: str, visit: Visit, home: Path, document_url: str | None = None
) -> AsyncIterator[Assistant]:
    async with listening() as callback:
        provider = provider_of(url, callback, visit, Storage(), document_url)
        async with client_of(url, provider) as client:
            past = partial(setattr, provider.context, "token_expiry_time", 1.0)
            yield Assistant(partial(whoami, client), look_at_the_clock=past)


@asynccontextmanager
async def typescript_sdk(
    module: str, url: str, visit: Visit, home: Path, document_url: str | None = None
) -> AsyncIterator[Assistant]:
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    script = node.HERE / "clients" / "sign_in.mjs"
    process = await asyncio.create_subprocess_exec(
        *(node.find_node(), str(script), module, url, document_url or ""),
        stdin=PIPE,
        stdout=PIPE,
        env=_environment(home),
    )
    assert process.stdin
    assert process.stdout

    async def call() -> str:
        process.stdin.write(b"call\n")
        async with asyncio.timeout(SECONDS):
            async for line in process.stdout:
                said = json.loads(line)
                if "visit" not in said:
                    return str(said)
                await visit(said["visit"])
        raise AssertionError("The client ended.")

    try:
        yield Assistant(call)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def mcp_remote(
    program: Path, url: str, visit: Visit, home: Path, document_url: str | None = None
) -> AsyncIterator[Assistant]:
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    options = ["--client-metadata-url", document_url] if document_url else []
    server = StdioServerParameters(
        command=node.find_node(),
        args=[str(program), url, "--allow-http", "--debug", *options],
        env=_environment(home),
    )
    errors = home / "errors"
    with errors.open("w+") as log:
        async with asyncio.timeout(2 * SECONDS):
            visiting = asyncio.create_task(_visit_what_is_in(errors.read_text, visit))
            try:
                async with mcp.Client(stdio_client(server, errlog=log), mode="legacy") as client:
                    yield Assistant(partial(whoami, client))
            finally:
                visiting.cancel()


async def _visit_what_is_in(read: Callable[[], str], visit: Visit) -> None:
    seen: set[str] = set()
    while True:
        for address in re.findall(r"https?://\S+/oauth/authorize\?\S+(?=\s)", read()):
            if address not in seen:
                seen.add(address)
                await visit(address)
        await asyncio.sleep(0.05)


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin"}


MCP_REMOTES: dict[str, Start] = {
    name: partial(mcp_remote, program) for name, program in node.MCP_REMOTES.items()
}
ASSISTANTS: dict[str, Start] = {
    "Python SDK": python_sdk,
    "TypeScript SDK 1": partial(typescript_sdk, "@modelcontextprotocol/sdk"),
    "TypeScript SDK 2": partial(typescript_sdk, "@modelcontextprotocol/client"),
    "mcp-remote": MCP_REMOTES["mcp-remote"],
}
