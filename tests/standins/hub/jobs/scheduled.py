"""/api/scheduled-jobs/{namespace}. A schedule tells when it is due; nothing fires by itself."""

import secrets
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs import cron, pages, rights, specs
from tests.standins.hub.jobs.records import ScheduledJob
from tests.standins.hub.records import wire_date
from tests.standins.hub.state import Hub


async def create(request: Request) -> Response:
    caller = rights.require_job_right(request)
    body = await bodies.json_object(request)
    spec_body = body.get("jobSpec")
    if not isinstance(spec_body, dict):
        raise errors.invalid('"jobSpec" is required')
    schedule = _read_schedule(body)
    spec = specs.read_spec(request, spec_body)
    rights.require_credit(request, spec["flavor"])
    scheduled = ScheduledJob(
        secrets.token_hex(12),
        request.path_params["namespace"],
        spec,
        schedule,
        datetime.now(UTC),
        caller.name,
        suspend=bodies.flag(body, "suspend") or False,
        concurrency=bodies.flag(body, "concurrency") or False,
    )
    hub: Hub = request.app.state.hub
    hub.scheduled_jobs[scheduled.id] = scheduled
    return JSONResponse(render(request, scheduled))


def _read_schedule(body: bodies.Body) -> str:
    schedule = bodies.text(body, "schedule")
    try:
        cron.next_run(schedule, datetime.now(UTC))
    except cron.BadScheduleError as error:
        raise errors.invalid(f'Invalid schedule "{schedule}": {error}') from error
    return schedule


async def list_scheduled(request: Request) -> Response:
    rights.require_member(request)
    hub: Hub = request.app.state.hub
    # huggingface_hub 2.4.0, hf_api.py, list_scheduled_jobs: "The endpoint only supports a single
    # `label` filter server-side." There is neither a limit nor a next page.
    labels = dict([*pages.read_label_filter(request).items()][:1])
    found = [
        scheduled
        for scheduled in hub.scheduled_jobs.values()
        if scheduled.namespace == request.path_params["namespace"]
        and labels.items() <= scheduled.spec["labels"].items()
    ]
    found.sort(key=lambda scheduled: (scheduled.created_at, scheduled.id), reverse=True)
    return JSONResponse([render(request, scheduled) for scheduled in found])


async def inspect(request: Request) -> Response:
    return JSONResponse(render(request, _find(request)))


async def delete(request: Request) -> Response:
    rights.require_job_right(request)
    hub: Hub = request.app.state.hub
    del hub.scheduled_jobs[_find(request).id]
    return JSONResponse({})


async def suspend(request: Request) -> Response:
    rights.require_job_right(request)
    _find(request).suspend = True
    return JSONResponse({})


async def resume(request: Request) -> Response:
    rights.require_job_right(request)
    _find(request).suspend = False
    return JSONResponse({})


async def set_labels(request: Request) -> Response:
    rights.require_job_right(request)
    scheduled = _find(request)
    scheduled.spec["labels"] = specs.read_labels(await bodies.json_object(request))
    return JSONResponse(render(request, scheduled))


async def set_schedule(request: Request) -> Response:
    rights.require_job_right(request)
    scheduled = _find(request)
    scheduled.schedule = _read_schedule(await bodies.json_object(request))
    return JSONResponse(render(request, scheduled))


async def run_now(request: Request) -> Response:
    caller = rights.require_job_right(request)
    scheduled = _find(request)
    last = scheduled.last_job
    if last and not last.finished_at(datetime.now(UTC)) and not scheduled.concurrency:
        raise HubError(409, "The last job of this schedule is still running")
    initiator = {"type": "scheduled-job", "id": scheduled.id}
    job = pages.start(request, dict(scheduled.spec), caller.name, initiator)
    scheduled.last_job = job
    return JSONResponse(pages.render(request, job))


def _find(request: Request) -> ScheduledJob:
    rights.require_member(request)
    hub: Hub = request.app.state.hub
    scheduled = hub.scheduled_jobs.get(request.path_params["id"])
    if scheduled is None or scheduled.namespace != request.path_params["namespace"]:
        raise HubError(404, "Scheduled job not found")
    return scheduled


def render(request: Request, scheduled: ScheduledJob) -> dict[str, Any]:
    now = datetime.now(UTC)
    due = None if scheduled.suspend else cron.next_run(scheduled.schedule, now)
    last = scheduled.last_job
    return {
        "id": scheduled.id,
        "type": "scheduled-job",
        "schedule": scheduled.schedule,
        "suspend": scheduled.suspend,
        "concurrency": scheduled.concurrency,
        "createdAt": wire_date(scheduled.created_at),
        "updatedAt": wire_date(scheduled.created_at),
        "owner": pages.render_owner(request, scheduled.namespace),
        "jobSpec": pages.render_spec(scheduled.spec),
        "status": {
            "lastJob": {"id": last.id, "at": wire_date(last.created_at)} if last else None,
            "nextJobRunAt": wire_date(due) if due else None,
        },
    }
