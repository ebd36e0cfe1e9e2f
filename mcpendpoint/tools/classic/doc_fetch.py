"""hf_doc_fetch: a page of the documentation, piece by piece."""

import re

from django.conf import settings
from pydantic import Field

from mcpendpoint.hub.references import BadReference, address_in
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.hf_fs.arguments import MAX_OFFSET, Operation
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.provider import Fs, hub_failures
from mcpendpoint.tools.hf_fs.routes import provider_of
from mcpendpoint.tools.hf_fs.uri import Uri, parse_uri
from mcpendpoint.tools.markdown import BY_OTHERS

PIECE_BYTES = 25_000

_DOCS = re.compile(r"/?docs/(?=[^/])")


class DocFetchArguments(Arguments):
    doc_url: str = Field(
        min_length=1,
        max_length=1_000,
        description="Address of a page in huggingface.co/docs, or its path from /docs/ on.",
    )
    offset: int = Field(
        default=0, ge=0, le=MAX_OFFSET, description="next_offset of the piece before."
    )


class DocPiece(Result):
    uri: str
    content: str
    offset: int
    size: int | None = None
    next_offset: int | None = None


async def run(arguments: DocFetchArguments, context: ToolContext) -> ToolOutput:
    fs = Fs(await context.hub(), context)
    with told("The documentation", context):
        uri = _uri_of(arguments.doc_url)
        operation = Operation(Command.CAT, uri, offset=arguments.offset, asked_bytes=PIECE_BYTES)
        with hub_failures(uri, fs):
            found = await provider_of(uri).cat(operation, fs)
    piece = DocPiece(
        uri=found.uri,
        content=found.content,
        offset=found.offset,
        size=found.size,
        next_offset=found.next_offset,
    )
    return ToolOutput(piece, _render(piece))


def _uri_of(address: str) -> Uri:
    """Parse what older servers accepted. Raises ToolError, and Failure for an invalid path."""
    path = address.split("?")[0].strip().removeprefix("hf://")
    try:
        page = address_in(address, settings.HF_ENDPOINT)
    except BadReference as error:
        raise ToolError(f"doc_url: {error}") from error
    if page is not None:
        path = "/".join(page.segments) + (f"#{page.fragment}" if page.fragment else "")
    found = _DOCS.match(path)
    if found is None:
        raise ToolError(
            "doc_url should be the address of a page in https://huggingface.co/docs, such as "
            "/docs/transformers/quicktour. hf_doc_search finds pages.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    return parse_uri(f"hf://docs/{path[found.end() :]}")


def _render(piece: DocPiece) -> str:
    text = f"{BY_OTHERS}\n\n{piece.content}"
    if piece.next_offset is None:
        return text
    return (
        f"{text}\n\n---\n\nThis is a part of the page, up to byte {piece.next_offset} of "
        f"{piece.size}. For what follows, repeat the call with offset {piece.next_offset}."
    )


DOC_FETCH = Tool(
    name="hf_doc_fetch",
    title="Documentation page (classic)",
    purpose="Reads Hugging Face's documentation, as older servers did; hf_fs does more.",
    description="Read a page of the Hugging Face documentation as Markdown.",
    arguments=DocFetchArguments,
    result=DocPiece,
    run=run,
    is_default=False,
)
