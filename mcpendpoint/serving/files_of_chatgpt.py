"""Files that ChatGPT gives by a short-lived URL: fetched once, kept for the person, and given on as
a handle. The URL is taken as one that anybody made up.
"""

from typing import Any

from mcpendpoint.files.keeping import FileRefused
from mcpendpoint.files.links import files_url
from mcpendpoint.files.taking import keep_stream
from mcpendpoint.gradio.file_checks import check_given
from mcpendpoint.gradio.file_places import given_in, with_files
from mcpendpoint.gradio.given_arguments import EXAMPLE_FILE, read_arguments
from mcpendpoint.gradio.handing_over import MAX_FILES
from mcpendpoint.gradio.listings import SpaceTool
from mcpendpoint.protocol.file_extension import BadMetadata
from mcpendpoint.protocol.openai_files import FileReference, read_reference
from mcpendpoint.serving.context import FileForm, RequestContext
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.upload_file.sources import open_source


async def fetched(
    tool: SpaceTool, arguments: dict[str, Any], context: RequestContext
) -> dict[str, Any]:
    """Return the arguments with handles in place of such files. Raises ToolError."""
    if context.file_form is not FileForm.OPENAI:
        return arguments
    files: list[FileReference] = []
    for value, place in given_in(arguments, tool.places):
        if isinstance(value, dict):
            try:
                file = read_reference(value)
            except BadMetadata as fault:
                raise ToolError(f"A file that was given {fault}.") from fault
            check_given(file.name, file.mime_type, 0, place)
            files.append(file)
    if not files:
        return arguments
    if len(files) > MAX_FILES:
        raise ToolError(f"A call takes {MAX_FILES} files at most.")
    stand_ins = with_files(arguments, tool.places, lambda _: EXAMPLE_FILE, dict)
    read_arguments(tool.name, tool.input_schema, stand_ins)
    handles = {file: await _keep(file, tool, context) for file in dict.fromkeys(files)}
    filled: dict[str, Any] = with_files(
        arguments, tool.places, lambda value: handles[read_reference(value)], dict
    )
    return filled


async def _keep(file: FileReference, tool: SpaceTool, context: RequestContext) -> str:
    assert context.user_id is not None  # noqa: S101 - of who gets this form
    try:
        async with open_source(file.download_url, context) as source:
            kept = await keep_stream(
                context.user_id,
                source.parts,
                name=file.name or source.name,
                mime_type=file.mime_type or source.mime_type,
                size=source.size,
                source=f"ChatGPT, for {tool.name}",
            )
    except FileRefused as refusal:
        raise ToolError(f"{refusal} The person's files are at {files_url()}") from refusal
    return kept.handle
