"""Starts a sandbox and waits until it answers."""

import asyncio
import re
import secrets
from typing import Any

from mcpendpoint.hub import jobs
from mcpendpoint.hub.errors import HubError, HubUncertain
from mcpendpoint.hub.jobs import Job
from mcpendpoint.hub.sandboxes import SandboxServer
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.options import Given
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.jobs.arguments import NAMESPACE_PATTERN
from mcpendpoint.tools.jobs.durations import parse_duration
from mcpendpoint.tools.jobs.flavors import check_flavor
from mcpendpoint.tools.jobs.memory import remember_secrets
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.jobs.volumes import parse_volume
from mcpendpoint.tools.markdown import one_line
from mcpendpoint.tools.sandbox.argv import invalid
from mcpendpoint.tools.sandbox.bootstrap import LIFETIME_SECONDS, NAME_LABEL, sandbox_spec
from mcpendpoint.tools.sandbox.connecting import Desk
from mcpendpoint.tools.sandbox.keys import key_of, labels_of_key

DEFAULT_IMAGE = "python:3.12"
DEFAULT_FLAVOR = "cpu-basic"
DEFAULT_IDLE_TIME = "1h"
DEFAULT_BUCKET_MOUNT = "/data"
READY_SECONDS = 10
POLL_SECONDS = 0.5

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}", re.ASCII)
_ADJECTIVES = ("amber", "brisk", "gentle", "merry", "nimble", "quiet", "sunny", "tidy")
_NOUNS = ("badger", "comet", "fjord", "lantern", "otter", "pebble", "sparrow", "willow")


async def create(given: Given, desk: Desk) -> tuple[Job, bool]:
    """Return the job, and whether the sandbox answers already. Raises ToolError."""
    namespace = _namespace(given, desk)
    labels = {NAME_LABEL: _name(given), **labels_of_key(secrets.token_hex(16), desk.who)}
    key = key_of(labels, desk.token, desk.who)
    assert key is not None  # noqa: S101 - these are labels of a sandbox
    spec = _spec(given, labels, key, desk)
    await check_flavor(desk.hub, spec["flavor"])
    await desk.context.report_progress(0, None, "Starting a job for the sandbox.")
    try:
        job = await jobs.run_job(desk.hub, namespace, spec)
    except HubError as error:
        raise _explain(error, spec, desk) from error
    await remember_secrets(desk.who.id, job.id, spec["secrets"], seconds=LIFETIME_SECONDS)
    return job, await _is_ready(SandboxServer(job.id, desk.token, key), namespace, desk)


def _namespace(given: Given, desk: Desk) -> str:
    namespace = given.texts.get("namespace", desk.who.name)
    if not re.fullmatch(NAMESPACE_PATTERN, namespace):
        raise invalid("--namespace should be the name of a user or an organization")
    if "resource_group_id" in given and "namespace" not in given:
        raise invalid("--resource-group-id requires --namespace, its organization")
    return namespace


def _name(given: Given) -> str:
    name = given.texts.get("name") or f"{secrets.choice(_ADJECTIVES)}-{secrets.choice(_NOUNS)}"
    if not _NAME.fullmatch(name):
        raise invalid("--name should be 1 to 63 letters, digits and hyphens")
    return name


def _spec(given: Given, labels: dict[str, str], key: str, desk: Desk) -> dict[str, Any]:
    hidden = {"SBX_TOKEN": key}
    if "forward" in given.flags:
        hidden["HF_TOKEN"] = desk.token
    try:
        idle_seconds = parse_duration(given.texts.get("timeout", DEFAULT_IDLE_TIME))
    except ValueError as error:
        raise invalid(f"--timeout {error}") from error
    return sandbox_spec(
        image=given.texts.get("image", DEFAULT_IMAGE),
        flavor=given.texts.get("flavor", DEFAULT_FLAVOR),
        idle_seconds=idle_seconds,
        labels=labels,
        secrets=hidden,
        volumes=volumes_of(given),
        resource_group_id=given.texts.get("resource_group_id"),
    )


def volumes_of(given: Given) -> list[dict[str, Any]]:
    """Return what is mounted. Raises ToolError."""
    specs = list(given.repeated)
    if "bucket" in given:
        mode = given.texts.get("bucket_mode", "rw")
        if mode not in ("ro", "rw"):
            raise invalid("--bucket-mode must be ro or rw")
        mount = given.texts.get("bucket_mount_path", DEFAULT_BUCKET_MOUNT)
        specs.append(f"hf://buckets/{given.texts['bucket']}:{mount}:{mode}")
    try:
        return [parse_volume(spec) for spec in specs]
    except ValueError as error:
        raise invalid(f"--volume {error}") from error


def _explain(error: HubError, spec: dict[str, Any], desk: Desk) -> ToolError:
    explained = tool_error(error, "hf_sandbox create", desk.context)
    redact = Redactor(spec["secrets"].values())
    hint = (
        ' hf_jobs {"operation": "ps"} lists what runs.' if isinstance(error, HubUncertain) else ""
    )
    return ToolError(
        f"{redact(str(explained))}{hint}",
        is_retryable=explained.is_retryable,
        retry_after_seconds=explained.retry_after_seconds,
        reason=explained.reason,
    )


async def _is_ready(server: SandboxServer, namespace: str, desk: Desk) -> bool:
    """Ask until the sandbox answers, for some seconds. Raises ToolError when its job has ended."""
    loop = asyncio.get_running_loop()
    deadline, attempt = loop.time() + READY_SECONDS, 0
    while loop.time() < deadline:
        attempt += 1
        message = f"Waiting for sandbox {server.job_id} to answer."
        await desk.context.report_progress(attempt, None, message)
        try:
            async with asyncio.timeout_at(deadline):
                if await server.is_healthy():
                    return True
                await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            return False
        except HubError:
            await _expect_running(server.job_id, namespace, desk)
            await asyncio.sleep(POLL_SECONDS)
    return False


async def _expect_running(job_id: str, namespace: str, desk: Desk) -> None:
    try:
        now = await jobs.get_job(desk.hub, namespace, job_id)
    except HubError:
        return
    if now.is_finished:
        reason = f": {one_line(now.status.message, 300)}" if now.status.message else ""
        raise ToolError(
            f"The sandbox's job {job_id} ended while it started ({now.status.stage}{reason}). "
            f'hf_jobs {{"operation": "logs", "args": {{"job_id": "{job_id}"}}}} tells more.'
        )
