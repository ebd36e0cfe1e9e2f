"""Files in the arguments of a function that is called by Gradio's own API.

As gradio_client hands them over (gradio_client/utils.py, `handle_file`): by address, which the app
fetches itself, or uploaded first, where the arguments hold the file's content.
"""

import base64
import binascii
from collections.abc import Mapping
from secrets import token_hex
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from mcpendpoint.files.names import ending_of
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.exchange import Reply
from mcpendpoint.gradio.file_places import FilePlaces, files_in, with_files
from mcpendpoint.gradio.handing_over import MAX_ANSWER_BYTES, MAX_FILES, UploadRefused, path_in
from mcpendpoint.gradio.transport import ask_space
from mcpendpoint.protocol.records import Reason

UPLOAD_SECONDS = 60


async def with_file_data(
    arguments: dict[str, Any],
    places: FilePlaces | None,
    info: SpaceInfo,
    headers: Mapping[str, str],
) -> dict[str, Any]:
    """Return the arguments with files as Gradio has them.

    Raises OutgoingError, UploadRefused and SpaceError.
    """
    named = list(dict.fromkeys(each for each in files_in(arguments, places) if each))
    if len(named) > MAX_FILES:
        raise SpaceError(
            f"A call takes {MAX_FILES} files at most.", reason=Reason.INVALID_ARGUMENTS
        )
    data = {name: await _file_data(name, info, headers) for name in named}
    filled: dict[str, Any] = with_files(arguments, places, lambda text: data.get(text, text))
    return filled


async def _file_data(text: str, info: SpaceInfo, headers: Mapping[str, str]) -> dict[str, Any]:
    if text.startswith(("http://", "https://")):
        name = urlsplit(text).path.rpartition("/")[2]
        return {"path": text, "url": text, "orig_name": name, **_meta()}
    if text.startswith("data:"):
        kind, content = _content_of(text)
        name = f"file{ending_of(kind)}"
        return {"path": await _upload(name, content, info, headers), "orig_name": name, **_meta()}
    raise SpaceError(
        f"“{text[:100]}” is no file. Files are given by http(s) URLs, data: URIs or handles "
        "(file://…).",
        reason=Reason.INVALID_ARGUMENTS,
    )


def _meta() -> dict[str, Any]:
    return {"meta": {"_type": "gradio.FileData"}}


def _content_of(uri: str) -> tuple[str, bytes]:
    head, _, data = uri.partition(",")
    kind, *parameters = head.removeprefix("data:").split(";")
    try:
        content = (
            base64.b64decode(data, validate=True)
            if "base64" in parameters
            else unquote_to_bytes(data)
        )
    except (binascii.Error, ValueError) as error:
        raise SpaceError(
            "A data: URI cannot be read: its base64 is not valid.", reason=Reason.INVALID_ARGUMENTS
        ) from error
    return kind, content


async def _upload(name: str, content: bytes, info: SpaceInfo, headers: Mapping[str, str]) -> str:
    boundary = token_hex(16)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {**headers, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    url = f"{info.url}/gradio_api/upload"
    async with ask_space("POST", url, headers, body, seconds=UPLOAD_SECONDS) as answer:
        told = await answer.read_explanation(MAX_ANSWER_BYTES)
        if answer.status != 200:
            raise UploadRefused(Reply(answer.status, answer.headers, {}))
    return path_in(told, info)
