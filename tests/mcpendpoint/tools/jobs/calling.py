"""Calls hf_jobs as the endpoint does."""

from typing import Any

from tests.mcpendpoint.tools.calling import Called, Context, call_in

FOREVER = "import time\nwhile True:\n    print('tick')\n    time.sleep(0.5)\n"


async def jobs(operation: str, token: str, **args: Any) -> Called:
    return await jobs_in(Context(token), operation, **args)


async def jobs_in(context: Context, operation: str, **args: Any) -> Called:
    return await call_in(context, "hf_jobs", operation=operation, args=args)


async def start(token: str, *command: str, **args: Any) -> str:
    """Start a job and return its ID."""
    started = await jobs("run", token, command=list(command), detach=True, **args)
    return started.content["outcome"]["job"]["id"]
