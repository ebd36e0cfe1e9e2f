"""Records as the endpoint publishes them."""

from datetime import UTC, datetime
from typing import Any

from mcpendpoint.protocol.records import Outcome, Record

NOON = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


def make_record(**overrides: Any) -> Record:
    fields: dict[str, Any] = {
        "at": NOON,
        "method": "tools/call",
        "tool": "hub_repo_search",
        "space_id": "",
        "outcome": Outcome.OK,
        "error_code": None,
        "duration_ms": 12.0,
        "era": "modern",
        "protocol_version": "2026-07-28",
        "transport": "json",
        "client_name": "Cursor",
        "client_version": "1.7.2",
        "credential": "access_key",
        "user_id": 1,
        "notifications_sent": 0,
    }
    return Record(**(fields | overrides))
