"""What a provider is: it answers for one part of the tree, with the operations that make sense."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.ids import BadRepoId
from mcpendpoint.tools.answer_room import bytes_for_media
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.failures import Code, Failure, failure_of, invalid, unsupported
from mcpendpoint.tools.hf_fs.results import AttachResult, CatResult, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import Uri


class AttachmentBudget:
    """How many bytes of images one call may return."""

    def __init__(self, max_bytes: int | None = None) -> None:
        self._max_bytes = bytes_for_media() if max_bytes is None else max_bytes
        self._reserved = 0

    def reserve(self, size: int) -> None:
        """Raises Failure when there is no room left for that."""
        if self._reserved + size > self._max_bytes:
            raise Failure(
                Code.ATTACHMENT_BUDGET_EXCEEDED,
                "Attachment omitted because the batch exceeds the cumulative response limit of "
                f"{self._max_bytes} bytes. Attach it in a call of its own.",
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


@contextmanager
def hub_failures(uri: Uri, fs: Fs) -> Iterator[None]:
    """Turn what the Hub says about `uri` into a Failure."""
    try:
        yield
    except BadRepoId as error:
        raise invalid(str(error)) from error
    except HubError as error:
        raise failure_of(error, f"`{uri}`", fs.context, page_url=_page_of(uri)) from error


def _page_of(uri: Uri) -> str | None:
    """Return where a person can see the repository, and accept its conditions."""
    prefix = "" if uri.root == "models" else f"{uri.root}/"
    return f"{settings.HF_ENDPOINT}/{prefix}{uri.repo_id}" if uri.id_length else None


def _cannot(operation: Operation) -> Failure:
    return unsupported(f"{operation.command} is not supported on {operation.uri}")
