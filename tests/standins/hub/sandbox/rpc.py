"""Finding the sandbox that a request is for: its job runs, and the request has both tokens."""

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs.records import Job, Line, Plan
from tests.standins.hub.sandbox.records import Sandbox
from tests.standins.hub.state import Hub

PORT = 49983
OWN_SECRET = "SBX_TOKEN"
HOST = re.compile(r"([0-9a-f]{24})--(\d+)\.hf\.jobs")
STARTING = timedelta(seconds=0.2)
PLAN = Plan((Line(0.1, f"sbx-server is listening on port {PORT}"),), ends_after=None)


def is_sandbox(spec: dict[str, Any]) -> bool:
    return spec["labels"].get("hf-sandbox") == "1" and PORT in spec["ports"]


async def health(request: Request) -> Response:
    job = _find_job(request)
    started = job.started_at(datetime.now(UTC))
    if started is None or datetime.now(UTC) < started + STARTING:
        raise HubError(503, "The sandbox is starting")
    return JSONResponse({"status": "ok", "version": "0.7.0", "protocol": 3})


def find_sandbox(request: Request) -> Sandbox:
    job = _find_job(request)
    token = request.headers.get("x-sandbox-token", "")
    expected = job.spec["secrets"].get(OWN_SECRET, "")
    if not expected or not hmac.compare_digest(token, expected):
        raise HubError(401, "Invalid sandbox token")
    hub: Hub = request.app.state.hub
    if job.id not in hub.sandboxes:
        secrets = {name: value for name, value in job.spec["secrets"].items() if name != OWN_SECRET}
        hub.sandboxes[job.id] = Sandbox({**job.spec["environment"], **secrets})
    return hub.sandboxes[job.id]


def _find_job(request: Request) -> Job:
    """Return the job of the host that is called; the proxy in front wants a token of the Hub."""
    caller = caller_of(request)
    if caller is None:
        raise errors.sign_in_needed()
    match = HOST.fullmatch(request.path_params["host"])
    hub: Hub = request.app.state.hub
    job = hub.jobs.get(match[1]) if match else None
    if match is None or job is None or int(match[2]) not in job.spec["ports"]:
        raise HubError(404, "Job not found")
    if job.namespace not in caller.namespaces:
        raise HubError(403, "You don't have access to this job")
    if not is_sandbox(job.spec) or job.finished_at(datetime.now(UTC)):
        raise HubError(502, "Nothing listens there")
    return job
