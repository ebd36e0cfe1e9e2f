"""Files that a client sends by itself (`io.modelcontextprotocol/files`): a call that names some by
metadata is answered with where their bytes go, and goes on with handles when they are there.

The client gives up a call that asks for files twice: whatever else is to be asked comes before.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.utils import timezone

from accounts.approvals import new_id as new_approval_id
from accounts.database import changes, lookups
from mcpendpoint.files.handles import new_id
from mcpendpoint.files.incoming import arrived, make_empty
from mcpendpoint.files.keeping import FileRefused, check_room
from mcpendpoint.files.links import files_url
from mcpendpoint.files.names import clean_name
from mcpendpoint.files.tickets import HEADER, PATH, Ticket, end_of_ticket, write_ticket
from mcpendpoint.gradio.file_checks import check_given
from mcpendpoint.gradio.file_places import given_in, with_files
from mcpendpoint.gradio.given_arguments import EXAMPLE_FILE, read_arguments
from mcpendpoint.gradio.listings import SpaceTool
from mcpendpoint.protocol.file_extension import (
    BadMetadata,
    FileMetadata,
    read_metadata,
    upload_required,
)
from mcpendpoint.protocol.records import Reason
from mcpendpoint.serving.approvals.asking import Asking
from mcpendpoint.serving.context import FileForm, RequestContext
from mcpendpoint.tools.base import ToolError

SOURCE = "your client, for {tool}"


def approved_before(asking: Asking) -> str | None:
    """Return the number of the approval that this call had before its files were asked for."""
    return (asking.state_of_files() or {}).get("approved")


async def received(
    tool: SpaceTool,
    arguments: dict[str, Any],
    context: RequestContext,
    asking: Asking,
    *,
    is_approved: bool,
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the arguments with handles, or else, as the second, the answer that asks for files.

    Raises ToolError.
    """
    files = _named_files(tool, arguments, context)
    if not files:
        return arguments, None
    state = asking.state_of_files()
    if state is None:
        read_arguments(
            tool.name,
            tool.input_schema,
            with_files(arguments, tool.places, lambda _: EXAMPLE_FILE, dict),
        )
        numbers = {file.id: new_id() for file in files}
        asked = await _ask_for(files, numbers, tool, context, is_approved=is_approved)
        if asked is not None:
            return arguments, asked
    else:
        numbers = state["files"]
    handles = await _handles(files, numbers, context)
    return with_files(arguments, tool.places, lambda file: handles[file["id"]], dict), None


def _named_files(
    tool: SpaceTool, arguments: dict[str, Any], context: RequestContext
) -> list[FileMetadata]:
    """Return what the arguments say of files that the client holds. Raises ToolError."""
    if context.file_form is not FileForm.UPLOAD:
        return []
    files: list[FileMetadata] = []
    for value, place in given_in(arguments, tool.places):
        if isinstance(value, dict):
            try:
                file = read_metadata(value)
            except BadMetadata as fault:
                raise ToolError(
                    f"A file that was given {fault}.", reason=Reason.INVALID_ARGUMENTS
                ) from fault
            check_given(file.name, file.mime_type, file.size, place, is_private=tool.is_private)
            files.append(file)
    if len({file.id for file in files}) < len(files):
        raise ToolError(
            "Two files that were given have the same id.", reason=Reason.INVALID_ARGUMENTS
        )
    return files


async def _ask_for(
    files: Sequence[FileMetadata],
    numbers: dict[str, str],
    tool: SpaceTool,
    context: RequestContext,
    *,
    is_approved: bool,
) -> dict[str, Any] | None:
    """Return where the bytes go, None where there are none."""
    assert context.user_id is not None  # noqa: S101 - of who takes uploads
    try:
        await lookups.run(check_room, context.user_id, [file.size for file in files])
        tickets = {file.id: _ticket(file, numbers[file.id], tool, context) for file in files}
        for file in files:
            if not file.size:
                await changes.run(make_empty, tickets[file.id])
    except FileRefused as refusal:
        raise ToolError(f"{refusal} The person's files are at {files_url()}") from refusal
    end = end_of_ticket(timezone.now())
    uploads = [
        {
            "fileId": file.id,
            "path": PATH,
            "method": "PUT",
            "headers": {HEADER: write_ticket(tickets[file.id])},
            "credentials": "omit",
            "expiresAt": end,
        }
        for file in files
        if file.size
    ]
    state: dict[str, Any] = {"files": numbers}
    if is_approved:
        state["approved"] = new_approval_id()
    return upload_required(uploads, orjson.dumps(state).decode()) if uploads else None


def _ticket(file: FileMetadata, number: str, tool: SpaceTool, context: RequestContext) -> Ticket:
    assert context.user_id is not None  # noqa: S101 - of who takes uploads
    return Ticket(
        user_id=context.user_id,
        file_id=number,
        name=clean_name(file.name),
        mime_type=file.mime_type[:100],
        size=file.size,
        digest=file.digest,
        source=SOURCE.format(tool=tool.name),
    )


async def _handles(
    files: Sequence[FileMetadata], numbers: dict[str, str], context: RequestContext
) -> dict[str, str]:
    """Return the handles of files that are here by now, by the client's ids. Raises ToolError."""
    assert context.user_id is not None  # noqa: S101 - of who takes uploads
    told = {numbers[file.id]: (file.size, file.digest) for file in files}
    there = await lookups.run(arrived, context.user_id, told)
    missing = [file for file in files if numbers[file.id] not in there]
    if missing:
        name = clean_name(missing[0].name)
        raise ToolError(
            f"“{name}” did not arrive. Make the call again, or have the person upload the file at "
            f"{files_url()} and give its handle."
        )
    return {file.id: there[numbers[file.id]].handle for file in files}
