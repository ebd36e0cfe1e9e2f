"""Runs the dashboard's database work on threads of its own, away from those that serve requests."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="dashboard")


def start_in_background(work: Callable[[], T]) -> Future[T]:
    return _threads.submit(_run, work)


async def in_background(work: Callable[[], T]) -> T:
    return await asyncio.wrap_future(start_in_background(work))


def _run(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connections.close_all()
