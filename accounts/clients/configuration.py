"""The forms in which clients want to be told of a server. Pure: no I/O."""

import json
import shlex
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from accounts.clients.guide import Address

SERVER_NAME = "huggingface"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

HUB_TOKEN = "hf_…"  # noqa: S105 - stands for one


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def server(url_key: str, address: Address, **more: Any) -> dict[str, Any]:
    """Return one entry of a configuration; `url_key` is how the client calls the address."""
    entry = {**more, url_key: address.url}
    return {**entry, "headers": address.headers} if address.headers else entry


def as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def mcp_servers(entry: Mapping[str, Any]) -> str:
    """Return the file of most clients, which Claude Desktop was the first to have."""
    return as_json({"mcpServers": {SERVER_NAME: entry}})


def as_toml(table: str, entry: Mapping[str, Any]) -> str:
    lines = [f"[{table}]"]
    for name, value in entry.items():
        if isinstance(value, Mapping):
            pairs = ", ".join(f"{key} = {_quoted(each)}" for key, each in value.items())
            lines.append(f"{name} = {{ {pairs} }}")
        else:
            lines.append(f"{name} = {_quoted(value)}")
    return "\n".join(lines)


def as_yaml(value: Mapping[str, Any]) -> str:
    return "\n".join(_yaml_lines(value, 0))


def _yaml_lines(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    for name, each in value.items():
        if isinstance(each, Mapping):
            yield f"{'  ' * depth}{name}:"
            yield from _yaml_lines(each, depth + 1)
        else:
            yield f"{'  ' * depth}{name}: {_quoted(each)}"


def _quoted(value: object) -> str:
    # A string of JSON is one of TOML and of YAML as well, and so are lists, true and false.
    return json.dumps(value, ensure_ascii=False)


def mcp_remote(address: Address) -> dict[str, Any]:
    """Return the entry of a client that can only start a program."""
    entry: dict[str, Any] = {"command": "npx", "args": ["-y", *mcp_remote_arguments(address)]}
    for name, value in address.headers.items():
        # By way of a variable: some clients on Windows break an argument with a space in it.
        entry["args"] += ["--header", f"{name}:${{MCP_HEADER}}"]
        entry["env"] = {"MCP_HEADER": value}
    return entry


def mcp_remote_arguments(address: Address) -> list[str]:
    needs_flag = urlsplit(address.url).scheme == "http" and not is_loopback(address.url)
    return ["mcp-remote", address.url, *(["--allow-http"] if needs_flag else [])]


def named_config(entry: Mapping[str, Any]) -> str:
    """Return the query of install links of Cursor and LM Studio."""
    config = b64encode(json.dumps(entry).encode()).decode()
    return urlencode({"name": SERVER_NAME, "config": config})


def shell(*command: str, address: Address | None = None) -> str:
    """Return a line for a terminal, with the header at its end if there is one."""
    line = shlex.join(command)
    # Double quotes around the header, because they work in every shell, cmd.exe too.
    return f'{line} --header "{address.header_line}"' if address and address.key else line
