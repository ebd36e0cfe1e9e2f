"""Jobs: running, listing, following, inspecting and ending them."""

import asyncio
from typing import Any

from django.conf import settings

from mcpendpoint.hub import jobs
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.pages import Page
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.hub_failures import problem_of, reason_of_hub
from mcpendpoint.tools.jobs import rendering
from mcpendpoint.tools.jobs.arguments import (
    DEFAULT_TAIL,
    InspectArguments,
    JobArguments,
    JobsArguments,
    LabelsArguments,
    LogsArguments,
    PsArguments,
    Submission,
)
from mcpendpoint.tools.jobs.flavors import check_flavor, list_hardware
from mcpendpoint.tools.jobs.follow import Log, follow
from mcpendpoint.tools.jobs.listing import collect, read_cursor, write_cursor
from mcpendpoint.tools.jobs.memory import remember_secrets
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.jobs.results import Inspection, Job, Outcome
from mcpendpoint.tools.jobs.specs import prepare
from mcpendpoint.tools.jobs.work import Done, Work, check_log_may_be_told
from mcpendpoint.tools.markdown import code, count, one_line

ACTIVE = ("SCHEDULING", "RUNNING")

SECONDS_TO_ANSWER = 5
"""What is left of the time of a call when a log is no longer followed."""

LIST = "jobs"


