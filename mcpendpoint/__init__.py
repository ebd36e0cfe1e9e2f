"""The MCP endpoint: bytes -> Caller -> Selection -> kernel -> tool -> result -> bytes."""

__version__ = "0.1.0"
