"""Work that goes on behind an answer, in nobody's request."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

from asgiref.sync import SyncToAsync

T = TypeVar("T")

_tasks: set[asyncio.Task[Any]] = set()
"""The event loop itself keeps no task alive."""


def run_behind(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start work that may outlive the request that wants it, in the name of who made that.

    Not on that request's thread, where Django opens a connection to the database for whoever asks,
    and gives it back once: when the request ends.
    """
    return _start(work, _outside_of_the_request())


def start_task(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start work of this server's own, whatever request is being answered now."""
    return _start(work, Context())


def _start(work: Coroutine[Any, Any, T], context: Context) -> asyncio.Task[T]:
    task = asyncio.get_running_loop().create_task(work, context=context)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


def _outside_of_the_request() -> Context:
    context = copy_context()
    context.run(SyncToAsync.thread_sensitive_context.set, None)  # type: ignore[arg-type]
    return context