async def run(arguments: Submission, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    prepared = prepare(arguments, work.token)
    await check_flavor(work.hub, arguments.flavor)
    hf_id = await work.hf_id()
    job = await jobs.run_job(work.hub, namespace, prepared.body)
    await remember_secrets(hf_id, job.id, prepared.secrets, seconds=arguments.timeout)
    redact = work.redactor_of(job, prepared.secrets)
    if arguments.detach:
        shown = Job.of(job, namespace, redact)
        text = f"{rendering.started(shown)}\n\n{rendering.follow_up(job.id)}"
        return Done(Outcome(kind="job", job=shown), text)
    return await _follow_new(job, namespace, arguments.wait_seconds, redact, work)


async def _follow_new(
    job: jobs.Job, namespace: str, wanted_seconds: int, redact: Redactor, work: Work
) -> Done:
    shown, seconds = Job.of(job, namespace, redact), _wait(wanted_seconds)
    try:
        log = await follow(
            work.hub,
            namespace,
            job,
            tail=DEFAULT_TAIL,
            seconds=seconds,
            redact=redact,
            context=work.context,
        )
    except HubError as error:
        # It runs all the same: to say that the call failed would have it started again.
        reason = redact(problem_of(error, "Its log", work.context).message)
        text = f"{rendering.started(shown)}\n\nCould not read what it prints: {reason}"
        outcome = Outcome(kind="job", job=shown, logs_error=reason)
        return Done(outcome, f"{text}\n\n{rendering.follow_up(job.id)}")
    shown = Job.of(await _as_it_is(job, log, namespace, work), namespace, redact)
    lines = rendering.newest_fitting(log.lines(redact))
    parts = [rendering.started(shown), rendering.log_text(lines, log, seconds)]
    if not log.is_finished:
        parts.append(rendering.follow_up(job.id))
    outcome = Outcome(
        kind="job",
        job=shown,
        logs=lines,
        logs_finished=log.is_finished,
        logs_truncated=not log.is_finished,
    )
    return Done(outcome, "\n\n".join(parts))


async def _as_it_is(job: jobs.Job, log: Log, namespace: str, work: Work) -> jobs.Job:
    """Return a job as it is after its log was followed."""
    if log.job is not None:
        return log.job
    try:
        return await jobs.get_job(work.hub, namespace, job.id)
    except HubError:
        return job


def _wait(wanted: int) -> float:
    return min(wanted, max(1, settings.MCP_CALL_TIMEOUT_SECONDS - SECONDS_TO_ANSWER))


async def list_jobs(arguments: PsArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    stages = tuple(arguments.status) or (() if arguments.all else ACTIVE)
    query = [LIST, namespace, stages, arguments.labels]

    def fits(job: jobs.Job) -> bool:
        is_of_stage = not stages or job.status.stage in stages
        return is_of_stage and arguments.labels.items() <= job.labels.items()

    async def page(cursor: str | None) -> Page[jobs.Job]:
        return await jobs.list_jobs(
            work.hub, namespace, stages=stages, labels=arguments.labels, cursor=cursor
        )

    start = read_cursor(query, arguments.cursor)
    found, following = await collect(page, fits, start, arguments.limit)
    redactors = await work.redactors(found)
    shown = [Job.of(job, namespace, redact) for job, redact in zip(found, redactors, strict=True)]
    next_cursor = write_cursor(query, following)
    outcome = Outcome(kind="jobs", jobs=shown, next_cursor=next_cursor)
    return Done(outcome, _list_text(shown, stages, namespace, next_cursor), len(shown), len(shown))


def _list_text(
    shown: list[Job], stages: tuple[str, ...], namespace: str, next_cursor: str | None
) -> str:
    what = f" that are {' or '.join(stages)}" if stages else ""
    if not shown:
        more = ' For those that have ended, ask with {"all": true}.' if stages == ACTIVE else ""
        return f"No jobs of {namespace}{what} on this page.{more}" + _next_text(next_cursor)
    return (
        f"**{count(len(shown), 'job')} of {namespace}{what}:**\n\n{rendering.job_table(shown)}"
        f"{_next_text(next_cursor)}"
    )


def _next_text(next_cursor: str | None) -> str:
    return f"\n\nThere are more: repeat with cursor `{next_cursor}`." if next_cursor else ""


async def read_log(arguments: LogsArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    job = await jobs.get_job(work.hub, namespace, arguments.job_id)
    redact, seconds = await work.redactor(job), _wait(arguments.wait_seconds)
    check_log_may_be_told(job, redact)
    log = await follow(
        work.hub,
        namespace,
        job,
        tail=arguments.tail,
        seconds=seconds,
        redact=redact,
        context=work.context,
    )
    lines = rendering.newest_fitting(log.lines(redact))
    now = Job.of(await _as_it_is(job, log, namespace, work), namespace, redact)
    outcome = Outcome(
        kind="logs",
        job_id=job.id,
        stage=now.status.stage,
        message=now.status.message,
        lines=lines,
        finished=log.is_finished,
        truncated=not log.is_finished,
    )
    reason = f" {one_line(now.status.message)}" if now.status.message else ""
    text = f"Job {code(job.id)}\n\n{rendering.log_text(lines, log, seconds)}{reason}"
    return Done(outcome, text, log.count, len(lines))


async def inspect(arguments: InspectArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    job_ids = list(dict.fromkeys(arguments.job_id))
    inspected = await asyncio.gather(*(_inspect_one(job_id, namespace, work) for job_id in job_ids))
    inspections = [inspection for inspection, _ in inspected]
    found = [each.job for each in inspections if each.job]
    parts = [rendering.as_json(found)] if found else []
    parts += [f"⚠️ {each.message}" for each in inspections if each.message]
    outcome = Outcome(kind="inspections", inspections=inspections)
    failed = None if found else inspected[0][1]
    return Done(outcome, "\n\n".join(parts), len(job_ids), len(found), failed)


async def _inspect_one(job_id: str, namespace: str, work: Work) -> tuple[Inspection, Reason | None]:
    """Return it, and why there is none."""
    try:
        job = await jobs.get_job(work.hub, namespace, job_id)
    except HubError as error:
        problem = problem_of(error, f"Job `{job_id}` of {namespace}", work.context)
        inspection = Inspection(
            job_id=job_id, status="error", message=problem.message, retryable=problem.retryable
        )
        return inspection, reason_of_hub(error)
    shown = Job.of(job, namespace, await work.redactor(job))
    return Inspection(job_id=job_id, status="success", job=shown), None


async def cancel(arguments: JobArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    await jobs.cancel_job(work.hub, namespace, arguments.job_id)
    return acknowledge(arguments.job_id, "canceled", f"Job `{arguments.job_id}` is canceled.")


def acknowledge(resource_id: str, action: Any, message: str) -> Done:
    outcome = Outcome(
        kind="acknowledgement", resource_id=resource_id, action=action, message=message
    )
    return Done(outcome, f"✓ {message}")


async def replace_labels(arguments: LabelsArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    job = await jobs.replace_labels(work.hub, namespace, arguments.job_id, arguments.labels)
    shown = Job.of(job, namespace, await work.redactor(job))
    text = f"✓ The labels are replaced.\n\n{rendering.as_json([shown])}"
    return Done(Outcome(kind="job", job=shown), text)


async def show_hardware(arguments: JobsArguments, work: Work) -> Done:
    flavors = await list_hardware(work.hub)
    outcome = Outcome(kind="hardware", hardware=flavors)
    return Done(outcome, rendering.hardware_table(flavors), len(flavors), len(flavors))
