from starlette.routing import Route

from tests.standins.hub.jobs import hardware, pages, scheduled, streams

JOBS = "/api/jobs/{namespace}"
JOB = JOBS + "/{id}"
SCHEDULED_JOBS = "/api/scheduled-jobs/{namespace}"
SCHEDULED_JOB = SCHEDULED_JOBS + "/{id}"

ROUTES = [
    Route("/api/jobs/hardware", hardware.list_hardware),
    Route(JOBS, pages.list_jobs),
    Route(JOBS, pages.run, methods=["POST"]),
    Route(JOB, pages.inspect),
    Route(f"{JOB}/cancel", pages.cancel, methods=["POST"]),
    Route(f"{JOB}/duplicate", pages.duplicate, methods=["POST"]),
    Route(f"{JOB}/labels", pages.set_labels, methods=["PUT"]),
    Route(f"{JOB}/logs", streams.logs),
    Route(f"{JOB}/metrics", streams.metrics),
    Route(SCHEDULED_JOBS, scheduled.list_scheduled),
    Route(SCHEDULED_JOBS, scheduled.create, methods=["POST"]),
    Route(SCHEDULED_JOB, scheduled.inspect),
    Route(SCHEDULED_JOB, scheduled.delete, methods=["DELETE"]),
    Route(f"{SCHEDULED_JOB}/suspend", scheduled.suspend, methods=["POST"]),
    Route(f"{SCHEDULED_JOB}/resume", scheduled.resume, methods=["POST"]),
    Route(f"{SCHEDULED_JOB}/run", scheduled.run_now, methods=["POST"]),
    Route(f"{SCHEDULED_JOB}/schedule", scheduled.set_schedule, methods=["POST"]),
    Route(f"{SCHEDULED_JOB}/labels", scheduled.set_labels, methods=["PUT"]),
]
