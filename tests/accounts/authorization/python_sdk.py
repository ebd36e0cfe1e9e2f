"""The Python SDK's client with its OAuth client, and the address that its codes are sent to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx2
import mcp
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)

Visit = Callable[[str], Awaitable[None]]
"""What a person does with an address that a client wants opened in a browser."""


@dataclass
class Storage:
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client: OAuthClientInformationFull) -> None:
        self.client = client


@dataclass
class Callback:
    """The client's own address, on this computer."""

    url: str
    called: asyncio.Queue[dict[str, str]] = field(default_factory=asyncio.Queue)

    async def result(self) -> AuthorizationCodeResult:
        query = await asyncio.wait_for(self.called.get(), 20)
        return AuthorizationCodeResult.model_validate(query)


@asynccontextmanager
async def listening() -> AsyncIterator[Callback]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = head.split()[1]
        if target.startswith("/callback"):
            callback.called.put_nowait(dict(parse_qsl(urlsplit(target).query)))
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nYou can close this page.")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    callback = Callback(f"http://127.0.0.1:{port}/callback")
    async with server:
        yield callback


def provider_of(
    url: str, callback: Callback, visit: Visit, storage: Storage, document_url: str | None = None
) -> OAuthClientProvider:
    return OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(
            client_name="A client of the SDK",
            redirect_uris=[callback.url],
            token_endpoint_auth_method="none",
        ),
        storage=storage,
        redirect_handler=visit,
        callback_handler=callback.result,
        client_metadata_url=document_url,
    )


@asynccontextmanager
async def client_of(url: str, provider: OAuthClientProvider) -> AsyncIterator[mcp.Client]:
    async with (
        httpx2.AsyncClient(auth=provider, timeout=30) as http,
        mcp.Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def whoami(client: mcp.Client) -> str:
    result = await client.call_tool("hf_whoami", {})
    assert not result.is_error
    return str(result.structured_content)
