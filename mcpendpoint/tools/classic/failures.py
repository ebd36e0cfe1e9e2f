"""What goes wrong in the Hub or in an hf:// URI, as a ToolError."""

from collections.abc import Iterator
from contextlib import contextmanager

from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.ids import BadRepoId
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hub_failures import tool_error


@contextmanager
def told(subject: str, context: ToolContext) -> Iterator[None]:
    try:
        yield
    except HubError as error:
        raise tool_error(error, subject, context) from error
    except BadRepoId as error:
        raise ToolError(str(error)) from error
    except Failure as failure:
        raise ToolError(
            f"{subject}: {failure.plain_message}",
            is_retryable=failure.is_retryable,
            retry_after_seconds=failure.retry_after_seconds,
        ) from failure
