"""What hf_jobs says to a reader. Pure: no I/O."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from mcpendpoint.tools.jobs.follow import Log
from mcpendpoint.tools.jobs.results import Hardware, Job, ScheduledJob
from mcpendpoint.tools.markdown import MISSING, code, count, fenced, one_line, table

MAX_LOG_CHARS = 30_000
MAX_COMMAND_CHARS = 60


def job_headline(job: Job) -> str:
    name = f" {code(job.name)}" if job.name else ""
    return f"Job {code(job.id)}{name} is {job.status.stage} on {job.flavor}. See {job.url}"


def started(job: Job) -> str:
    return f"Job started: {code(job.id)}\n\n{job_headline(job)}"


def follow_up(job_id: str) -> str:
    return (
        f'To see what it prints: {{"operation": "logs", "args": {{"job_id": "{job_id}"}}}}. '
        f'To end it: {{"operation": "cancel", "args": {{"job_id": "{job_id}"}}}}.'
    )


def newest_fitting(lines: Sequence[str]) -> list[str]:
    """Return the last lines, as many as there is room for."""
    room, kept = MAX_LOG_CHARS, 0
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept += 1
    return list(lines[len(lines) - kept :])


def log_text(lines: Sequence[str], log: Log, seconds: float) -> str:
    """Return the lines, and whether these are all."""
    parts = []
    if lines:
        of = f", {log.count} were read" if log.count > len(lines) else ""
        parts.append(
            f"**Log (last {count(len(lines), 'line')}{of}):**\n{fenced(chr(10).join(lines))}"
        )
    else:
        parts.append("It has printed nothing so far." if log.job is None else "It printed nothing.")
    return "\n\n".join([*parts, log_end(log, seconds)])


def log_end(log: Log, seconds: float) -> str:
    if log.is_broken:
        return "Hugging Face stopped sending the log. The job may go on: ask for the log again."
    if log.job is None:
        return (
            f"Stopped following after {seconds:.0f} s; the job goes on. Ask for the log again, "
            "with a larger wait_seconds to follow it for longer."
        )
    return f"Job finished: {log.job.status.stage}."


def job_table(jobs: Sequence[Job]) -> str:
    return table(
        ("ID", "Name", "Image or Space", "Command", "Flavor", "Created", "Stage"),
        (
            (
                job.id,
                job.name or MISSING,
                job.docker_image or job.space_id or MISSING,
                one_line(" ".join(job.command), MAX_COMMAND_CHARS),
                job.flavor,
                moment(job.created_at),
                job.status.stage,
            )
            for job in jobs
        ),
    )


def schedule_table(scheduled: Sequence[ScheduledJob]) -> str:
    return table(
        (
            "ID",
            "Name",
            "Schedule",
            "Image or Space",
            "Command",
            "Last run",
            "Next run",
            "Suspended",
        ),
        (
            (
                each.id,
                each.job_spec.name or MISSING,
                each.schedule,
                each.job_spec.docker_image or each.job_spec.space_id or MISSING,
                one_line(" ".join(each.job_spec.command), MAX_COMMAND_CHARS),
                moment(each.last_run),
                moment(each.next_run),
                "yes" if each.suspended else "no",
            )
            for each in scheduled
        ),
    )


def hardware_table(flavors: Sequence[Hardware]) -> str:
    return table(
        ("Flavor", "CPU", "Memory", "Accelerator", "USD per hour"),
        (
            (
                flavor.name,
                flavor.cpu or MISSING,
                flavor.ram or MISSING,
                flavor.accelerator or MISSING,
                MISSING if flavor.usd_per_hour is None else f"{flavor.usd_per_hour:.2f}",
            )
            for flavor in flavors
        ),
    )


def as_json(results: Sequence[Job | ScheduledJob]) -> str:
    data = [{"id": result.id, **result.to_content()} for result in results]
    return fenced(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode(), "json")


def moment(value: datetime | None) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S") if value else MISSING
