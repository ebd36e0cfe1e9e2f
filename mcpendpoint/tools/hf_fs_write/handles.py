"""What a handle (`file://…`) holds, of the caller's own files."""

from django.conf import settings

from accounts.database import UNAVAILABLE
from mcpendpoint.files.arriving import own_files_once_here
from mcpendpoint.files.handles import id_in
from mcpendpoint.files.links import files_url
from mcpendpoint.files.names import in_words
from mcpendpoint.files.reading import content_of
from mcpendpoint.files.storage import FileLost
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.hf_fs_write.arguments import MAX_CONTENT_BYTES


async def content_of_handle(handle: str, context: ToolContext) -> bytes:
    """Raises ToolError, the same for another's file as for one that there is not."""
    if not settings.HAS_DATABASE:
        raise ToolError("This program keeps no files: give the content itself.")
    file = None
    if id_in(handle) is not None and context.user_id is not None:
        try:
            file = (await own_files_once_here(context.user_id, (handle,))).get(handle)
        except UNAVAILABLE as error:
            raise ToolError("The database is busy right now.", is_retryable=True) from error
    if file is None:
        raise ToolError(
            f"{handle[:200]} is no file that this account has here; its files are at {files_url()}",
            reason=Reason.NOT_FOUND,
        )
    if file.size > MAX_CONTENT_BYTES:
        raise ToolError(
            f"{file.name} has {in_words(file.size)}, and {in_words(MAX_CONTENT_BYTES)} is the most "
            "that one call can write. Larger files can be uploaded with git or the hf command "
            "line.",
            reason=Reason.TOO_LARGE,
        )
    try:
        return await content_of(file)
    except FileLost as error:
        raise ToolError(f"The bytes of {file.name} are not there any more.") from error
