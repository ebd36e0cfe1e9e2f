"""A call as a client would send it, and its answer, to read and to copy. Pure: no I/O."""

import json
import shlex
from typing import Any

MAX_STRING_CHARS = 20_000
MAX_DATA_CHARS = 200
"""Of a file in base64."""
MAX_LEVELS = 40
MAX_CHARS = 300_000

KEY = "YOUR_ACCESS_KEY"

_DATA = ("data", "blob")


def request_of(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    params = {"name": name, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def curl(url: str, request: dict[str, Any]) -> str:
    """Return a command for a shell, with a word in place of an access key."""
    body = json.dumps(cut(request), ensure_ascii=False)
    return " \\\n  ".join(
        [
            f"curl {shlex.quote(url)}",
            f"-H 'Authorization: Bearer {KEY}'",
            "-H 'Content-Type: application/json'",
            "-H 'Accept: application/json, text/event-stream'",
            f"-d {shlex.quote(body)}",
        ]
    )


def pretty(message: dict[str, Any]) -> str:
    text = json.dumps(cut(message), ensure_ascii=False, indent=2)
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}\n… cut here"


def cut(value: Any, name: str = "", level: int = 0) -> Any:
    """Shorten files and very long texts, as nobody reads them here."""
    if isinstance(value, str):
        is_data = name in _DATA or value.startswith("data:")
        most = MAX_DATA_CHARS if is_data else MAX_STRING_CHARS
        return value if len(value) <= most else f"{value[:most]}… ({len(value):,} characters)"
    if level == MAX_LEVELS:
        return "…"
    if isinstance(value, dict):
        return {key: cut(part, str(key), level + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [cut(part, name, level + 1) for part in value]
    return value
