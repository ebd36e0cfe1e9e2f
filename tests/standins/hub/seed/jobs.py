"""The jobs that have run before: one of each ending for alice, and many for zuerich-nlp."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.standins.hub.jobs import programs
from tests.standins.hub.jobs.records import Job, ScheduledJob
from tests.standins.hub.records import hex_id

PRINT_SECRETS = ["/bin/sh", "-c", 'echo "token is $HF_TOKEN" && env && echo done']


def jobs() -> Iterator[Job]:
    """Return jobs that were started some time before now; one still runs, and one still waits."""
    now = datetime.now(UTC).replace(microsecond=0)
    yield _job("alice", "train", ["python", "-c", "print('epoch 1')"], now - timedelta(days=3))
    yield _job(
        "alice", "fails", ["python", "-c", "raise ValueError('no')"], now - timedelta(days=2)
    )
    canceled = _job("alice", "canceled", ["sleep", "infinity"], now - timedelta(days=1))
    yield replace(canceled, canceled_at=canceled.created_at + timedelta(minutes=7))
    yield _job(
        "alice",
        "talks-too-much",
        PRINT_SECRETS,
        now - timedelta(hours=9),
        environment={"MODE": "1", "WANDB_PROJECT": "tiny-llm"},
        secrets={"HF_TOKEN": "hf_alices_own_secret_token"},
    )
    yield _job(
        "alice",
        "never-ends",
        ["/bin/sh", "-c", "seq 1 40 && sleep infinity"],
        now - timedelta(hours=2),
        flavor="t4-small",
        timeoutSeconds=14 * 24 * 3600,
    )
    waiting = _job("alice", "waits", ["nvidia-smi"], now - timedelta(minutes=30), flavor="h200x8")
    yield replace(waiting, scheduling_seconds=None)
    yield _job("acme", "shared", ["echo", "For all of Acme"], now - timedelta(hours=5), "alice")
    for number in range(60):
        created = now - timedelta(days=10, hours=number)
        yield _job("zuerich-nlp", f"sweep-{number:02}", ["echo", f"run {number}"], created, "alice")


def scheduled_jobs() -> Iterator[ScheduledJob]:
    created = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    spec = _spec("nightly", ["echo", "good night"], secrets={"HF_TOKEN": "hf_of_the_night"})
    yield ScheduledJob(_id("alice", "nightly"), "alice", spec, "0 3 * * *", created, "alice")
    spec = _spec("weekly", ["echo", "a week"])
    yield ScheduledJob(
        _id("alice", "weekly"), "alice", spec, "@weekly", created, "alice", suspend=True
    )


def _job(
    namespace: str,
    name: str,
    command: list[str],
    created_at: datetime,
    created_by: str | None = None,
    **changes: Any,
) -> Job:
    spec = _spec(name, command, **changes)
    plan = programs.plan(command, {**spec["environment"], **spec["secrets"]})
    by = created_by or namespace
    initiator = {"type": "user", "id": hex_id(by), "name": by}
    return Job(
        _id(namespace, name), namespace, spec, created_at, by, plan, 12.0, initiator=initiator
    )


def _id(namespace: str, name: str) -> str:
    return hex_id("job", namespace, name)


def _spec(name: str, command: list[str], **changes: Any) -> dict[str, Any]:
    return {
        "dockerImage": "python:3.12",
        "command": command,
        "arguments": [],
        "environment": {},
        "secrets": {},
        "flavor": "cpu-basic",
        "timeoutSeconds": 1800,
        "labels": {"name": name},
        "volumes": [],
        "ports": [],
        **changes,
    }
