"""What a handle holds (`file://<id>/<name>`), for the person whose file it is."""

import base64

from mcp_types import BlobResourceContents, TextResourceContents

from accounts.database import UNAVAILABLE
from mcpendpoint.files.arriving import own_files_once_here
from mcpendpoint.files.handles import id_in
from mcpendpoint.files.links import files_url
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import content_of
from mcpendpoint.files.storage import FileLost
from mcpendpoint.serving.rpc_errors import database_unavailable
from mcpendpoint.tools.answer_room import bytes_for_media
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hf_fs.failures import Code, Failure

Contents = TextResourceContents | BlobResourceContents


async def read_own_file(uri: str, context: ToolContext) -> Contents:
    """Raises Failure, the same for another's file as for one that there is not."""
    found = await _find(uri, context.user_id)
    if found is None:
        raise Failure(
            Code.NOT_FOUND,
            f"That is no file which this account has here; its files are at {files_url()}",
        )
    if found.is_picture and not context.include_images:
        raise Failure(Code.IMAGE_CONTENT_DISABLED, "Image content is disabled for this connection.")
    if found.size > bytes_for_media():
        raise Failure(
            Code.UNSUPPORTED_OPERATION,
            f"The file has {found.size} bytes; a resource has {bytes_for_media()} at most.",
        )
    try:
        content = await content_of(found)
    except FileLost as error:
        raise Failure(Code.NOT_FOUND, "The bytes of that file are not there any more.") from error
    return _contents(uri, found.mime_type, content)


async def _find(uri: str, user_id: int | None) -> StoredFile | None:
    if id_in(uri) is None or user_id is None:
        return None
    try:
        return (await own_files_once_here(user_id, (uri,))).get(uri)
    except UNAVAILABLE as error:
        raise database_unavailable() from error


def _contents(uri: str, mime_type: str, content: bytes) -> Contents:
    if mime_type.startswith("text/") or mime_type == "application/json":
        try:
            return TextResourceContents(uri=uri, mime_type=mime_type, text=content.decode())
        except UnicodeDecodeError:
            pass  # whatever its type says, it is no text
    blob = base64.b64encode(content).decode()
    return BlobResourceContents(uri=uri, mime_type=mime_type, blob=blob)
