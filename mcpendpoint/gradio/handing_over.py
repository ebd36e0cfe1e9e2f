"""Gives a Space the files that arguments name by handles, as its own page would: by upload.

Only what stands where the tool takes a file is looked at, and only the caller's own files are
found. A private Space gets them within the call: its app fetches what it is given by URL, and its
own URL answers nobody without a token, which an app never gets.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from django.conf import settings

from accounts.outgoing.errors import UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.files.arriving import own_files_once_here
from mcpendpoint.files.handles import is_file_uri
from mcpendpoint.files.links import files_url
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.names import served_type
from mcpendpoint.files.reading import content_of, stream_of
from mcpendpoint.files.storage import FileLost
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.exchange import Reply
from mcpendpoint.gradio.file_checks import (
    MAX_BYTES,
    MAX_INLINE_BYTES,
    check_data_uri,
    check_given,
)
from mcpendpoint.gradio.file_places import FilePlaces, files_in, given_in, with_files
from mcpendpoint.gradio.results import replica_of
from mcpendpoint.gradio.transport import ask_space
from mcpendpoint.protocol.records import Reason

MAX_FILES = 20
UPLOAD_SECONDS = 300
MAX_ANSWER_BYTES = 20_000
MAX_PATH_CHARS = 2_000


class UploadRefused(Exception):
    """The Space answered an upload with a status that the call would have met as well."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


@dataclass(frozen=True)
class HandOver:
    """Arguments whose files are known, and not yet at a Space."""

    arguments: dict[str, Any]
    places: FilePlaces | None
    files: dict[str, StoredFile]

    async def to(self, info: SpaceInfo) -> dict[str, Any]:
        """Return the arguments as the Space takes them.

        Raises OutgoingError, UploadRefused and SpaceError.
        """
        if not self.files:
            return self.arguments
        given = {handle: await _give(file, info) for handle, file in self.files.items()}
        filled: dict[str, Any] = with_files(
            self.arguments, self.places, lambda text: given.get(text, text)
        )
        return filled


async def prepare(
    arguments: dict[str, Any], places: FilePlaces | None, user_id: int | None
) -> HandOver:
    """Find the files of handles. Raises SpaceError for those that are not this person's."""
    for given, place in given_in(arguments, places):
        check_data_uri(given, place)
    handles = tuple(dict.fromkeys(filter(is_file_uri, files_in(arguments, places))))
    if not handles:
        return HandOver(arguments, places, {})
    if len(handles) > MAX_FILES:
        raise SpaceError(
            f"A call takes {MAX_FILES} files at most.", reason=Reason.INVALID_ARGUMENTS
        )
    if not settings.HAS_DATABASE:
        raise SpaceError(
            "Handles of files (file://…) are of a server on which the person has an account; this "
            "program knows none. Give an http(s) URL or a data: URI."
        )
    if user_id is None:
        raise SpaceError(
            "Handles of files (file://…) are of people with an account on this server. The person "
            f"can sign in at {files_url()} and connect with their own URL; an http(s) URL or a "
            "data: URI works for everybody."
        )
    files = await own_files_once_here(user_id, handles)
    if missing := [handle for handle in handles if handle not in files]:
        raise SpaceError(
            f"{missing[0][:200]} is no file that this account has here. A path of the person's "
            f"computer cannot be read from here: they can upload the file at {files_url()}, which "
            "gives its handle; so does the tool upload_file for what is on the web or the Hub.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    if sum(file.size for file in files.values()) > MAX_BYTES:
        raise SpaceError(
            f"The files of a call may have {MAX_BYTES // 1_000_000} MB in all.",
            reason=Reason.TOO_LARGE,
        )
    for given, place in given_in(arguments, places):
        if file := files.get(given) if isinstance(given, str) else None:
            check_given(file.name, file.mime_type, file.size, place)
    return HandOver(arguments, places, files)


async def _give(file: StoredFile, info: SpaceInfo) -> str:
    try:
        if info.is_private:
            return await _inline(file, info)
        return await _upload(file, info)
    except FileLost as error:
        raise SpaceError(
            f"The bytes of {file.handle} are not there any more. The person can upload it again "
            f"at {files_url()}"
        ) from error


async def _inline(file: StoredFile, info: SpaceInfo) -> str:
    if file.size > MAX_INLINE_BYTES:
        raise SpaceError(
            f"{file.handle} is too large: the Space {info.space_id} is private, and such Spaces "
            f"can be given files of {MAX_INLINE_BYTES // 1_000_000} MB at most.",
            reason=Reason.TOO_LARGE,
        )
    encoded = base64.b64encode(await content_of(file)).decode()
    return f"data:{file.mime_type};base64,{encoded}"


async def _upload(file: StoredFile, info: SpaceInfo) -> str:
    form = _Form(file)
    async with ask_space(
        "POST",
        f"{info.url}/gradio_api/upload",
        form.headers,
        form.body(),
        seconds=UPLOAD_SECONDS,
    ) as answer:
        body = await answer.read_explanation(MAX_ANSWER_BYTES)
        status, headers = answer.status, answer.headers
    if status in (404, 405):
        raise SpaceError(f"The Space {info.space_id} takes no uploads. Give an http(s) URL.")
    if status == 413:
        raise SpaceError(
            f"{file.handle} is too large for the Space {info.space_id}.", reason=Reason.TOO_LARGE
        )
    if status != 200:
        raise UploadRefused(Reply(status, headers, {}))
    replica = replica_of(headers.get("x-proxied-replica", ""))
    root = f"{info.url}/--replicas/{replica}" if replica else info.url
    return f"{root}/gradio_api/file={quote(path_in(body, info), safe='/')}"


def path_in(body: bytes, info: SpaceInfo) -> str:
    paths: Any = None
    with suppress(UnreadableJson):
        paths = parse_json(body, max_values=10)
    if not isinstance(paths, list) or len(paths) != 1 or not isinstance(paths[0], str):
        raise SpaceError(f"The Space {info.space_id} took a file, and did not say where it is.")
    if not 0 < len(paths[0]) <= MAX_PATH_CHARS:
        raise SpaceError(f"The Space {info.space_id} gave a file an address that cannot be used.")
    return paths[0]


class _Form:
    """A form with one file (multipart/form-data, RFC 7578), written while it is read."""

    def __init__(self, file: StoredFile) -> None:
        boundary = token_hex(16)
        self._file = file
        name = file.name.replace('"', "%22")
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            f"Content-Type: {served_type(file.mime_type)}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + file.size + len(self._tail)),
        }

    async def body(self) -> AsyncIterator[bytes]:
        yield self._head
        async for part in stream_of(self._file):
            yield part
        yield self._tail
