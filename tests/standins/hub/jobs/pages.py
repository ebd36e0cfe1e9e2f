"""/api/jobs/{namespace}: running, listing, inspecting and canceling jobs, and their labels."""

import secrets
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import accounts, bodies, errors, paging
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs import programs, rights, specs
from tests.standins.hub.jobs.records import Job
from tests.standins.hub.records import hex_id, wire_date
from tests.standins.hub.sandbox import rpc as sandbox
from tests.standins.hub.state import Hub

PAGE_SIZE = 50
STAGES = ("SCHEDULING", "RUNNING", "COMPLETED", "CANCELED", "ERROR", "DELETED")


async def run(request: Request) -> Response:
    caller = rights.require_job_right(request)
    spec = specs.read_spec(request, await bodies.json_object(request))
    rights.require_credit(request, spec["flavor"])
    initiator = {"type": "user", "id": caller.id, "name": caller.name}
    return JSONResponse(render(request, start(request, spec, caller.name, initiator)))


def start(
    request: Request, spec: dict[str, Any], created_by: str, initiator: dict[str, str]
) -> Job:
    hub: Hub = request.app.state.hub
    namespace = request.path_params["namespace"]
    command = [*spec["command"], *spec["arguments"]]
    variables = {**spec["environment"], **spec["secrets"]}
    plan = sandbox.PLAN if sandbox.is_sandbox(spec) else programs.plan(command, variables)
    now = datetime.now(UTC)
    job = Job(secrets.token_hex(12), namespace, spec, now, created_by, plan, initiator=initiator)
    hub.jobs[job.id] = job
    return job


async def list_jobs(request: Request) -> Response:
    """GET /api/jobs/{namespace}: the newest first; every label and any of the stages must fit.

    huggingface_hub 2.4.0, hf_api.py, list_jobs sends `stage` and `label`, each several times, and
    follows Link. There is no `limit`: it is ignored.
    """
    rights.require_member(request)
    hub: Hub = request.app.state.hub
    now = datetime.now(UTC)
    stages = set(request.query_params.getlist("stage"))
    if unknown := stages - set(STAGES):
        raise errors.invalid(f"Unknown stage: {', '.join(sorted(unknown))}")
    labels = read_label_filter(request)
    found = [
        job
        for job in hub.jobs.values()
        if job.namespace == request.path_params["namespace"]
        and (not stages or job.stage(now) in stages)
        and labels.items() <= job.labels.items()
    ]
    found.sort(key=lambda job: (job.created_at, job.id), reverse=True)
    items = [render(request, job) for job in found]
    return paging.page(request, items, size=PAGE_SIZE, max_size=PAGE_SIZE, has_limit=False)


def read_label_filter(request: Request) -> dict[str, str]:
    pairs = [text.partition("=") for text in request.query_params.getlist("label")]
    if not all(separator for _, separator, _ in pairs):
        raise errors.invalid('"label" must look like key=value')
    return {key: value for key, _, value in pairs}


async def inspect(request: Request) -> Response:
    return JSONResponse(render(request, find_job(request)))


async def cancel(request: Request) -> Response:
    rights.require_job_right(request)
    job = find_job(request)
    now = datetime.now(UTC)
    if job.finished_at(now) is None:
        job.canceled_at = now
    return JSONResponse(render(request, job))


async def duplicate(request: Request) -> Response:
    """Run the same again."""
    caller = rights.require_job_right(request)
    job = find_job(request)
    rights.require_credit(request, job.spec["flavor"])
    initiator = {"type": "duplicated-job", "id": job.id}
    return JSONResponse(render(request, start(request, dict(job.spec), caller.name, initiator)))


async def set_labels(request: Request) -> Response:
    rights.require_job_right(request)
    job = find_job(request)
    job.spec["labels"] = specs.read_labels(await bodies.json_object(request))
    return JSONResponse(render(request, job))


def find_job(request: Request) -> Job:
    rights.require_member(request)
    hub: Hub = request.app.state.hub
    job = hub.jobs.get(request.path_params["id"])
    if job is None or job.namespace != request.path_params["namespace"]:
        raise HubError(404, "Job not found")
    return job


def render(request: Request, job: Job) -> dict[str, Any]:
    """Describe a job; of its secrets, the names."""
    now = datetime.now(UTC)
    started, finished = job.started_at(now), job.finished_at(now)
    status: dict[str, Any] = {"stage": job.stage(now), "message": job.message(now)}
    if job.spec["ports"]:
        # The Hub's are hosts of their own, https://{id}--{port}.hf.jobs, which no test can resolve.
        base = f"{request.base_url}_jobs/{job.id}"
        status["exposeUrls"] = [f"{base}--{port}.hf.jobs" for port in job.spec["ports"]]
    moments = {"createdAt": job.created_at, "startedAt": started, "finishedAt": finished}
    durations = {
        "schedulingSecs": _seconds(job.created_at, started or now),
        "runningSecs": _seconds(started, finished or now),
        "totalSecs": _seconds(job.created_at, finished or now),
    }
    return {
        "id": job.id,
        **{name: wire_date(moment) for name, moment in moments.items() if moment},
        **render_spec(job.spec),
        "status": status,
        "owner": render_owner(request, job.namespace),
        "createdBy": {"id": hex_id(job.created_by), "name": job.created_by},
        "initiator": job.initiator,
        "durations": {name: value for name, value in durations.items() if value is not None},
        "type": "job",
    }


def _seconds(start: datetime | None, end: datetime) -> int | None:
    return int((end - start).total_seconds()) if start else None


def render_spec(spec: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in spec.items() if name not in ("secrets", "ports")}
    shown["secrets"] = dict.fromkeys(spec["secrets"])
    shown["timeout"] = spec["timeoutSeconds"]
    if spec["ports"]:
        shown["expose"] = {"ports": spec["ports"]}
    return shown


def render_owner(request: Request, namespace: str) -> dict[str, Any]:
    owner = accounts.owner(request, namespace)
    return {
        "id": owner["_id"],
        "name": namespace,
        "type": owner["type"],
        "avatarUrl": owner["avatarUrl"],
    }
