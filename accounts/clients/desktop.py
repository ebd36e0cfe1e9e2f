"""Desktop apps. Pure: no I/O."""

from urllib.parse import urlencode

from accounts.clients.configuration import (
    SERVER_NAME,
    as_yaml,
    mcp_remote,
    mcp_servers,
    named_config,
    server,
)
from accounts.clients.guide import Address, Client, CodeBlock, Group, InstallLink, Place, Step

GOOSE_TIMEOUT_SECONDS = 300
"""What goose itself writes for an extension that is added by hand."""


def _claude_desktop(address: Address) -> list[Step]:
    return [
        Step("Install Node.js, if this computer does not have it: Claude starts mcp-remote by it."),
        Step(
            "In Claude choose Settings → Developer → Edit Config, and add the server to the file.",
            (CodeBlock("claude_desktop_config.json", mcp_servers(mcp_remote(address))),),
            (
                Place("macOS", "~/Library/Application Support/Claude/claude_desktop_config.json"),
                Place("Windows", "%APPDATA%\\Claude\\claude_desktop_config.json"),
            ),
        ),
        Step("Quit Claude and start it again."),
    ]


def _lm_studio(address: Address) -> list[Step]:
    entry = server("url", address)
    # The link: https://lmstudio.ai/docs/app/mcp/deeplink
    href = "lmstudio://add_mcp?" + named_config(entry)
    return [
        Step("Open this link and confirm.", link=InstallLink("Add to LM Studio", href)),
        Step(
            "Or choose Program → Install → Edit mcp.json on the right, and add the server.",
            (CodeBlock("mcp.json", mcp_servers(entry)),),
            is_instead=True,
        ),
    ]


def _goose(address: Address) -> list[Step]:
    # The link: ui/desktop/src/components/settings/extensions/deeplink.ts of aaif-goose/goose, which
    # decodes the value of a header once more than the rest.
    query = [
        ("type", "streamable_http"),
        ("url", address.url),
        ("id", SERVER_NAME),
        ("name", SERVER_NAME),
        ("description", "Hugging Face"),
        ("timeout", str(GOOSE_TIMEOUT_SECONDS)),
        *(("header", f"{name}={value}") for name, value in address.headers.items()),
    ]
    entry = {
        "name": SERVER_NAME,
        "type": "streamable_http",
        "enabled": True,
        "uri": address.url,
        **({"headers": address.headers} if address.headers else {}),
        "timeout": GOOSE_TIMEOUT_SECONDS,
    }
    return [
        Step(
            "Open this link and confirm.",
            link=InstallLink("Add to goose", "goose://extension?" + urlencode(query)),
        ),
        Step(
            "Or add the extension to the file, which the command line of goose reads too.",
            (CodeBlock("config.yaml", as_yaml({"extensions": {SERVER_NAME: entry}})),),
            # documentation/docs/guides/config-files.md of aaif-goose/goose
            (
                Place("macOS and Linux", "~/.config/goose/config.yaml"),
                Place("Windows", "%APPDATA%\\Block\\goose\\config\\config.yaml"),
            ),
            is_instead=True,
        ),
    ]


DESKTOP = (
    Client(
        "claude-desktop",
        "Claude Desktop",
        Group.DESKTOP,
        "https://modelcontextprotocol.io/docs/develop/connect-local-servers",
        _claude_desktop,
    ),
    Client("lm-studio", "LM Studio", Group.DESKTOP, "https://lmstudio.ai/docs/app/mcp", _lm_studio),
    Client(
        "goose",
        "goose",
        Group.DESKTOP,
        "https://goose-docs.ai/docs/getting-started/using-extensions",
        _goose,
    ),
)
