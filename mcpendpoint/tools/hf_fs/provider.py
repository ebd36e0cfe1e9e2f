"""What a provider is: it answers for one part of the tree, with the operations that make sense."""

from dataclasses import dataclass, field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hf_fs.arguments import MAX_ATTACH_BYTES, Operation
from mcpendpoint.tools.hf_fs.failures import Code, Failure, unsupported
from mcpendpoint.tools.hf_fs.results import AttachResult, CatResult, ListResult, StatResult


class AttachmentBudget:
    """How many bytes of images one call may return."""

    def __init__(self, max_bytes: int = MAX_ATTACH_BYTES) -> None:
        self._max_bytes = max_bytes
        self._reserved = 0

    def reserve(self, size: int) -> None:
        """Raises Failure when there is no room left for that."""
        if self._reserved + size > self._max_bytes:
            raise Failure(
                Code.ATTACHMENT_BUDGET_EXCEEDED,
                "Attachment omitted because the batch exceeds the cumulative response limit of "
                f"{self._max_bytes} bytes.",
            )
        self._reserved += size

    def release(self, size: int) -> None:
        self._reserved -= size


@dataclass(frozen=True)
class Fs:
    """What the operations of one call share."""

    hub: HubClient
    context: ToolContext
    attachments: AttachmentBudget = field(default_factory=AttachmentBudget)


@dataclass(frozen=True)
class Attachment:
    result: AttachResult
    content: bytes


class Provider:
    """Supports nothing; each provider overrides what it can do."""

    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        raise _cannot(operation)

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        raise _cannot(operation)

    async def search(self, operation: Operation, fs: Fs) -> ListResult:
        raise _cannot(operation)

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        raise _cannot(operation)

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        raise _cannot(operation)

    async def attach(self, operation: Operation, fs: Fs) -> Attachment:
        raise Failure(
            Code.NOT_A_FILE,
            "attach requires a direct repository or bucket file URI.",
            suggested="find",
        )


def _cannot(operation: Operation) -> Failure:
    return unsupported(f"{operation.command} is not supported on {operation.uri}")
