"""hf_fs_write: the tool itself."""

from dataclasses import replace
from functools import partial
from typing import Annotated
from urllib.parse import quote

from django.conf import settings
from pydantic import ConfigDict, Field

from accounts.catalogue import Effect
from mcpendpoint.hub.branches import Branch
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.commits import (
    Commit,
    Message,
    delete_file,
    delete_from_bucket,
    put_file,
    put_in_bucket,
)
from mcpendpoint.hub.errors import (
    HubConflict,
    HubError,
    HubForbidden,
    HubNotFound,
    HubRateLimited,
    HubUnavailable,
)
from mcpendpoint.hub.files import FileStore
from mcpendpoint.hub.repos import newest_commit, page_url
from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.base import (
    Arguments,
    Consequence,
    Consequences,
    Tool,
    ToolContext,
    ToolError,
    ToolOutput,
)
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs_write.arguments import (
    BUCKETS,
    Change,
    WriteCommand,
    parse_change,
)
from mcpendpoint.tools.hf_fs_write.consequences import DELETES, consequence_of
from mcpendpoint.tools.hf_fs_write.guard import check_unchanged, parent_for
from mcpendpoint.tools.hf_fs_write.handles import content_of_handle
from mcpendpoint.tools.hf_fs_write.results import CommitInfo, WriteResult, render
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.leniency import Aliases, FromText, words_in
from mcpendpoint.tools.markdown import code

MAX_ARGS = 20
ATTEMPTS = 3
"""To commit what nobody else may have changed, while others change other files."""
COMMAND_ALIASES = {
    **dict.fromkeys(("write", "upload", "create", "add", "save", "update"), "put"),
    **dict.fromkeys(("remove", "delete", "del", "unlink"), "rm"),
}
NOT_WRITTEN = "Nothing was written."


class FsWriteArguments(Arguments):
    # What is written may begin or end with a space.
    model_config = ConfigDict(str_strip_whitespace=False)

    cmd: Annotated[WriteCommand, Aliases(COMMAND_ALIASES)] = Field(
        description="put writes a file, rm removes one."
    )
    args: Annotated[list[str], FromText(words_in)] = Field(
        max_length=MAX_ARGS,
        description="The URI first, then options.",
        examples=[["hf://models/OWNER/NAME/README.md", "-m", "Say what it does"]],
    )
    content: str | None = Field(
        default=None,
        description="For put: UTF-8 text, or base64 with --base64.",
    )

    @classmethod
    def _is_blank(cls, name: str, value: object) -> bool:
        return name == "content" and value is None  # "" is an empty file


async def run(arguments: FsWriteArguments, context: ToolContext) -> ToolOutput:
    try:
        change = _change_of(arguments)
    except Failure as failure:
        raise ToolError(failure.message) from failure
    if change.source:
        change = replace(change, content=await content_of_handle(change.source, context))
    hub = await context.hub()
    try:
        commit = await _make(hub, change, context.approved_state)
    except HubError as error:
        advice = await _advice(hub, change, error)
        raise tool_error(error, code(str(change.uri)), context, advice=advice) from error
    result = _result(change, commit)
    return ToolOutput(result, render(result))


def _change_of(arguments: FsWriteArguments) -> Change:
    """Raises Failure."""
    return parse_change(
        arguments.cmd, arguments.args, arguments.content, endpoint=settings.HF_ENDPOINT
    )


def _consequence_of(arguments: FsWriteArguments) -> Consequence | None:
    try:
        return consequence_of(_change_of(arguments))
    except Failure:
        return None


async def _make(hub: HubClient, change: Change, approved_state: str | None) -> Commit | None:
    """Return the commit, None for buckets, which have none."""
    if change.is_in_bucket:
        await _change_bucket(hub, change, approved_state)
        return None
    if approved_state is None or change.creates_pull_request:
        return await _commit(hub, change, change.parent)
    for attempt in range(1, ATTEMPTS + 1):
        parent = await parent_for(hub, change, approved_state)
        try:
            return await _commit(hub, change, parent)
        except HubConflict:  # somebody changed something, perhaps not this file
            if change.parent is not None or attempt == ATTEMPTS:
                raise
    raise AssertionError("The last attempt returns or raises.")


async def _change_bucket(hub: HubClient, change: Change, approved_state: str | None) -> None:
    """Buckets refuse nothing by themselves, so they are looked at just before."""
    check = None
    if approved_state is not None:
        check = partial(check_unchanged, hub, change, approved_state)
    if change.command is WriteCommand.PUT:
        uri = change.uri
        await put_in_bucket(hub, uri.repo_id, uri.path, change.content, check=check)
        return
    if check is not None:
        await check()
    await delete_from_bucket(hub, change.uri.repo_id, change.uri.path)


