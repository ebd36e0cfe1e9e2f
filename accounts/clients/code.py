"""Libraries, bridges and our own program. Pure: no I/O."""

import json

from accounts.clients.configuration import (
    HUB_TOKEN,
    SERVER_NAME,
    mcp_remote,
    mcp_remote_arguments,
    mcp_servers,
    server,
    shell,
)
from accounts.clients.guide import Address, Client, CodeBlock, Group, Step, Way


def _langchain(address: Address) -> list[Step]:
    connection = server("url", address, transport="http")
    return [
        _pip("langchain-mcp-adapters"),
        Step(
            "Connect, and give the tools to an agent.",
            (
                CodeBlock(
                    "Python",
                    "import asyncio\n\n"
                    "from langchain_mcp_adapters.client import MultiServerMCPClient\n\n"
                    f"client = MultiServerMCPClient({_literal({SERVER_NAME: connection})})\n"
                    "tools = asyncio.run(client.get_tools())\n"
                    "print([tool.name for tool in tools])",
                ),
            ),
        ),
    ]


def _smolagents(address: Address) -> list[Step]:
    parameters = server("url", address, transport="streamable-http")
    return [
        _pip("smolagents[mcp]"),
        Step(
            "Connect, and give the tools to an agent.",
            (
                CodeBlock(
                    "Python",
                    "from smolagents import MCPClient\n\n"
                    f"server = {_literal(parameters)}\n"
                    "with MCPClient(server, structured_output=True) as tools:\n"
                    "    print([tool.name for tool in tools])",
                ),
            ),
        ),
    ]


def _mcp_remote(address: Address) -> list[Step]:
    command = ("npx", "-y", *mcp_remote_arguments(address))
    return [
        Step("Install Node.js, if this computer does not have it."),
        Step(
            "Let your client start this program.",
            (CodeBlock("Terminal", shell(*command, address=address)),),
        ),
        Step(
            "In the file of most clients it looks like this.",
            (CodeBlock("The client’s configuration", mcp_servers(mcp_remote(address))),),
        ),
    ]


def _program(address: Address) -> list[Step]:
    """It needs no server, so it takes no address of one."""
    entry = {"command": "hfmcp", "args": ["stdio"], "env": {"HF_TOKEN": HUB_TOKEN}}
    claude = ("claude", "mcp", "add", "--env")
    line = f"{shell(*claude)} HF_TOKEN={HUB_TOKEN} {SERVER_NAME} -- hfmcp stdio"
    return [
        Step(
            "In a checkout of this server’s source, install the program.",
            (CodeBlock("Terminal", "pip install ."),),
        ),
        Step("Make an access token on Hugging Face: the program acts with that, not with a key."),
        Step(
            "Let your client start it; in the file of most clients it looks like this.",
            (CodeBlock("The client’s configuration", mcp_servers(entry)),),
        ),
        Step("Or in Claude Code run this.", (CodeBlock("Terminal", line),), is_instead=True),
    ]


def _other(address: Address) -> list[Step]:
    blocks = [CodeBlock("Address (streamable HTTP)", address.url)]
    if address.key:
        blocks.append(CodeBlock("Header", address.header_line))
    return [Step("Give your client this.", tuple(blocks))]


def _pip(package: str) -> Step:
    return Step("Install the library.", (CodeBlock("Terminal", shell("pip", "install", package)),))


def _literal(value: object) -> str:
    # JSON of strings alone is Python, too.
    return json.dumps(value, indent=4)


CODE = (
    Client(
        "langchain",
        "LangChain",
        Group.CODE,
        "https://github.com/langchain-ai/langchain-mcp-adapters",
        _langchain,
        ways=(Way.KEY,),
    ),
    Client(
        "smolagents",
        "smolagents",
        Group.CODE,
        "https://huggingface.co/docs/smolagents/tutorials/tools",
        _smolagents,
        ways=(Way.KEY,),
    ),
    Client(
        "mcp-remote",
        "mcp-remote",
        Group.CODE,
        "https://www.npmjs.com/package/mcp-remote",
        _mcp_remote,
    ),
    Client(
        "hfmcp-stdio",
        "hfmcp stdio",
        Group.CODE,
        "",
        _program,
        ways=(),
    ),
    Client(
        "other",
        "Any other client",
        Group.CODE,
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports",
        _other,
        takes_client_id=True,
        is_unnamed=True,
    ),
)
