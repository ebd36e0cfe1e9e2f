"""Heads of requests as an ASGI server hands them to us."""

import io
from collections.abc import Iterable

from django.core.handlers.asgi import ASGIRequest

from mcpendpoint.protocol.request_head import RequestHead, read_request_head

Lines = Iterable[tuple[str, str]]


def make_head(
    query: str = "",
    headers: Lines = (),
    *,
    method: str = "POST",
    path: str = "/mcp",
    host: str | None = "localhost:8000",
) -> RequestHead:
    lines = [*([("Host", host)] if host is not None else []), *headers]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in lines],
    }
    return read_request_head(ASGIRequest(scope, io.BytesIO()))
