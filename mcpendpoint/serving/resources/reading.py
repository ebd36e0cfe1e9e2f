"""What a URI holds: a file whole, a repository's facts and README, the list of a folder.

The providers of hf_fs do the reading, as the caller.
"""

import asyncio
import base64

import orjson
from django.conf import settings
from mcp_types import BlobResourceContents, TextResourceContents

from mcpendpoint.files.handles import id_in
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.references import REPO_ROOTS
from mcpendpoint.hub.repos import get_repo
from mcpendpoint.hub.types import RepoType
from mcpendpoint.serving.resources.own_files import Contents, read_own_file
from mcpendpoint.tools.answer_room import bytes_for_media
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.failures import Code, Failure
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.paper_entries import METADATA
from mcpendpoint.tools.hf_fs.papers import Papers
from mcpendpoint.tools.hf_fs.provider import Fs, hub_failures
from mcpendpoint.tools.hf_fs.routes import provider_of
from mcpendpoint.tools.hf_fs.stored_files import file_at, read_whole
from mcpendpoint.tools.hf_fs.text_policy import Media, decode, media_of, mime_type_of
from mcpendpoint.tools.hf_fs.uri import FILE_ROOTS, README, Uri, parse_uri
from mcpendpoint.tools.repo_details.overview import overview_of


async def read(text: str, context: ToolContext) -> list[Contents]:
    """Return what was asked for, by the URI that was asked for, and what belongs to it.

    Raises Failure.
    """
    if id_in(text) is not None:
        return [await read_own_file(text, context)]
    uri = parse_uri(text, endpoint=settings.HF_ENDPOINT)
    fs = Fs(await context.hub(), context)
    with hub_failures(uri, fs):
        if uri.root in REPO_ROOTS and uri.id_length and not uri.path:
            first, *others = await _repository(uri, fs)
        else:
            first, *others = [await _document(_readable(uri), fs)]
    return [first.model_copy(update={"uri": text}), *others]


def _readable(uri: Uri) -> Uri:
    """Return the document that says most about what is a folder in hf_fs."""
    is_paper = isinstance(provider_of(uri), Papers) and len(uri.parts) == 1
    is_collection = uri.root == "collections" and len(uri.parts) == 2
    return uri.child(METADATA) if is_paper or is_collection else uri


async def _repository(uri: Uri, fs: Fs) -> list[Contents]:
    repo_type = RepoType(uri.root.removesuffix("s"))
    repo, readme = await asyncio.gather(
        get_repo(fs.hub, repo_type, uri.repo_id, revision=uri.revision), _readme(uri, fs)
    )
    facts = {"type": repo_type.value, "id": repo.id, **overview_of(repo).to_content()}
    return [_json(uri, facts), *readme]


async def _readme(uri: Uri, fs: Fs) -> list[Contents]:
    """Return nothing where there is none, or where it cannot be had: the facts are worth more."""
    try:
        return [await _file(uri.at_path(README), fs)]
    except (Failure, HubError):
        return []


async def _document(uri: Uri, fs: Fs) -> Contents:
    try:
        if uri.root in FILE_ROOTS and uri.id_length and uri.path:
            return await _file(uri, fs)
        return await _text(uri, fs)
    except Failure as failure:
        if uri.root and failure.code is not Code.NOT_A_FILE:
            raise
    listed = await provider_of(uri).ls(Operation(Command.LS, uri), fs)
    return _json(uri, listed.to_content())


async def _file(uri: Uri, fs: Fs) -> Contents:
    found = await file_at(Operation(Command.CAT, uri), fs)
    media = media_of(uri.path)
    if media is Media.IMAGE and not fs.context.include_images:
        raise Failure(Code.IMAGE_CONTENT_DISABLED, "Image content is disabled for this connection.")
    size = found.size or 0
    if size > bytes_for_media():
        raise _too_large(uri, f"{size} bytes")
    content = await read_whole(uri, fs, size, most=bytes_for_media())
    if media in (Media.TEXT, Media.UNKNOWN):
        try:
            return _plain(uri, decode(uri.path, content), mime_type_of(uri.path) or "text/plain")
        except Failure:
            pass  # whatever its name says, it is no text
    return BlobResourceContents(
        uri=str(uri),
        mime_type=mime_type_of(uri.path) or "application/octet-stream",
        blob=base64.b64encode(content).decode(),
    )


async def _text(uri: Uri, fs: Fs) -> Contents:
    operation = Operation(Command.CAT, uri, asked_bytes=bytes_for_media())
    found = await provider_of(uri).cat(operation, fs)
    if found.truncated:
        raise _too_large(uri, f"more than {bytes_for_media()} bytes")
    return _plain(uri, found.content, found.content_type or "text/plain")


def _too_large(uri: Uri, size: str) -> Failure:
    return Failure(
        Code.UNSUPPORTED_OPERATION,
        f"{uri} has {size}; a resource has {bytes_for_media()} at most. The tool hf_fs reads texts "
        "in parts: cat with --offset.",
    )


def _plain(uri: Uri, text: str, mime_type: str) -> TextResourceContents:
    return TextResourceContents(uri=str(uri), mime_type=mime_type, text=text)


def _json(uri: Uri, value: object) -> TextResourceContents:
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    return _plain(uri, text, "application/json")
