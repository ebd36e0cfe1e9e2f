"""Real MCP clients written in Python connect, list and call."""

from contextlib import asynccontextmanager

import fastmcp
import httpx2
import mcp
import pytest
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp.client.streamable_http import streamable_http_client

MODERN, LEGACY = "2026-07-28", "2025-11-25"
MODES = [("legacy", LEGACY), ("auto", MODERN), (MODERN, MODERN)]


@asynccontextmanager
async def sdk_client(url, headers, mode):
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        mcp.Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.mark.parametrize(("mode", "version"), MODES)
async def test_the_python_sdk_connects_lists_and_calls(account, mode, version):
    async with sdk_client(account.url, account.headers, mode) as client:
        listed = await client.list_tools()
        result = await client.call_tool("hf_whoami", {})

        assert client.protocol_version == version
        assert [tool.name for tool in listed.tools] == account.tools
        assert not result.is_error
        assert account.name in str(result.structured_content)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_python_sdk_accepts_every_tool_that_there_is(everything, mode):
    async with sdk_client(everything.url, everything.headers, mode) as client:
        listed = await client.list_tools()

    assert [tool.name for tool in listed.tools] == everything.tools


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_python_sdk_is_told_when_a_tool_is_not_selected(account, mode):
    async with sdk_client(account.url, account.headers, mode) as client:
        with pytest.raises(mcp.MCPError, match="no tool"):
            await client.call_tool("no_such_tool", {})


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_python_sdk_hears_of_the_progress_of_a_space(product, space, mode):
    heard = []

    async def note(progress, total, message):
        heard.append(progress)

    url = f"{product.url}/mcp?gradio=acme/image-maker"
    async with sdk_client(url, {}, mode) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        (count,) = [name for name in names if name.endswith("_slow_count")]

        result = await client.call_tool(count, {"seconds": 1}, progress_callback=note)

    assert "1 2 3 4 5" in str(result.content)
    assert heard
    assert heard == sorted(set(heard))


@pytest.mark.parametrize(("mode", "version"), MODES)
async def test_fastmcp_connects_lists_and_calls(account, mode, version):
    transport = StreamableHttpTransport(account.url, headers=account.headers)
    async with fastmcp.Client(transport, mode=mode) as client:
        tools = await client.list_tools()
        result = await client.call_tool("hf_whoami", {})

        assert client.protocol_version == version
        assert [tool.name for tool in tools] == account.tools
        assert account.name in str(result.structured_content)


async def test_fastmcp_pings_and_closes(account):
    transport = StreamableHttpTransport(account.url, headers=account.headers)
    async with fastmcp.Client(transport, mode="legacy") as client:
        assert await client.ping()


@pytest.mark.parametrize(("mode", "version"), MODES)
async def test_the_python_sdk_starts_the_program_and_lists_and_calls(
    program_account, mode, version
):
    program = mcp.StdioServerParameters(**program_account.program)
    async with mcp.Client(program, mode=mode) as client:
        listed = await client.list_tools()
        result = await client.call_tool("hf_whoami", {})

        assert client.protocol_version == version
        assert [tool.name for tool in listed.tools] == program_account.tools
        assert program_account.name in str(result.structured_content)


@pytest.mark.parametrize(("mode", "version"), MODES)
async def test_fastmcp_starts_the_program_and_lists_and_calls(program_account, mode, version):
    async with fastmcp.Client(StdioTransport(**program_account.program), mode=mode) as client:
        tools = await client.list_tools()
        result = await client.call_tool("hf_whoami", {})

        assert client.protocol_version == version
        assert [tool.name for tool in tools] == program_account.tools
        assert program_account.name in str(result.structured_content)
