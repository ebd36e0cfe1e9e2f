"""Leads the person to a page where they give the file that a call lacks; the call then goes on.

A client that can be asked opens the page by itself, and who calls by another is told its address.
"""

import asyncio
import time
from typing import Any

from mcp import MCPError
from mcp_types import CallToolResult, InputRequiredResult, TextContent

from accounts.approvals import new_id
from accounts.database import UNAVAILABLE, changes, lookups
from mcpendpoint.files import questions
from mcpendpoint.files.links import files_url
from mcpendpoint.files.models import FileQuestion
from mcpendpoint.files.questions import State, TooManyQuestions
from mcpendpoint.gradio.file_kinds import described
from mcpendpoint.gradio.given_arguments import EXAMPLE_FILE, example_call, read_arguments
from mcpendpoint.gradio.listings import SpaceTool
from mcpendpoint.gradio.missing_files import Missing, missing_files
from mcpendpoint.protocol.client_requests import seconds_to_answer
from mcpendpoint.protocol.records import Reason
from mcpendpoint.protocol.visible_text import visible_line
from mcpendpoint.serving.approvals.asking import Asking, signs_of_life
from mcpendpoint.serving.approvals.holding import LOOK_EVERY_SECONDS
from mcpendpoint.serving.approvals.subjects import client_of, digest_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.tools.base import ToolError

Held = CallToolResult | InputRequiredResult

FILE = "file"
"""What the client is asked for, among what it may be asked at once."""

_at_pages: set[tuple[int, str]] = set()
"""Whose call waits for what is given at its page."""

REFUSED = "Not done: the person does not want to give this file. Do not ask for it again."
GONE = (
    "Not done: it is too late, or the same call was made elsewhere with what was given. Make it "
    "again if it is still wanted."
)
BUSY = "Not done: too many calls wait for files already. The person can give those first."


async def led_to_files(
    tool: SpaceTool, arguments: dict[str, Any], context: RequestContext, asking: Asking
) -> tuple[dict[str, Any], Held | None]:
    """Return the arguments with the files that they lacked, or what to answer until they are there.

    Raises ToolError.
    """
    lacks = list(missing_files(tool.input_schema, tool.places, arguments))
    if not lacks:
        return arguments, None
    if not context.keeps_files:
        for missing in lacks:
            if missing.path:
                raise _unreachable(missing)
        return arguments, None
    # Nobody is asked for a file of a call that fails all the same.
    stand_ins = {each.parameter: _value([EXAMPLE_FILE], each) for each in lacks}
    read_arguments(tool.name, tool.input_schema, {**arguments, **stand_ins})
    given = dict(arguments)
    for missing in lacks:
        call = _Call(tool, arguments, missing, context, asking)
        try:
            handles = await call.handles()
        except TooManyQuestions:
            return arguments, _told(BUSY)
        except UNAVAILABLE as error:
            raise database_unavailable() from error
        if not isinstance(handles, list):
            return arguments, handles
        given[missing.parameter] = _value(handles, missing)
    return given, None


async def use_up(tool: SpaceTool, arguments: dict[str, Any], context: RequestContext) -> None:
    """Let what the person gave for this call count for no other."""
    assert context.user_id is not None  # noqa: S101 - somebody gave it
    lacks = missing_files(tool.input_schema, tool.places, arguments)
    digests = [_digest(tool, arguments, missing) for missing in lacks]
    await changes.run(questions.use_up, context.user_id, digests)


