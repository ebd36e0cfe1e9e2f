"""The client of one call, as far as it can ask its person: by elicitation in form mode, which is a
request on the call's stream in a legacy session, and `input_required` since 2026-07-28.

The form has no fields: to accept it is to approve.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, NamedTuple

import orjson
from mcp.server import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcpendpoint.serving.context import RequestContext

PROGRESS_SECONDS = 15.0
"""Clients give up on a call of which they hear nothing, some after 60 s."""

STEP = 0.001
"""Of a wait's progress, which has to grow, and to stay below that of the tool."""

APPROVAL = "approval"
NO_FIELDS: dict[str, Any] = {"type": "object", "properties": {}}

Action = Literal["accept", "decline", "cancel"]


class Answered(NamedTuple):
    """What a client brings along when it has asked, and calls again."""

    question: str
    digest: str
    action: Action


@dataclass(frozen=True)
class Asking:
    ctx: ServerRequestContext[Any, Any]
    params: CallToolRequestParams

    @property
    def is_modern(self) -> bool:
        return self.ctx.protocol_version in MODERN_PROTOCOL_VERSIONS

    @property
    def is_possible(self) -> bool:
        declared = self.ctx.session.client_capabilities
        elicitation = declared.elicitation if declared else None
        # `elicitation: {}` is from before there were modes, and means forms.
        if elicitation is None or (elicitation.form is None and elicitation.url is not None):
            return False
        return self.is_modern or self.ctx.session.can_send_request

    async def ask_now(self, message: str, context: RequestContext) -> Action:
        """Ask while the call goes on. Raises MCPError for no answer."""
        async with _signs_of_life(context):
            answer = await self.ctx.session.elicit_form(
                message, NO_FIELDS, related_request_id=self.ctx.request_id
            )
        return answer.action

    def ask_in_answer(self, message: str, question: str, digest: str) -> InputRequiredResult:
        """Return the answer that makes the client ask, and call again."""
        form = ElicitRequestFormParams(message=message, requested_schema=NO_FIELDS)
        return InputRequiredResult(
            input_requests={APPROVAL: ElicitRequest(params=form)},
            request_state=orjson.dumps([question, digest]).decode(),
        )

    def answered(self) -> Answered | None:
        """Return what this call brings along; the kernel has made sure that its state is ours."""
        if not self.is_modern or self.params.request_state is None:
            return None
        answer = (self.params.input_responses or {}).get(APPROVAL)
        if not isinstance(answer, ElicitResult):
            return None
        question, digest = orjson.loads(self.params.request_state)
        return Answered(question, digest, answer.action)


@asynccontextmanager
async def _signs_of_life(context: RequestContext) -> AsyncIterator[None]:
    """Report that the person is waited for, to a client that wants to hear of progress."""
    if not context.wants_progress:
        yield
        return
    reporting = asyncio.create_task(_report(context))
    try:
        yield
    finally:
        reporting.cancel()


async def _report(context: RequestContext) -> None:
    for turn in count(1):
        await asyncio.sleep(PROGRESS_SECONDS)
        await context.report_progress(turn * STEP, None, "Waiting for the person's approval.")
