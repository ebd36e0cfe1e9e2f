"""The files of repositories and buckets: listed, inspected, read and attached the same way."""

from collections.abc import AsyncGenerator

from django.conf import settings

from mcpendpoint.hub.errors import HubNotFound
from mcpendpoint.hub.files import FileStore, TreeEntry
from mcpendpoint.tools.answer_room import bytes_for_media
from mcpendpoint.tools.hf_fs.arguments import EntryType, Operation
from mcpendpoint.tools.hf_fs.entries import file_entry, lfs_of
from mcpendpoint.tools.hf_fs.failures import Code, Failure, not_a_directory
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.provider import Attachment, Fs
from mcpendpoint.tools.hf_fs.results import AttachResult, CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.text_policy import (
    MARGIN,
    Media,
    image_type_of,
    media_of,
    refuse_binary,
    text_part,
)
from mcpendpoint.tools.hf_fs.uri import Uri


def store_of(uri: Uri) -> FileStore:
    if uri.revision is None:
        return FileStore(uri.root, uri.repo_id)
    return FileStore(uri.root, uri.repo_id, uri.revision)


async def list_files(operation: Operation, fs: Fs, *, recursive: bool) -> ListResult:
    path = operation.uri.path
    try:
        return await collect(operation, _walk(operation.uri, fs, recursive=recursive), base=path)
    except HubNotFound:
        found = await store_of(operation.uri).find(fs.hub, path) if path else None
        if found is None or found.type != "file":
            raise
        return await _list_file(operation, found)


async def _list_file(operation: Operation, found: TreeEntry) -> ListResult:
    """Answer for a file, where a folder was meant: it can be found, but has nothing in it."""
    if operation.command == "ls":
        raise not_a_directory(f"{operation.uri} is a file")
    entry = file_entry(operation.uri, found)
    parent = found.path.rpartition("/")[0]
    return await collect(operation, these([entry] if entry else []), base=parent)


async def _walk(uri: Uri, fs: Fs, *, recursive: bool) -> AsyncGenerator[Entry, None]:
    store, cursor = store_of(uri), None
    folders = {uri.path}
    while True:
        page = await store.children(fs.hub, uri.path, recursive=recursive, cursor=cursor)
        for found in page.items:
            if recursive and uri.root == "buckets":
                for folder in _new_folders(found.path, folders):
                    yield Entry(type=EntryType.DIR, path=folder, uri=str(uri.at_path(folder)))
            if (entry := file_entry(uri, found)) is not None:
                yield entry
        if (cursor := page.cursor) is None:
            return


def _new_folders(path: str, known: set[str]) -> list[str]:
    """Return the folders above a file that are not known yet; buckets list files alone."""
    new: list[str] = []
    while (path := path.rpartition("/")[0]) and path not in known:
        known.add(path)
        new.append(path)
    return new[::-1]


async def stat_file(operation: Operation, fs: Fs) -> StatResult:
    uri = operation.uri
    found = await store_of(uri).find(fs.hub, uri.path)
    if found is None or found.type not in ("file", "directory"):
        return StatResult(uri=str(uri), exists=False, type="missing", path=uri.path)
    is_file = found.type == "file"
    return StatResult(
        uri=str(uri),
        exists=True,
        type="file" if is_file else "dir",
        path=found.path,
        size=found.size if is_file else None,
        lfs=lfs_of(found) if is_file else None,
        updated_at=found.uploaded_at,
    )


