"""Stores a large file where the Hub says, before a commit names it by its SHA-256.

That is the Xet storage, or else a URL that is signed: on another host, over https, never in a
private network, and without the token. Nothing is changed by that, so it may be done twice.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
from pydantic import Field, ValidationError

from accounts.outgoing.asking import Request, open_answer
from accounts.outgoing.pools import STORAGE
from mcpendpoint.hub import xet
from mcpendpoint.hub.branches import Branch
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubBadAnswer, HubRefused, HubUnavailable
from mcpendpoint.hub.transport import try_once, try_with_retry
from mcpendpoint.hub.types import HubModel, Name

UPLOAD_SECONDS = 60.0
LFS_JSON = "application/vnd.git-lfs+json"
CHUNK_SIZE = "chunk_size"
"""Beside it are the URLs of the parts, each by its number."""


class _Upload(HubModel):
    href: str
    header: dict[str, Any] = {}


class _Actions(HubModel):
    upload: _Upload | None = None


class _Problem(HubModel):
    code: int | None = None
    message: Name = "no reason given"


class _Plan(HubModel):
    """What to do with one file; nothing when it is stored already."""

    oid: str
    actions: _Actions | None = None
    error: _Problem | None = None


class _Plans(HubModel):
    transfer: str = "basic"
    objects: list[_Plan] = Field(min_length=1, max_length=1)


async def store(hub: HubClient, branch: Branch, content: bytes) -> str:
    """Return the file's SHA-256, by which a commit can name it now. Raises HubError."""
    oid = sha256(content).hexdigest()
    plans = await _ask(hub, branch, oid, len(content))
    (plan,) = plans.objects
    if plan.error is not None:
        raise HubRefused(plan.error.message, status=plan.error.code)
    if plan.actions is None or plan.actions.upload is None:
        return oid
    if plans.transfer == "xet":
        ticket_path = branch.api_path("xet-write-token")
        await xet.store(hub, ticket_path, content, branch.params, sha256=oid)
    elif CHUNK_SIZE in plan.actions.upload.header:
        await _put_in_parts(plan.actions.upload, oid, content)
    else:
        await _put(plan.actions.upload.href, content)
    return oid


async def _ask(hub: HubClient, branch: Branch, oid: str, size: int) -> _Plans:
    question: dict[str, Any] = {
        "operation": "upload",
        "transfers": ["basic", "multipart", "xet"],
        "hash_algo": "sha_256",
        "objects": [{"oid": oid, "size": size}],
    }
    if not branch.as_pull_request:
        question["ref"] = {"name": branch.name}
    path = branch.git_path("info", "lfs", "objects", "batch")
    answer = await hub.query_json(path, question, media_type=LFS_JSON, seconds=0)
    try:
        plans = _Plans.model_validate(answer)
    except ValidationError as error:
        raise HubBadAnswer("The Hub does not say where to put the file.") from error
    if plans.objects[0].oid != oid:
        raise HubBadAnswer("The Hub says where to put another file.")
    return plans


async def _put_in_parts(upload: _Upload, oid: str, content: bytes) -> None:
    etags = []
    for url, part in _parts_of(upload, content):
        etag = (await _put(url, part)).get("etag")
        if not etag:
            raise HubBadAnswer("The Hub's storage does not say that it has a part of the file.")
        etags.append(etag)
    parts = [{"partNumber": number, "etag": etag} for number, etag in enumerate(etags, start=1)]
    done = orjson.dumps({"oid": oid, "parts": parts})
    headers = {"Content-Type": LFS_JSON, "Accept": LFS_JSON}
    await try_once(lambda: _send("POST", upload.href, done, headers), seconds=UPLOAD_SECONDS)


def _parts_of(upload: _Upload, content: bytes) -> list[tuple[str, bytes]]:
    """Return the URL and the bytes of each part, in order."""
    try:
        size = int(upload.header[CHUNK_SIZE])
        if size <= 0:
            raise ValueError(size)
        urls = {int(key): str(url) for key, url in upload.header.items() if key.isdecimal()}
        starts = range(0, len(content), size)
        return [
            (urls[number], content[start : start + size])
            for number, start in enumerate(starts, start=1)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise HubBadAnswer("The Hub does not say where to put the parts of the file.") from error


async def _put(url: str, content: bytes) -> Mapping[str, str]:
    return await try_with_retry(lambda: _send("PUT", url, content, {}), seconds=UPLOAD_SECONDS)


async def _send(
    method: str, url: str, content: bytes, headers: Mapping[str, str]
) -> Mapping[str, str]:
    """Return the headers of the answer."""
    request = Request(method, url, headers, content)
    async with open_answer(STORAGE, request, seconds=UPLOAD_SECONDS) as answer:
        if not answer.is_success:
            raise HubUnavailable(
                f"The Hub's storage did not take the file (HTTP status {answer.status})."
            )
        return answer.headers
