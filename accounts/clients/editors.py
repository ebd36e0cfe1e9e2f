"""Editors. Pure: no I/O."""

import json
from urllib.parse import quote

from accounts.clients.configuration import (
    SERVER_NAME,
    as_json,
    mcp_servers,
    named_config,
    server,
)
from accounts.clients.guide import Address, Client, CodeBlock, Group, InstallLink, Step, in_home


def _cursor(address: Address) -> list[Step]:
    entry = server("url", address)
    # The link: https://cursor.com/docs/mcp/install-links
    href = "cursor://anysphere.cursor-deeplink/mcp/install?" + named_config(entry)
    return [
        Step("Open this link and choose Install.", link=InstallLink("Add to Cursor", href)),
        Step(
            "Or add the server to the file yourself.",
            (CodeBlock("mcp.json", mcp_servers(entry)),),
            in_home(".cursor/mcp.json"),
            is_instead=True,
        ),
    ]


def _vs_code(scheme: str, title: str, address: Address) -> list[Step]:
    entry = server("url", address, type="http")
    # The link: https://code.visualstudio.com/api/extension-guides/ai/mcp#create-an-mcp-installation-url
    href = f"{scheme}:mcp/install?" + quote(json.dumps({"name": SERVER_NAME, **entry}), safe="")
    return [
        Step("Open this link and choose Install.", link=InstallLink(f"Add to {title}", href)),
        Step(
            "Or add the server to .vscode/mcp.json of a folder, or for all folders to the file "
            "that the command MCP: Open User Configuration opens.",
            (CodeBlock("mcp.json", as_json({"servers": {SERVER_NAME: entry}})),),
            is_instead=True,
        ),
        Step("Start the server from the list that the command MCP: List Servers shows."),
    ]


EDITORS = (
    Client("cursor", "Cursor", Group.EDITORS, "https://cursor.com/docs/mcp", _cursor),
    Client(
        "vs-code",
        "VS Code",
        Group.EDITORS,
        "https://code.visualstudio.com/docs/copilot/customization/mcp-servers",
        lambda address: _vs_code("vscode", "VS Code", address),
    ),
    Client(
        "vs-code-insiders",
        "VS Code Insiders",
        Group.EDITORS,
        "https://code.visualstudio.com/docs/copilot/customization/mcp-servers",
        lambda address: _vs_code("vscode-insiders", "VS Code Insiders", address),
    ),
)
