"""Calls the sandbox tools with command lines."""

from tests.mcpendpoint.tools.calling import Called, Context, call_in


async def sandbox(token: str, *argv: str) -> Called:
    return await sandbox_in(Context(token), *argv)


async def sandbox_in(context: Context, *argv: str) -> Called:
    return await call_in(context, "hf_sandbox", cmd=argv[0], args=list(argv[1:]))


async def execute(token: str, *args: str) -> Called:
    return await execute_in(Context(token), *args)


async def execute_in(context: Context, *args: str) -> Called:
    return await call_in(context, "hf_sandbox_exec", cmd="exec", args=list(args))


async def files(token: str, *argv: str) -> Called:
    return await call_in(Context(token), "hf_sandbox_fs", cmd=argv[0], args=list(argv[1:]))


async def create(token: str, *options: str) -> str:
    """Create a sandbox and return its handle."""
    return (await sandbox(token, "create", *options)).content["handle"]
