"""The client of one call, as far as it can ask its person: by elicitation, which is a request on
the call's stream in a legacy session, and `input_required` since 2026-07-28.

A form has no fields: to accept it is to approve. To accept a URL is only to go there; what is
decided at the page is for the caller to find out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, Literal, NamedTuple

import orjson
from mcp.server import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitRequestURLParams,
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
Mode = Literal["form", "url"]


class Answered(NamedTuple):
    """What a client brings along when it has asked, and calls again."""

    question: str
    digest: str
    mode: Mode
    action: Action


@dataclass(frozen=True)
class Asking:
    ctx: ServerRequestContext[Any, Any]
    params: CallToolRequestParams

    @property
    def is_modern(self) -> bool:
        return self.ctx.protocol_version in MODERN_PROTOCOL_VERSIONS

    @cached_property
    def modes(self) -> frozenset[Mode]:
        """The ways in which this client can ask."""
        declared = self.ctx.session.client_capabilities
        elicitation = declared.elicitation if declared else None
        if elicitation is None or not (self.is_modern or self.ctx.session.can_send_request):
            return frozenset()
        if elicitation.url is None:
            # `elicitation: {}` is from before there were modes, and means forms.
            return frozenset({"form"})
        return frozenset({"form", "url"} if elicitation.form is not None else {"url"})

    async def ask_now(self, message: str, context: RequestContext) -> Action:
        """Ask while the call goes on. Raises MCPError for no answer."""
        async with signs_of_life(context):
            answer = await self.ctx.session.elicit_form(
                message, NO_FIELDS, related_request_id=self.ctx.request_id
            )
        return answer.action

    async def lead_now(
        self,
        message: str,
        url: str,
        question: str,
        context: RequestContext,
        waits_for: str = "approval",
    ) -> Action:
        """Lead the person to a page while the call goes on. Raises MCPError for no answer."""
        async with signs_of_life(context, waits_for):
            answer = await self.ctx.session.elicit_url(
                message, url, question, related_request_id=self.ctx.request_id
            )
        return answer.action

    async def tell_complete(self, question: str) -> None:
        """Tell the client that its person has done what they were led to the page for."""
        await self.ctx.session.send_elicit_complete(
            question, related_request_id=self.ctx.request_id
        )

    def ask_in_answer(self, message: str, question: str, digest: str) -> InputRequiredResult:
        """Return the answer that makes the client ask, and call again."""
        form = ElicitRequestFormParams(message=message, requested_schema=NO_FIELDS)
        return _input_required(form, question, digest)

    def lead_in_answer(
        self, message: str, url: str, question: str, digest: str, about: str = APPROVAL
    ) -> InputRequiredResult:
        """Return the answer that makes the client lead its person to a page, and call again."""
        params = ElicitRequestURLParams(message=message, url=url)
        return _input_required(params, question, digest, about)

    def answered(self, about: str = APPROVAL) -> Answered | None:
        """Return what this call brings along; the kernel has made sure that its state is ours."""
        if not self.is_modern or self.params.request_state is None:
            return None
        answer = (self.params.input_responses or {}).get(about)
        if not isinstance(answer, ElicitResult):
            return None
        state = orjson.loads(self.params.request_state)
        if not isinstance(state, list):
            return None
        question, digest, mode = state
        return Answered(question, digest, mode, answer.action)

    def state_of_files(self) -> dict[str, Any] | None:
        """Return what was noted when this client was asked for the bytes of files."""
        if not self.is_modern or self.params.request_state is None:
            return None
        state = orjson.loads(self.params.request_state)
        return state if isinstance(state, dict) else None


def _input_required(
    asked: ElicitRequestParams, question: str, digest: str, about: str = APPROVAL
) -> InputRequiredResult:
    return InputRequiredResult(
        input_requests={about: ElicitRequest(params=asked)},
        request_state=orjson.dumps([question, digest, asked.mode]).decode(),
    )


@asynccontextmanager
async def signs_of_life(
    context: RequestContext, waits_for: str = "approval"
) -> AsyncIterator[None]:
    """Report that the person is waited for, to a client that wants to hear of progress."""
    if not context.wants_progress:
        yield
        return
    reporting = asyncio.create_task(_report(context, waits_for))
    try:
        yield
    finally:
        reporting.cancel()


async def _report(context: RequestContext, waits_for: str) -> None:
    for turn in count(1):
        await asyncio.sleep(PROGRESS_SECONDS)
        words = f"Waiting for the person's {waits_for}."
        await context.report_progress(turn * STEP, None, words)