async def cat_file(operation: Operation, fs: Fs) -> CatResult:
    uri, path = operation.uri, operation.uri.path
    if not path:
        raise Failure(Code.NOT_A_FILE, "cat requires a URI that points to a file path.")
    if media_of(path) in (Media.IMAGE, Media.BINARY):
        await file_at(operation, fs)
        raise refuse_binary(path)
    offset, length = operation.offset, operation.max_bytes
    start = max(offset - MARGIN, 0)
    asked = offset - start + length + MARGIN
    try:
        found = await store_of(uri).read(fs.hub, path, offset=start, length=asked)
    except HubNotFound:
        await file_at(operation, fs)
        raise
    size = found.size
    if size is None and len(found.content) < asked:
        size = start + len(found.content)
    part = text_part(path, found.content, start, offset, offset + length)
    has_more = part.end < size if size is not None else True
    return CatResult(
        uri=str(uri),
        path=path,
        content=part.content,
        offset=part.start,
        bytes=part.end - part.start,
        size=size,
        truncated=has_more,
        truncation_reason="max_bytes" if has_more else None,
        next_offset=part.end if has_more else None,
    )


async def attach_file(operation: Operation, fs: Fs) -> Attachment:
    uri, path = operation.uri, operation.uri.path
    media = media_of(path)
    if media is Media.TEXT:
        raise Failure(
            Code.IMAGE_ONLY,
            f"Refusing to attach known text file: {path}. Attach returns supported images only.",
        )
    if media is not Media.IMAGE:
        raise Failure(
            Code.UNSUPPORTED_MEDIA,
            f"Unsupported attachment media: {path}. The file extension is not .jpg, .jpeg, .png, "
            "or .webp.",
        )
    size = (await file_at(operation, fs)).size
    if size is None:
        raise _inconsistent(path, "has no size")
    limit = min(operation.max_bytes, bytes_for_media())
    if size > limit:
        page = f"{settings.HF_ENDPOINT}{store_of(uri).resolve_route(path)}"
        raise Failure(
            Code.IMAGE_TOO_LARGE,
            f"Image is too large to attach: {path} is {size} bytes; complete-file limit is "
            f"{limit} bytes. It is at {page}",
        )
    fs.attachments.reserve(size)
    try:
        return await _download_image(uri, fs, size)
    except BaseException:
        fs.attachments.release(size)
        raise


async def _download_image(uri: Uri, fs: Fs, size: int) -> Attachment:
    content = await read_whole(uri, fs, size, most=size)
    mime_type = image_type_of(content)
    if mime_type is None:
        raise Failure(
            Code.UNSUPPORTED_MEDIA,
            f"Unsupported attachment media: the content of {uri.path} is no JPEG, PNG or WebP.",
        )
    result = AttachResult(uri=str(uri), path=uri.path, mime_type=mime_type, bytes=len(content))
    return Attachment(result, content)


async def read_whole(uri: Uri, fs: Fs, size: int, *, most: int) -> bytes:
    """Return all of a file of that size; of one that has another by now, `most` bytes at most.

    Raises Failure.
    """
    content = await _read_first(uri, fs, size + 1)
    if len(content) == size:
        return content
    # The size may be a remembered one: others write, too.
    found = await store_of(uri).find(fs.hub.apart(f"not {size} bytes"), uri.path)
    now = found.size if found else None
    if now is None or now > most or len(content := await _read_first(uri, fs, now + 1)) != now:
        raise _inconsistent(uri.path, f"has {len(content)} bytes or more, not {size}")
    return content


async def _read_first(uri: Uri, fs: Fs, length: int) -> bytes:
    return (await store_of(uri).read(fs.hub, uri.path, offset=0, length=length)).content


def _inconsistent(path: str, what: str) -> Failure:
    return Failure(Code.ATTACHMENT_INTEGRITY, f"The Hub contradicts itself: {path} {what}.")


async def file_at(operation: Operation, fs: Fs) -> TreeEntry:
    """Raises Failure when there is no such file."""
    path = operation.uri.path
    found = await store_of(operation.uri).find(fs.hub, path)
    if found is None:
        raise Failure(Code.NOT_FOUND, f"File does not exist: {path}")
    if found.type != "file":
        kind = "dir" if found.type == "directory" else found.type
        raise Failure(
            Code.NOT_A_FILE, f"{operation.command} requires a file path, got {kind}: {path}"
        )
    return found
