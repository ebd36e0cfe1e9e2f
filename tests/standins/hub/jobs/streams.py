"""Logs and metrics of a job as server-sent events, as they come."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.standins.hub import errors
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs.pages import find_job
from tests.standins.hub.jobs.records import Job

LOOK_SECONDS = 0.05
KEEP_ALIVE_SECONDS = 30.0
GIB = 1024**3


async def logs(request: Request) -> Response:
    """Send what was printed, or its last `tail` lines, and then what follows until the job ends."""
    job = find_job(request)
    tail = request.query_params.get("tail")
    if tail is not None and not (tail.isascii() and tail.isdecimal()):
        raise errors.invalid('"tail" must be a number')
    return _stream(_log_events(job, int(tail) if tail else None))


async def _log_events(job: Job, tail: int | None) -> AsyncIterator[str]:
    while (started := job.started_at(datetime.now(UTC))) is None:
        if job.finished_at(datetime.now(UTC)):
            return
        await asyncio.sleep(LOOK_SECONDS)
    yield _event(_line(started, f"===== Job started at {started:%Y-%m-%d %H:%M:%S} ====="))
    now = datetime.now(UTC)
    sent = max(0, len(job.lines(now)) - tail) if tail is not None else 0
    silent_since = now
    while True:
        now = datetime.now(UTC)
        finished, lines = job.finished_at(now), job.lines(now)
        for moment, text in lines[sent:]:
            yield _event(_line(moment, text))
        if len(lines) > sent:
            sent, silent_since = len(lines), now
        if finished:
            yield _event(_line(finished, f"===== Job finished: status={job.stage(now)} ====="))
            return
        if (now - silent_since).total_seconds() > KEEP_ALIVE_SECONDS:
            yield ": keep-alive\n\n"
            silent_since = now
        await asyncio.sleep(LOOK_SECONDS)


def _line(moment: datetime, text: str) -> dict[str, str]:
    return {"timestamp": moment.isoformat().replace("+00:00", "Z"), "data": text}


async def metrics(request: Request) -> Response:
    job = find_job(request)
    if job.finished_at(datetime.now(UTC)):
        raise HubError(406, "The job has finished")
    return _stream(_metric_events(job))


async def _metric_events(job: Job) -> AsyncIterator[str]:
    count = 0
    while job.finished_at(datetime.now(UTC)) is None:
        sample = {
            "cpu_usage_pct": count % 100,
            "cpu_millicores": 2000,
            "memory_used_bytes": GIB + count * 4096,
            "memory_total_bytes": 16 * GIB,
            "rx_bps": 0,
            "tx_bps": 0,
            "gpus": {},
            "replica": job.id[:5],
        }
        yield f"event: metric\n{_event(sample)}"
        count += 1
        await asyncio.sleep(1)


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _stream(events: AsyncIterator[str]) -> Response:
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")
