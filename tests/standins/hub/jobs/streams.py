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
    """Send what was printed, or its last `tail` lines, and then what follows."""
    job = find_job(request)
    tail = request.query_params.get("tail")
    if tail is not None and not (tail.isascii() and tail.isdecimal()):
        raise errors.invalid('"tail" must be a number')
    return _stream(_log_events(job, int(tail) if tail else None))


async def _log_events(job: Job, tail: int | None) -> AsyncIterator[str]:
    """Replay what was printed, then send what comes, until the job ends.

    Source: huggingface_hub 2.4.0, hf_api.py: "Stream ended or went silent: back off, the Job's
    stage lags ~1.3s behind its last log line" (_stream_sse_events). What it has met as well, a
    stream that stays open after that ("pauses waiting for new events (~30s keep-alive)", "infinite
    [...] in case of build error", fetch_job_logs), is what the fault `hold` is for. A line tells
    the end to who is there (hf-mcp-server, packages/mcp/src/jobs/sse-handler.ts), and is not among
    what was printed (the log in huggingface/huggingface_hub#4202).
    """
    silent_since = datetime.now(UTC)
    is_told = job.finished_at(silent_since) is not None
    sent: int | None = None
    while True:
        now = datetime.now(UTC)
        started, finished, lines = job.started_at(now), job.finished_at(now), job.lines(now)
        if started and sent is None:
            yield _event(_line(started, f"===== Job started at {started:%Y-%m-%d %H:%M:%S} ====="))
            sent = max(0, len(lines) - tail) if tail is not None else 0
        for moment, text in lines[sent or 0 :]:
            yield _event(_line(moment, text))
        if sent is not None and len(lines) > sent:
            sent, silent_since = len(lines), now
        if finished:
            if not is_told:
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
