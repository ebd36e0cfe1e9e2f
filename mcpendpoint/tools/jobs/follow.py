"""Follows what a job prints, for a while: its last lines, then what comes.

A stream that breaks off is opened again where it was. It is over when the Hub says that the job
has ended: not when a line says so, which anybody can print, nor when the stream ends, for the Hub
keeps it open with a keep-alive every 30 seconds, also after the job's end, and for a job whose
image could not be built for ever (huggingface_hub 2.4.0, hf_api.py: fetch_job_logs).
"""

import asyncio
import re
from collections import Counter, deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

from mcpendpoint.hub import jobs
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError, HubRateLimited, HubUnavailable
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.jobs.redaction import Redactor

MAX_BREAKS = 3
LOOK_SECONDS = 3.0
QUIET_SECONDS = 1.0
FIRST_LINE_SECONDS = 5.0
"""As huggingface_hub waits for the log of a job that it does not follow."""
PAUSE_SECONDS = 1.0
REPORT_SECONDS = 1.0
HEARTBEAT_SECONDS = 5.0
MAX_RAW_LINE_CHARS = 20_000
MAX_LINE_CHARS = 2_000
MAX_PROGRESS_CHARS = 160

_STARTED = "===== Job started"
_FINISHED = "===== Job finished"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Log:
    """What was printed so far: the last lines of it."""

    def __init__(self, tail: int) -> None:
        self._lines: deque[str] = deque(maxlen=tail)
        self.count = 0
        self.events = 0
        """How many came, of whatever kind."""
        self.job: jobs.Job | None = None
        """As it was when it had ended; None while it goes on."""
        self.is_broken = False
        """The log could not be read any further."""
        self._place = _Place()

    @property
    def is_finished(self) -> bool:
        return self.job is not None

    def lines(self, redact: Redactor) -> list[str]:
        return [_cut(redact(line)) for line in self._lines]

    def last_line(self, redact: Redactor) -> str:
        return redact(self._lines[-1])[:MAX_PROGRESS_CHARS] if self._lines else ""

    def reopen(self) -> None:
        """What comes now begins with lines that are known."""
        self._place.replay()

    def take(self, event: bytes) -> bool:
        """Add what an event says; return whether it claims that the job has ended."""
        self.events += 1
        data, time = _read(event)
        if data is None or self._place.is_behind(event, time):
            return False
        if data.startswith(_STARTED):
            return False
        if data.startswith(_FINISHED):
            return True
        for line in data.rstrip("\r\n").split("\n"):
            self._lines.append(_plain(line))
            self.count += 1
        return False


class _Place:
    """How far a log has been read, to go on there when it is sent from an earlier line."""

    def __init__(self) -> None:
        self._time = datetime.min.replace(tzinfo=UTC)
        self._at_time: Counter[bytes] = Counter()
        self._replayed: Counter[bytes] | None = None

    def replay(self) -> None:
        self._replayed = Counter(self._at_time)

    def is_behind(self, event: bytes, time: datetime | None) -> bool:
        """Whether an event was there before; if it was not, it is now."""
        if time is None:
            return False
        if self._replayed is not None:
            if time < self._time:
                return True
            if time == self._time and self._replayed[event] > 0:
                self._replayed[event] -= 1
                return True
            self._replayed = None
        if time > self._time:
            self._time = time
            self._at_time.clear()
        if time == self._time:
            self._at_time[event] += 1
        return False


async def follow(
    hub: HubClient,
    namespace: str,
    job: jobs.Job,
    *,
    tail: int,
    seconds: float,
    redact: Redactor,
    context: ToolContext,
) -> Log:
    """Return what there is when the job has ended or the time is over; `job` as it was just now.

    Raises HubError when there is nothing.
    """
    log = Log(tail)
    reporting = asyncio.create_task(_report(log, job.id, seconds, redact, context))
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _follow(log, hub, namespace, job, tail)
    except HubError:
        if not log.count:
            raise
        log.is_broken = True
    finally:
        reporting.cancel()
    return log