async def _commit(hub: HubClient, change: Change, parent: str | None) -> Commit:
    uri, puts = change.uri, change.command is WriteCommand.PUT
    message = Message(change.message, change.description, parent)
    branch = _branch_of(change)
    if puts:
        return await put_file(hub, branch, uri.path, change.content, message)
    return await delete_file(hub, branch, uri.path, message)


def _branch_of(change: Change) -> Branch:
    uri = change.uri
    return Branch(_repo_type(change), uri.repo_id, change.branch, change.creates_pull_request)


def _repo_type(change: Change) -> RepoType:
    return RepoType(change.uri.root.removesuffix("s"))


async def _advice(hub: HubClient, change: Change, error: HubError) -> str:
    """Say what else can be done."""
    match error:
        case HubConflict() if not change.is_in_bucket:
            return await _after_a_conflict(hub, change)
        case HubForbidden() if not (change.is_in_bucket or change.creates_pull_request):
            return "Or propose the change: repeat the call with --create-pr."
        case HubNotFound() if error.code == "RepoNotFound":
            return "A new one can be made with create_repo."
        case HubUnavailable() | HubRateLimited():
            return NOT_WRITTEN
        case _:
            return ""


async def _after_a_conflict(hub: HubClient, change: Change) -> str:
    try:
        found = await newest_commit(hub, _repo_type(change), change.uri.repo_id, change.branch)
    except HubError:
        found = None
    newest = found or "its newest commit"
    return (
        f"{NOT_WRITTEN} Somebody else changed the branch: read the file again, and repeat the call "
        f"with what it should be now and --parent-commit {newest}."
    )


def _result(change: Change, commit: Commit | None) -> WriteResult:
    uri, puts = change.uri, change.command is WriteCommand.PUT
    return WriteResult(
        uri=str(uri),
        op=change.command.value,
        repo=uri.repo_id,
        repo_type=uri.root.removesuffix("s"),
        path=uri.path,
        bytes=len(change.content) if puts else None,
        branch=None if change.is_in_bucket else change.branch,
        message=change.message,
        url=None if change.creates_pull_request else _url(change),
        commit=_commit_info(change, commit) if commit else None,
        pull_request_url=commit.pull_request_url if commit else None,
    )


def _commit_info(change: Change, commit: Commit) -> CommitInfo:
    page = page_url(_repo_type(change), change.uri.repo_id)
    return CommitInfo(oid=commit.oid, url=commit.url or f"{page}/commit/{commit.oid}")


def _url(change: Change) -> str:
    """Return where the file is now, or what it was removed from."""
    uri, puts = change.uri, change.command is WriteCommand.PUT
    if change.is_in_bucket:
        store = FileStore(BUCKETS, uri.repo_id)
        route = store.resolve_route(uri.path) if puts else f"/{BUCKETS}/{uri.repo_id}"
        return f"{settings.HF_ENDPOINT}{route}"
    page = page_url(_repo_type(change), uri.repo_id)
    return f"{page}/blob/{quote(change.branch, safe='')}/{quote(uri.path)}" if puts else page


DESCRIPTION = """\
Write or remove one file of a Hugging Face repository or bucket.

Each item of args is one word:
put URI [--base64 | --from HANDLE] [-m MESSAGE] [--description D] [--branch B] [--create-pr] \
[--parent-commit SHA]
rm URI  with the same options but those two

URI: hf://models|datasets|spaces|buckets/OWNER/NAME[@BRANCH]/PATH. put takes the whole file in \
content, or by --from a file of the person's (file://…), and replaces what is there. --create-pr \
proposes the change, also where you may not write. --parent-commit refuses when the branch is not \
at that commit any more. Buckets take none but --base64 and --from.

{"cmd":"put","args":["hf://models/OWNER/NAME/README.md","-m","Add a card"],"content":"# Name\\n"}"""

HF_FS_WRITE = Tool(
    name="hf_fs_write",
    title="Write files on the Hugging Face Hub",
    purpose="Writes and removes files of your repositories and buckets, or proposes changes.",
    description=DESCRIPTION,
    arguments=FsWriteArguments,
    result=WriteResult,
    run=run,
    effects=frozenset({Effect.WRITE}),
    hub_scopes=("contribute-repos", "write-repos", "write-discussions"),
    is_destructive=True,
    is_default=False,
    needs_sign_in=True,
    consequences=Consequences(DELETES, _consequence_of),
)
