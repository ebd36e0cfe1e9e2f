"""The audit log as a file, written while it is read: nobody's memory has to hold it."""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import orjson
from channels.db import database_sync_to_async
from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.audit_search import Events, next_events, place_of
from accounts.models import AuditEvent

EVENTS_AT_ONCE = 1_000
COLUMNS = (
    "at",
    "user",
    "hf_id",
    "action",
    "outcome",
    "tool",
    "client",
    "duration_ms",
    "address",
    "detail",
    "reason",
    "request_id",
)

# A spreadsheet takes a cell that starts like this for a formula, which a client's name may be. One
# that separates cells by something else than a comma sees a cell start within ours.
_STARTS_A_FORMULA = re.compile(r"(^|[,;\t\r\n])(?=\s*[=+\-@＝＋－＠])")  # noqa: RUF001 - wide ones

Write = Callable[[Sequence[AuditEvent]], bytes]


def export(events: Events, format_name: str) -> StreamingHttpResponse:
    """Return a download of these events, `format_name` one of FORMATS."""
    content_type, head, write = FORMATS[format_name]
    name = f"audit-{timezone.now():%Y-%m-%d}.{format_name}"
    return StreamingHttpResponse(
        _chunks(events, head, write),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _chunks(events: Events, head: bytes, write: Write) -> AsyncIterator[bytes]:
    if head:
        yield head
    place = ""
    while chunk := await _read(events, place):
        yield write(chunk)
        place = place_of(chunk[-1])


@database_sync_to_async  # type: ignore[untyped-decorator]
def _read(events: Events, place: str) -> list[AuditEvent]:
    return list(next_events(events, place, EVENTS_AT_ONCE))


def _as_csv(events: Sequence[AuditEvent]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    for event in events:
        fields = fields_of(event)
        fields["detail"] = orjson.dumps(event.detail).decode() if event.detail else ""
        writer.writerow([_cell(fields[column]) for column in COLUMNS])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    return _STARTS_A_FORMULA.sub(r"\1'", "" if value is None else str(value))


def _as_jsonl(events: Sequence[AuditEvent]) -> bytes:
    return b"".join(orjson.dumps(fields_of(event)) + b"\n" for event in events)


def fields_of(event: AuditEvent) -> dict[str, Any]:
    values = {column: getattr(event, column) for column in COLUMNS}
    values["at"] = event.at.isoformat()
    values["user"] = event.user.username if event.user else None
    return values


FORMATS: dict[str, tuple[str, bytes, Write]] = {
    "csv": ("text/csv; charset=utf-8", (",".join(COLUMNS) + "\r\n").encode(), _as_csv),
    "jsonl": ("application/x-ndjson", b"", _as_jsonl),
}
