"""How to connect each MCP client to a URL: ready-made commands, files and links. Pure: no I/O."""

import json
import shlex
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

SERVER_NAME = "huggingface"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class CodeBlock:
    label: str
    """Where the text goes: a file, a terminal, a dialog."""
    text: str


@dataclass(frozen=True)
class InstallLink:
    label: str
    href: str


@dataclass(frozen=True)
class ClientSnippet:
    slug: str
    title: str
    blocks: tuple[CodeBlock, ...]
    link: InstallLink | None = None
    note: str = ""


def client_snippets(url: str, header: str | None) -> list[ClientSnippet]:
    """Return the snippets in the order to show them.

    `header` is a whole line, "Authorization: Bearer …"; None for a URL that needs no credential.
    """
    make = (
        _claude_code,
        _claude_ai,
        _claude_desktop,
        _cursor,
        _vs_code,
        _codex,
        _gemini,
        _lm_studio,
        _mcp_remote,
        _any_other,
    )
    return [snippet(url, header) for snippet in make]


def _claude_code(url: str, header: str | None) -> ClientSnippet:
    command = ["claude", "mcp", "add", "--transport", "http", SERVER_NAME, url]
    return ClientSnippet(
        "claude-code", "Claude Code", (CodeBlock("Terminal", _shell(command, header)),)
    )


def _claude_ai(url: str, header: str | None) -> ClientSnippet:
    notes = ["Settings → Connectors → Add custom connector, then paste the address."]
    if header:
        notes.append(
            "Connectors cannot send an access key and need none: they ask you to sign in here."
        )
    if is_loopback(url):
        notes.append("Claude can only reach servers on the public internet, not this computer.")
    return ClientSnippet(
        "claude-ai", "Claude on the web", (CodeBlock("Address", url),), note=" ".join(notes)
    )


def _claude_desktop(url: str, header: str | None) -> ClientSnippet:
    return ClientSnippet(
        "claude-desktop",
        "Claude Desktop",
        (CodeBlock("claude_desktop_config.json", _mcp_remote_file(url, header)),),
        note="Settings → Developer → Edit Config. It starts mcp-remote, which needs Node.js.",
    )


def _cursor(url: str, header: str | None) -> ClientSnippet:
    server = _server("url", url, header)
    link = "cursor://anysphere.cursor-deeplink/mcp/install?" + _named_config(server)
    return ClientSnippet(
        "cursor",
        "Cursor",
        (CodeBlock("~/.cursor/mcp.json", _mcp_servers_file(server)),),
        link=InstallLink("Add to Cursor", link),
    )


def _vs_code(url: str, header: str | None) -> ClientSnippet:
    server = {"type": "http", **_server("url", url, header)}
    link = "vscode:mcp/install?" + quote(json.dumps({"name": SERVER_NAME, **server}), safe="")
    return ClientSnippet(
        "vs-code",
        "VS Code",
        (CodeBlock(".vscode/mcp.json", _json({"servers": {SERVER_NAME: server}})),),
        link=InstallLink("Add to VS Code", link),
    )


def _codex(url: str, header: str | None) -> ClientSnippet:
    lines = [f"[mcp_servers.{SERVER_NAME}]", f"url = {json.dumps(url)}"]
    if headers := _headers(header):
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in headers.items())
        lines.append(f"http_headers = {{ {pairs} }}")
    return ClientSnippet(
        "codex", "Codex CLI", (CodeBlock("~/.codex/config.toml", "\n".join(lines)),)
    )


def _gemini(url: str, header: str | None) -> ClientSnippet:
    command = ["gemini", "mcp", "add", "--transport", "http", SERVER_NAME, url]
    server = _server("httpUrl", url, header)
    return ClientSnippet(
        "gemini",
        "Gemini CLI",
        (
            CodeBlock("Terminal", _shell(command, header)),
            CodeBlock("or ~/.gemini/settings.json", _mcp_servers_file(server)),
        ),
    )


def _lm_studio(url: str, header: str | None) -> ClientSnippet:
    server = _server("url", url, header)
    return ClientSnippet(
        "lm-studio",
        "LM Studio",
        (CodeBlock("mcp.json", _mcp_servers_file(server)),),
        link=InstallLink("Add to LM Studio", "lmstudio://add_mcp?" + _named_config(server)),
    )


def _mcp_remote(url: str, header: str | None) -> ClientSnippet:
    return ClientSnippet(
        "mcp-remote",
        "mcp-remote",
        (
            CodeBlock("Terminal", _shell(["npx", "-y", *_mcp_remote_args(url)], header)),
            CodeBlock("or the client’s configuration", _mcp_remote_file(url, header)),
        ),
        note="For clients that can only start a program. Needs Node.js.",
    )


def _any_other(url: str, header: str | None) -> ClientSnippet:
    blocks = [CodeBlock("Address (streamable HTTP)", url)]
    if header:
        blocks.append(CodeBlock("Header", header))
    return ClientSnippet("other", "Any other client", tuple(blocks))


def _headers(header: str | None) -> dict[str, str]:
    if not header:
        return {}
    name, _, value = header.partition(":")
    return {name.strip(): value.strip()}


def _server(url_key: str, url: str, header: str | None) -> dict[str, Any]:
    headers = _headers(header)
    return {url_key: url, "headers": headers} if headers else {url_key: url}


def _mcp_servers_file(server: Mapping[str, Any]) -> str:
    return _json({"mcpServers": {SERVER_NAME: server}})


def _mcp_remote_file(url: str, header: str | None) -> str:
    server: dict[str, Any] = {"command": "npx", "args": ["-y", *_mcp_remote_args(url)]}
    for name, value in _headers(header).items():
        # By way of a variable: some clients on Windows break an argument with a space in it.
        server["args"] += ["--header", f"{name}:${{MCP_HEADER}}"]
        server["env"] = {"MCP_HEADER": value}
    return _mcp_servers_file(server)


def _mcp_remote_args(url: str) -> list[str]:
    needs_flag = urlsplit(url).scheme == "http" and not is_loopback(url)
    return ["mcp-remote", url, *(["--allow-http"] if needs_flag else [])]


def _named_config(server: Mapping[str, Any]) -> str:
    config = b64encode(json.dumps(server).encode()).decode()
    return urlencode({"name": SERVER_NAME, "config": config})


def _shell(command: list[str], header: str | None) -> str:
    line = shlex.join(command)
    # Double quotes around the header, because they work in every shell, cmd.exe too.
    return f'{line} --header "{header}"' if header else line


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2)


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK_HOSTS