async def _follow(log: Log, hub: HubClient, namespace: str, job: jobs.Job, tail: int) -> None:
    reading = asyncio.ensure_future(_read_on(log, hub, namespace, job.id, tail))
    watching = asyncio.ensure_future(_watch(log, hub, namespace, job))
    try:
        await asyncio.wait({reading, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            watching.result()
            await _until_quiet(log, reading)
        if reading.done():
            reading.result()
    finally:
        for task in (reading, watching):
            task.cancel()
        await asyncio.gather(reading, watching, return_exceptions=True)


async def _watch(log: Log, hub: HubClient, namespace: str, job: jobs.Job) -> None:
    """Return when the Hub says that the job has ended."""
    while not job.is_finished:
        await asyncio.sleep(LOOK_SECONDS)
        with suppress(HubUnavailable, HubRateLimited):
            job = await jobs.get_job(hub, namespace, job.id)
    log.job = job


async def _until_quiet(log: Log, reading: asyncio.Future[None]) -> None:
    """Let what was printed before the end arrive: it does so quickly, and then nothing comes."""
    known, patience = log.events, QUIET_SECONDS if log.events else FIRST_LINE_SECONDS
    while True:
        await asyncio.wait({reading}, timeout=patience)
        if reading.done() or log.events == known:
            return
        known, patience = log.events, QUIET_SECONDS


async def _read_on(log: Log, hub: HubClient, namespace: str, job_id: str, tail: int) -> None:
    breaks = 0
    while True:
        known = log.count
        try:
            await _read_once(log, hub, namespace, job_id, tail)
        except HubUnavailable:
            breaks = breaks + 1 if log.count == known else 1
            if breaks >= MAX_BREAKS:
                raise
        else:
            await _look(log, hub, namespace, job_id)
            if log.is_finished:
                return
        await asyncio.sleep(PAUSE_SECONDS)
        log.reopen()


async def _read_once(log: Log, hub: HubClient, namespace: str, job_id: str, tail: int) -> None:
    """Read until the stream ends, or says that the job has."""
    async with jobs.follow_logs(hub, namespace, job_id, tail=tail) as events:
        async for event in events:
            if log.take(event):
                await _look(log, hub, namespace, job_id)
                if log.is_finished:
                    return


async def _look(log: Log, hub: HubClient, namespace: str, job_id: str) -> None:
    job = await jobs.get_job(hub, namespace, job_id)
    if job.is_finished:
        log.job = job


async def _report(
    log: Log, job_id: str, seconds: float, redact: Redactor, context: ToolContext
) -> None:
    """Tell the client how it goes: what was printed, and that we are still there."""
    loop = asyncio.get_running_loop()
    start = said_at = loop.time()
    said_count = 0
    await context.report_progress(0, seconds, f"Following job {job_id}.")
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        now = loop.time()
        has_news = log.count > said_count
        if has_news or now - said_at >= HEARTBEAT_SECONDS:
            elapsed = round(now - start, 1)
            line = log.last_line(redact) if has_news else f"no news for {now - said_at:.0f} s"
            said_at, said_count = now, log.count
            await context.report_progress(elapsed, seconds, f"Job {job_id}: {line}")


def _read(event: bytes) -> tuple[str | None, datetime | None]:
    try:
        message = orjson.loads(event)
    except orjson.JSONDecodeError:
        return None, None
    data = message.get("data") if isinstance(message, dict) else None
    return (data, _time(message.get("timestamp"))) if isinstance(data, str) else (None, None)


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def _plain(line: str) -> str:
    """Return a line as a terminal would show it: of a progress bar, where it is now."""
    shown = line.rstrip("\r").rpartition("\r")[2]
    return _COLOURS.sub("", shown)[:MAX_RAW_LINE_CHARS]


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE_CHARS else f"{line[:MAX_LINE_CHARS]}…"