class _Call:
    """One parameter of a call."""

    def __init__(
        self,
        tool: SpaceTool,
        arguments: dict[str, Any],
        missing: Missing,
        context: RequestContext,
        asking: Asking,
    ) -> None:
        assert context.user_id is not None  # noqa: S101 - of who keeps files
        self._user_id = context.user_id
        self._tool, self._missing = tool, missing
        self._context, self._asking = context, asking
        self._digest = _digest(tool, arguments, missing)

    async def handles(self) -> list[str] | Held:
        """Return what the person gave, or what to answer. Raises TooManyQuestions."""
        question = await lookups.run(questions.open_question, self._user_id, self._digest)
        if question is not None and question.state != State.WAITING:
            return await self._outcome(question)
        question = await self._ask()
        answered = self._asking.answered(FILE)
        if answered is not None and answered.digest == self._digest:
            if answered.action == "accept":
                return await self._given_at_page(question, time.monotonic())
            return self._at_page(question)
        if "url" not in self._asking.modes:
            return self._at_page(question)
        return await self._lead(question)

    async def _ask(self) -> FileQuestion:
        return await changes.run(
            questions.ask,
            self._user_id,
            self._digest,
            tool=visible_line(self._tool.name),
            space_id=self._tool.space_id,
            parameter=self._missing.parameter,
            takes=self._missing.takes,
            takes_many=self._missing.takes_many,
            client=client_of(self._context),
        )

    async def _lead(self, question: FileQuestion) -> list[str] | Held:
        """Let the client open the page."""
        url, number = questions.address_of(question), new_id()
        message = (
            f"{self._tool.name} of the Space {self._tool.space_id} needs {self._what}. Give it on "
            "this page; the call then goes on by itself."
        )
        if self._asking.is_modern:
            self._context.is_waiting = True
            return self._asking.lead_in_answer(message, url, number, self._digest, FILE)
        began = time.monotonic()
        try:
            action = await self._asking.lead_now(message, url, number, self._context, FILE)
        except MCPError:
            action = "cancel"
        if action != "accept":
            return self._at_page(question)
        given = await self._given_at_page(question, began)
        await self._asking.tell_complete(number)
        return given

    async def _given_at_page(self, question: FileQuestion, since: float) -> list[str] | Held:
        """Wait for the person at the page, for as long as clients wait since they were asked.

        One call waits; the same call made meanwhile is told to come back.
        """
        waits = (self._user_id, self._digest)
        if waits in _at_pages:
            return self._at_page(question)
        _at_pages.add(waits)
        try:
            async with signs_of_life(self._context, FILE):
                until = since + seconds_to_answer(wants_progress=self._context.wants_progress)
                while time.monotonic() < until:
                    now = await lookups.run(questions.open_question, self._user_id, self._digest)
                    if now is None or now.state != State.WAITING:
                        return await self._outcome(now)
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            _at_pages.discard(waits)
        return self._at_page(question)

    async def _outcome(self, question: FileQuestion | None) -> list[str] | Held:
        if question is None:
            return _told(GONE)
        if question.state == State.REFUSED:
            self._context.deny(Reason.APPROVAL)
            return _told(REFUSED)
        files = await lookups.run(questions.files_given, question)
        return [file.handle for file in files] if files else self._at_page(question)

    @property
    def _what(self) -> str:
        return f"{described(self._missing.takes)} for {self._missing.parameter}"

    def _at_page(self, question: FileQuestion) -> Held:
        self._context.is_waiting = True
        path = (
            f" {_shown(self._missing.path)} cannot be read from here." if self._missing.path else ""
        )
        return _told(
            f"Not done yet: {self._tool.name} needs {self._what}.{path} Show the person this "
            f"address, where they can give it: {questions.address_of(question)} Then make the same "
            "call again, with the same arguments, within ten minutes. Or give an https:// URL, a "
            "data: URI or a handle (file://…), such as upload_file returns: "
            f"{example_call(self._tool.input_schema)}"
        )


def _digest(tool: SpaceTool, arguments: dict[str, Any], missing: Missing) -> str:
    return digest_of(tool.name, arguments, f"file for {missing.parameter}")


def _value(handles: list[str], missing: Missing) -> str | list[str]:
    return handles if missing.takes_many else handles[0]


def _unreachable(missing: Missing) -> ToolError:
    return ToolError(
        f"{missing.parameter}: {_shown(missing.path)} is a path of the person's computer, which "
        "cannot be read from here. Give an https:// URL or a data: URI. People with an account on "
        f"this server can also upload files, at {files_url()}, and give their handles (file://…).",
        reason=Reason.INVALID_ARGUMENTS,
    )


def _shown(path: str) -> str:
    return visible_line(path)[:200]


def _told(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
