"""Runs a handler within its time; an unexpected exception fails this answer only."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable
from typing import TypeVar

from django.conf import settings
from mcp import MCPError
from mcp_types import INTERNAL_ERROR

from accounts.database import UNAVAILABLE
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.tools.base import ToolError

T = TypeVar("T")

logger = logging.getLogger(__name__)


async def within_deadline(name: str, work: Awaitable[T]) -> T:
    """Raises ToolError when there is no answer in time or no database, MCPError for our bugs."""
    seconds = settings.MCP_CALL_TIMEOUT_SECONDS
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as error:
        raise ToolError(f"No answer within {seconds} seconds.", is_retryable=True) from error
    except (ToolError, MCPError):
        raise
    except UNAVAILABLE as error:
        raise database_unavailable() from error
    except Exception as error:
        # Without the error's own text, which may quote arguments or answers.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s raised %s\n%s", name, type(error).__name__, frames)
        raise MCPError(
            code=INTERNAL_ERROR, message=f"{name} failed unexpectedly. The server has logged it."
        ) from error
