"""Schedules: what runs again and again."""

from mcpendpoint.hub import jobs
from mcpendpoint.hub.pages import Page
from mcpendpoint.tools.jobs import rendering
from mcpendpoint.tools.jobs.arguments import (
    ScheduledJobArguments,
    ScheduledLabelsArguments,
    ScheduledPsArguments,
    ScheduledRunArguments,
    ScheduledUvArguments,
)
from mcpendpoint.tools.jobs.flavors import check_flavor
from mcpendpoint.tools.jobs.listing import collect, read_cursor, write_cursor
from mcpendpoint.tools.jobs.memory import SCHEDULE_SECONDS, remember_secrets
from mcpendpoint.tools.jobs.results import Outcome, ScheduledJob
from mcpendpoint.tools.jobs.running import acknowledge
from mcpendpoint.tools.jobs.specs import prepare
from mcpendpoint.tools.jobs.work import Done, Work
from mcpendpoint.tools.markdown import code, count

LIST = "scheduled"


async def create(arguments: ScheduledRunArguments | ScheduledUvArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    prepared = prepare(arguments, work.token)
    await check_flavor(work.hub, arguments.flavor)
    hf_id = await work.hf_id()
    scheduled = await jobs.create_schedule(
        work.hub, namespace, arguments.schedule, prepared.body, suspend=arguments.suspend
    )
    await remember_secrets(hf_id, scheduled.id, prepared.secrets, seconds=SCHEDULE_SECONDS)
    shown = ScheduledJob.of(scheduled, work.redactor_of(scheduled, prepared.secrets))
    when = (
        "It is suspended." if shown.suspended else f"Next run: {rendering.moment(shown.next_run)}"
    )
    name = f" {code(shown.job_spec.name)}" if shown.job_spec.name else ""
    text = f"✓ Scheduled job {code(shown.id)}{name} is created: {code(shown.schedule)}. {when}"
    return Done(Outcome(kind="scheduled_job", scheduled_job=shown), text)


async def list_scheduled(arguments: ScheduledPsArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    query = [LIST, namespace, arguments.all, arguments.labels]
    hidden = 0

    def fits(scheduled: jobs.ScheduledJob) -> bool:
        nonlocal hidden
        is_wanted = arguments.all or not scheduled.suspend
        fitting = is_wanted and arguments.labels.items() <= scheduled.job_spec.labels.items()
        hidden += not fitting
        return fitting

    async def page(cursor: str | None) -> Page[jobs.ScheduledJob]:
        return await jobs.list_schedules(
            work.hub, namespace, labels=arguments.labels, cursor=cursor
        )

    start = read_cursor(query, arguments.cursor)
    found, following = await collect(page, fits, start, arguments.limit)
    redactors = await work.redactors(found)
    shown = [
        ScheduledJob.of(scheduled, redact)
        for scheduled, redact in zip(found, redactors, strict=True)
    ]
    next_cursor = write_cursor(query, following)
    outcome = Outcome(kind="scheduled_jobs", scheduled_jobs=shown, next_cursor=next_cursor)
    text = _list_text(shown, namespace, hidden=hidden)
    more = f"\n\nThere are more: repeat with cursor `{next_cursor}`." if next_cursor else ""
    return Done(outcome, text + more, len(shown) + hidden, len(shown))


def _list_text(shown: list[ScheduledJob], namespace: str, *, hidden: int) -> str:
    note = f"Not shown: {hidden}, suspended (all: true shows them) or with other labels."
    if not shown:
        return f"No active scheduled jobs of {namespace}." + (f" {note}" if hidden else "")
    jobs_shown = count(len(shown), "scheduled job")
    text = f"**{jobs_shown} of {namespace}:**\n\n{rendering.schedule_table(shown)}"
    return f"{text}\n\n{note}" if hidden else text


async def inspect(arguments: ScheduledJobArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    scheduled = await jobs.get_schedule(work.hub, namespace, arguments.scheduled_job_id)
    shown = ScheduledJob.of(scheduled, await work.redactor(scheduled))
    outcome = Outcome(kind="scheduled_job", scheduled_job=shown)
    return Done(outcome, rendering.as_json([shown]))


async def delete(arguments: ScheduledJobArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    scheduled_id = arguments.scheduled_job_id
    await jobs.delete_schedule(work.hub, namespace, scheduled_id)
    return acknowledge(scheduled_id, "deleted", f"Scheduled job `{scheduled_id}` is deleted.")


async def suspend(arguments: ScheduledJobArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    scheduled_id = arguments.scheduled_job_id
    await jobs.suspend_schedule(work.hub, namespace, scheduled_id)
    message = f"Scheduled job `{scheduled_id}` is suspended; `scheduled resume` starts it again."
    return acknowledge(scheduled_id, "suspended", message)


async def resume(arguments: ScheduledJobArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    scheduled_id = arguments.scheduled_job_id
    await jobs.resume_schedule(work.hub, namespace, scheduled_id)
    return acknowledge(scheduled_id, "resumed", f"Scheduled job `{scheduled_id}` is resumed.")


async def replace_labels(arguments: ScheduledLabelsArguments, work: Work) -> Done:
    namespace = await work.namespace(arguments.namespace)
    scheduled = await jobs.replace_schedule_labels(
        work.hub, namespace, arguments.scheduled_job_id, arguments.labels
    )
    shown = ScheduledJob.of(scheduled, await work.redactor(scheduled))
    text = f"✓ The labels are replaced.\n\n{rendering.as_json([shown])}"
    return Done(Outcome(kind="scheduled_job", scheduled_job=shown), text)
