"""From a handle to the server of a sandbox, for who made it and nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from accounts.identity import WhoAmI
from mcpendpoint.hub import jobs
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import (
    HubConflict,
    HubError,
    HubForbidden,
    HubNotFound,
    HubRefused,
    HubTokenRefused,
    HubUnavailable,
    HubUncertain,
)
from mcpendpoint.hub.jobs import Job
from mcpendpoint.hub.sandboxes import SandboxServer
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.own_account import whoami
from mcpendpoint.tools.sandbox.bootstrap import is_sandbox
from mcpendpoint.tools.sandbox.handles import BadHandle, Handle, parse_handle
from mcpendpoint.tools.sandbox.keys import key_of

JOB_SECONDS = 30.0
"""What a job's labels say, and who made it, does not change."""


@dataclass(frozen=True)
class Desk:
    """A caller at work with sandboxes."""

    hub: HubClient
    token: str = field(repr=False)
    who: WhoAmI
    context: ToolContext

    def handle(self, text: str) -> Handle:
        """Raises ToolError."""
        try:
            handle = parse_handle(text)
        except BadHandle as error:
            raise ToolError(f"EINVAL: {error}") from error
        return Handle(handle.namespace or self.who.name, handle.job_id)

    async def job(self, handle: Handle, *, seconds: float = 0) -> Job:
        """Raises ToolError for a job that is not a sandbox."""
        assert handle.namespace is not None  # noqa: S101 - `handle` has seen to it
        try:
            job = await jobs.get_job(self.hub, handle.namespace, handle.job_id, seconds=seconds)
        except HubError as error:
            raise tool_error(error, f"Sandbox `{handle}`", self.context) from error
        if not is_sandbox(job):
            raise ToolError(f"Job {job.id} is not a sandbox.")
        return job

    async def connect(self, handle: Handle) -> SandboxServer:
        """Raises ToolError. Before anything goes to a sandbox, the Hub has said who made it."""
        return self.server_of(await self.job(handle, seconds=JOB_SECONDS))

    def server_of(self, job: Job) -> SandboxServer:
        if job.is_finished:
            raise ToolError(f"This sandbox has ended ({job.status.stage}). Create another one.")
        if not self._is_maker_of(job):
            raise ToolError("Only the account that created this sandbox can use it.")
        key = key_of(job.labels, self.token, self.who)
        if key is None:
            raise ToolError(f"Job {job.id} is not a sandbox: it has no label to open it with.")
        return SandboxServer(job.id, self.token, key)

    def redactor(self, server: SandboxServer) -> Redactor:
        return Redactor([self.token, server.key])

    def _is_maker_of(self, job: Job) -> bool:
        named = [owner.id for owner in (job.initiator, job.created_by) if owner and owner.id]
        return {*named} == {self.who.id} if named else job.owner.id == self.who.id


async def open_desk(context: ToolContext) -> Desk:
    """Raises ToolError."""
    token = await context.hub_token()
    if token is None:  # the selection has seen to it that nobody comes here
        raise ToolError(
            f"To use sandboxes, {context.directions.sign_in}.", reason=Reason.NO_CREDENTIAL
        )
    return Desk(await context.hub(), token, await whoami(token, context), context)


@contextmanager
def explained(subject: str, context: ToolContext) -> Iterator[None]:
    """Turn what goes wrong at a sandbox into words for the assistant."""
    try:
        yield
    except HubError as error:
        raise _explain(error, subject, context) from error


def _explain(error: HubError, subject: str, context: ToolContext) -> ToolError:
    words = error.message.rstrip(".")
    match error:
        case HubTokenRefused() | HubForbidden():
            return ToolError(
                f"{subject}: the sandbox refuses this account ({words}). It opens for the "
                "token that it was made with; with another one, create another sandbox."
            )
        case HubNotFound() | HubRefused() | HubConflict():
            return ToolError(f"{subject}: {words}.")
        case HubUncertain():
            return ToolError(
                f"{subject}: the connection was lost. It may have been done all the same: look "
                "before trying again."
            )
        case HubUnavailable():
            return ToolError(
                f"{subject}: the sandbox does not answer ({words}). It may still be starting, or "
                "have ended: hf_sandbox status tells.",
                is_retryable=True,
                retry_after_seconds=error.retry_after_seconds,
            )
        case _:
            return tool_error(error, subject, context)
