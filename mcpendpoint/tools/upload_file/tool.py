"""upload_file: the tool itself."""

from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Annotated

from django.conf import settings
from pydantic import Field, StringConstraints

from accounts.database import UNAVAILABLE
from mcpendpoint.files.keeping import FileRefused
from mcpendpoint.files.links import files_url, shared_url
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.names import in_words
from mcpendpoint.files.taking import keep_stream
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.markdown import bullets, code
from mcpendpoint.tools.upload_file.sources import Source, from_text, open_source

NAME = "upload_file"


class UploadFileArguments(Arguments):
    source: str | None = Field(
        default=None,
        description="An https:// URL, an hf:// URI of a file, or a data: URI.",
        examples=["hf://datasets/OWNER/NAME/cat.png"],
    )
    text: Annotated[str, StringConstraints(strip_whitespace=False)] | None = Field(
        default=None, description="The file's text, in place of source.", examples=["a,b\n1,2\n"]
    )
    name: str | None = Field(
        default=None, description="What to call it, with its ending.", examples=["cat.png"]
    )


class UploadFileResult(Result):
    handle: str
    """For file parameters of Spaces' tools."""
    name: str
    mime_type: str
    size: int
    expires_at: datetime
    url: str
    """Opens without signing in."""


async def run(arguments: UploadFileArguments, context: ToolContext) -> ToolOutput:
    if (arguments.source is None) == (arguments.text is None):
        raise ToolError("Give either source or text.", reason=Reason.INVALID_ARGUMENTS)
    if not settings.HAS_DATABASE:
        raise ToolError("This program keeps no files; a server on which one has an account does.")
    if context.user_id is None:
        raise ToolError(
            "Files are kept for people with an account on this server. The person can sign in at "
            f"{files_url()} and connect with their own URL."
        )
    try:
        async with _opened(arguments, context) as source:
            file = await keep_stream(
                context.user_id,
                source.parts,
                name=arguments.name or source.name,
                mime_type=source.mime_type,
                size=source.size,
                source=NAME,
            )
    except FileRefused as refusal:
        raise ToolError(f"{refusal} The person's files are at {files_url()}") from refusal
    except UNAVAILABLE as error:
        raise ToolError("The database is busy right now.", is_retryable=True) from error
    result = _result(file)
    return ToolOutput(result, _render(result))


def _opened(
    arguments: UploadFileArguments, context: ToolContext
) -> AbstractAsyncContextManager[Source]:
    if arguments.source is None:
        return nullcontext(from_text(arguments.text or ""))
    return open_source(arguments.source, context)


def _result(file: StoredFile) -> UploadFileResult:
    return UploadFileResult(
        handle=file.handle,
        name=file.name,
        mime_type=file.mime_type,
        size=file.size,
        expires_at=file.expires_at,
        url=shared_url(file),
    )


def _render(result: UploadFileResult) -> str:
    pairs = [
        ("Handle", code(result.handle)),
        ("Type", code(result.mime_type)),
        ("Size", in_words(result.size)),
        ("Kept until", f"{result.expires_at:%Y-%m-%d}"),
        ("Link that opens without signing in", result.url),
    ]
    return f"# {result.name} is kept\n\n{bullets(pairs)}"


UPLOAD_FILE = Tool(
    name=NAME,
    title="Keep a file for Spaces",
    purpose="Keeps a file of yours for a while, so that tools of Spaces can be given it.",
    description=(
        "Keep a file for the person, and return its handle (file://…), which every file parameter "
        "of a Space's tool takes. Not for the person's own computer: what is there they upload "
        "themselves, on the page Files of this server. Writes nothing to Hugging Face."
    ),
    arguments=UploadFileArguments,
    result=UploadFileResult,
    run=run,
    is_default=False,
    needs_sign_in=True,
    keeps_files=True,
)
