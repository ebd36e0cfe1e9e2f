"""Changes one file of a repository or a bucket, and says what became of it. Done once."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from pydantic import Field

from mcpendpoint.hub import uploads, xet
from mcpendpoint.hub.branches import Branch
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.creation import WebAddress
from mcpendpoint.hub.errors import HubBadAnswer, HubRefused, HubUncertain, message_of
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.types import HubModel, read

SAMPLE_BYTES = 512
LINES_OF_JSON = "application/x-ndjson"
COMMIT_SECONDS = 60.0

Line = dict[str, Any]


@dataclass(frozen=True)
class Message:
    summary: str
    description: str | None = None
    parent: str | None = None
    """The commit that the branch has to be at, or else the Hub refuses (HubConflict)."""


class Commit(HubModel):
    oid: str = Field(alias="commitOid", pattern=r"^[0-9a-f]{6,64}$")
    url: WebAddress | None = Field(default=None, alias="commitUrl")
    pull_request_url: WebAddress | None = Field(default=None, alias="pullRequestUrl")


class _Preupload(HubModel):
    path: str
    mode: Literal["regular", "lfs"] = Field(alias="uploadMode")


async def put_file(
    hub: HubClient, branch: Branch, path: str, content: bytes, message: Message
) -> Commit:
    """Write a file, in git or, when the Hub wants that, as a large one beside it.

    Storage takes no empty files, so git has them (huggingface_hub 2.4.0, _commit_api.py:
    fetch_upload_modes).
    """
    if not content or await _mode_of(hub, branch, path, content) == "regular":
        text = base64.b64encode(content).decode()
        line = {"key": "file", "value": {"path": path, "content": text, "encoding": "base64"}}
        return await _commit(hub, branch, line, message)
    oid = await uploads.store(hub, branch, content)
    value = {"path": path, "algo": "sha256", "size": len(content), "oid": oid}
    return await _commit(hub, branch, {"key": "lfsFile", "value": value}, message)


async def delete_file(hub: HubClient, branch: Branch, path: str, message: Message) -> Commit:
    """Raises HubNotFound when there is no such file."""
    return await _commit(hub, branch, {"key": "deletedFile", "value": {"path": path}}, message)


async def _mode_of(hub: HubClient, branch: Branch, path: str, content: bytes) -> str:
    sample = base64.b64encode(content[:SAMPLE_BYTES]).decode()
    question = {"files": [{"path": path, "size": len(content), "sample": sample}]}
    answer = await hub.query_json(branch.api_path("preupload"), question, branch.params, seconds=0)
    files = answer.get("files") if isinstance(answer, dict) else None
    if not isinstance(files, list) or len(files) != 1:
        raise HubBadAnswer("The Hub does not say how it wants the file.")
    return read(_Preupload, files[0]).mode


async def _commit(hub: HubClient, branch: Branch, line: Line, message: Message) -> Commit:
    header = {
        "summary": message.summary,
        **({"description": message.description} if message.description else {}),
        **({"parentCommit": message.parent} if message.parent else {}),
    }
    answer = await hub.change(
        "POST",
        branch.api_path("commit"),
        _lines({"key": "header", "value": header}, line),
        params=branch.params,
        content_type=LINES_OF_JSON,
        seconds=COMMIT_SECONDS,
    )
    try:
        return read(Commit, answer)
    except HubBadAnswer as error:
        raise HubUncertain("Hugging Face's answer does not name the commit.") from error


async def put_in_bucket(
    hub: HubClient,
    bucket_id: str,
    path: str,
    content: bytes,
    *,
    check: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """`check` is called when all is uploaded; what it raises keeps the bucket as it is."""
    xet_hash = await xet.store(hub, _bucket(bucket_id, "xet-write-token"), content, sha256=None)
    if check is not None:
        await check()
    await _change_bucket(hub, bucket_id, {"type": "addFile", "path": path, "xetHash": xet_hash})


async def delete_from_bucket(hub: HubClient, bucket_id: str, path: str) -> None:
    """Raises HubRefused when there is no such file."""
    await _change_bucket(hub, bucket_id, {"type": "deleteFile", "path": path})


async def _change_bucket(hub: HubClient, bucket_id: str, line: Line) -> None:
    answer = await hub.change(
        "POST", _bucket(bucket_id, "batch"), _lines(line), content_type=LINES_OF_JSON
    )
    if not isinstance(answer, dict):
        raise HubUncertain("Hugging Face's answer does not say whether it was done.")
    if answer.get("failed") or answer.get("success") is False:
        raise HubRefused(message_of(200, {}, orjson.dumps(answer)))


def _bucket(bucket_id: str, action: str) -> str:
    return url_path("api", "buckets", *parse_repo_id(bucket_id).split("/"), action)


def _lines(*lines: Line) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)
