"""Calls of Spaces that are answered before they are done: where their person wants that, and runs
of Spaces that nobody added (dynamic_space) once the client is about to give up.

Clients give up, many after 60 seconds, and what came later would be lost. So the answer says that
the call goes on, and that the same call, made again within an hour, has its result: any client can
make that, at any worker, and no tool has to be listed for it. A result is had once.
"""

import asyncio
import logging
from collections.abc import Coroutine
from functools import cached_property
from typing import Any

from mcp_types import CallToolResult, TextContent

from accounts.behind import run_behind
from accounts.database import changes
from accounts.late_results import Late, begin, drop, finish, take
from mcpendpoint.protocol.client_requests import seconds_to_answer
from mcpendpoint.serving.approvals.subjects import digest_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.unselected_spaces import UnselectedSpaces
from mcpendpoint.tools.base import Arguments
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments, Operation
from mcpendpoint.tools.dynamic_space.naming import split
from mcpendpoint.tools.dynamic_space.results import DynamicSpaceResult

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0

TOO_LARGE = (
    "The call has ended, and its result was too large to be kept. Ask for less, or have the time "
    "limit of this Space taken away on the settings page."
)


def late_run_of(typed: Arguments, context: RequestContext) -> "LateCall | None":
    """Return what keeps the result of a run of any Space, None for any other call.

    A Space that the person added is waited for as they want it there.
    """
    if not isinstance(typed, DynamicSpaceArguments) or typed.operation is not Operation.INVOKE:
        return None
    space_id, _ = split(typed.space_name)
    saved = UnselectedSpaces(context).saved(space_id)
    seconds = int(seconds_to_answer(wants_progress=context.wants_progress))
    within = saved.answers_within if saved else seconds
    given = typed.model_dump(mode="json")
    told = DynamicSpaceResult(operation=typed.operation, space_name=typed.space_name)
    return LateCall(space_id, within, "dynamic_space", given, context, told.to_content())


class LateCall:
    """One call of a Space's tool by somebody who wants an answer within some seconds."""

    def __init__(
        self,
        space_id: str,
        answers_within: int | None,
        name: str,
        arguments: dict[str, Any],
        context: RequestContext,
        told: dict[str, Any] | None = None,
    ) -> None:
        """`answers_within` are seconds, None for whoever waits as long as it takes; `told` is the
        structured content of "it goes on", for a tool that promises some.
        """
        self._told = told
        self._space_id, self._answers_within = space_id, answers_within
        self._name, self._arguments, self._context = name, arguments, context

    @cached_property
    def _digest(self) -> str:
        """Of this very call, which few want to have late."""
        return digest_of(self._name, self._arguments, f"late at {self._space_id.lower()}")

    @property
    def _limit(self) -> tuple[int, float] | None:
        """Whose call it is, and within how many seconds they want an answer, if they do."""
        user_id, seconds = self._context.user_id, self._answers_within
        return None if user_id is None or seconds is None else (user_id, seconds)

    async def result_of_before(self) -> CallToolResult | None:
        """Return what came of the same call before, or that it goes on; None for a new one."""
        if self._limit is None:
            return None
        user_id, seconds = self._limit
        late: Late | None = None
        for step in range(max(1, round(seconds / LOOK_EVERY_SECONDS))):
            late = await changes.run(take, user_id, self._digest)
            if late is None:
                return None
            if late.result is not None:
                self._context.tool_name = self._name
                return CallToolResult.model_validate_json(late.result)
            await self._context.report_progress(step, None, "Still at it")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return self._goes_on()

    async def run(self, work: Coroutine[Any, Any, CallToolResult]) -> CallToolResult:
        """Return the result, or that there is none yet; then it is kept once it is there."""
        if self._limit is None:
            return await work
        user_id, seconds = self._limit
        task = run_behind(work)
        try:
            await asyncio.wait({task}, timeout=seconds)
            if task.done() or not await changes.run(begin, user_id, self._digest):
                return await task
        except BaseException:
            task.cancel()
            raise
        self._context.end_reports()
        run_behind(self._keep(task, user_id))
        return self._goes_on()

    async def _keep(self, task: asyncio.Task[CallToolResult], user_id: int) -> None:
        try:
            result = (await task).model_dump_json(by_alias=True, exclude_none=True)
        except Exception as error:
            # As within_deadline logged it: the call can be made anew.
            logger.warning("A call that went on ended with %s", type(error).__name__)
            await changes.run(drop, user_id, self._digest)
            return
        try:
            await changes.run(finish, user_id, self._digest, result)
        except ValueError:
            told = CallToolResult(content=[TextContent(text=TOO_LARGE)], is_error=True)
            await changes.run(finish, user_id, self._digest, told.model_dump_json(by_alias=True))

    def _goes_on(self) -> CallToolResult:
        text = (
            f"{self._name} is not done yet and goes on at the Space {self._space_id}. To get "
            "its result, call it again with exactly the same arguments: that waits for it and does "
            "not start it anew. The result is kept for an hour."
        )
        return CallToolResult(content=[TextContent(text=text)], structured_content=self._told)
