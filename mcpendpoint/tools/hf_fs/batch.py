"""Runs the operations of one call at the same time; what one does never affects another.

How much of that is asked of the Hub at once is bounded where it is asked, in HubClient.
"""

import asyncio
import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from mcpendpoint.tools.hf_fs.arguments import Operation, parse_operation
from mcpendpoint.tools.hf_fs.failures import Code, Failure
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs, hub_failures
from mcpendpoint.tools.hf_fs.results import AnyResult
from mcpendpoint.tools.hf_fs.routes import provider_of

logger = logging.getLogger(__name__)

DEADLINE_SHARE = 0.9
"""Of the time that a call has, after which what is not done yet fails, and the rest is returned."""


@dataclass(frozen=True)
class Asked:
    command: Command
    args: Sequence[str]


Outcome = AnyResult | Attachment | Failure


async def run_all(asked: Sequence[Asked], fs: Fs) -> list[Outcome]:
    """Return what became of each operation, in their order."""
    deadline = asyncio.get_running_loop().time()
    deadline += settings.MCP_CALL_TIMEOUT_SECONDS * DEADLINE_SHARE
    done = 0

    async def run(one: Asked) -> Outcome:
        nonlocal done
        outcome = await _run_within(one, fs, deadline)
        done += 1
        where = one.args[0][:200] if one.args else ""
        await fs.context.report_progress(done, len(asked), f"{one.command} {where}".strip())
        return outcome

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(one)) for one in asked]
    return [task.result() for task in tasks]


async def _run_within(asked: Asked, fs: Fs, deadline: float) -> Outcome:
    try:
        async with asyncio.timeout_at(deadline):
            return await _run(asked, fs)
    except TimeoutError:
        return Failure(Code.UNAVAILABLE, "There was no time left for this operation.")


async def _run(asked: Asked, fs: Fs) -> Outcome:
    try:
        operation = parse_operation(asked.command, asked.args, endpoint=settings.HF_ENDPOINT)
        with hub_failures(operation.uri, fs):
            return _with_warnings(await _answer(operation, fs), operation)
    except Failure as failure:
        return failure
    except TimeoutError:
        raise
    except Exception as error:
        # Without the error's own text, which may quote arguments or answers.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("hf_fs %s raised %s\n%s", asked.command, type(error).__name__, frames)
        return Failure(Code.INTERNAL_ERROR, f"{asked.command} failed unexpectedly.")


async def _answer(operation: Operation, fs: Fs) -> AnyResult | Attachment:
    provider = provider_of(operation.uri)
    match operation.command:
        case Command.LS:
            return await provider.ls(operation, fs)
        case Command.FIND:
            return await provider.find(operation, fs)
        case Command.SEARCH:
            return await provider.search(operation, fs)
        case Command.STAT:
            return await provider.stat(operation, fs)
        case Command.CAT:
            return await provider.cat(operation, fs)
        case Command.ATTACH:
            if not fs.context.include_images:
                raise Failure(
                    Code.IMAGE_CONTENT_DISABLED, "Image content is disabled for this connection."
                )
            return await provider.attach(operation, fs)


def _with_warnings(answer: AnyResult | Attachment, operation: Operation) -> AnyResult | Attachment:
    if not operation.warnings or isinstance(answer, Attachment):
        return answer
    warnings = [*operation.warnings, *(answer.warnings or ())]
    return answer.model_copy(update={"warnings": warnings})
