"""What a change deletes: a file that is removed, or the content of one that is replaced."""

from dataclasses import replace
from functools import partial
from urllib.parse import unquote

from accounts.consequences import Kind
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError, HubNotFound
from mcpendpoint.hub.files import FileStore, TreeEntry
from mcpendpoint.tools.base import Consequence, ToolContext
from mcpendpoint.tools.hf_fs_write.arguments import Change, WriteCommand
from mcpendpoint.tools.markdown import byte_size

DELETES = frozenset({Kind.DELETE})
IRREVERSIBLE = "Buckets keep no earlier versions: this cannot be undone."


def consequence_of(change: Change) -> Consequence | None:
    if change.creates_pull_request:  # which changes nothing until somebody merges it
        return None
    return replace(_deletion(change), look_closer=partial(_if_it_exists, change))


def _deletion(change: Change, *found: str) -> Consequence:
    if change.command is WriteCommand.RM:
        return Consequence(DELETES, f"Delete {change.uri}", (*found, *_facts(change)))
    content = change.content.decode("utf-8", "replace")
    text = f"New content, {byte_size(len(change.content))}: {content}"
    if change.source:
        text = f"New content: that of your file {unquote(change.source)}"
    return Consequence(DELETES, f"Replace {change.uri}", (text, *found, *_facts(change)))


def _facts(change: Change) -> tuple[str, ...]:
    if change.is_in_bucket:
        return (IRREVERSIBLE,)
    facts = (f"Branch: {change.branch}", f"Commit message: {change.message}")
    return (*facts, f"Description: {change.description}") if change.description else facts


async def file_now(change: Change, hub: HubClient, revision: str | None = None) -> TreeEntry | None:
    """Return what is there now, or at another revision than the branch."""
    uri = change.uri
    revisions = () if change.is_in_bucket else (revision or change.branch,)
    return await FileStore(uri.root, uri.repo_id, *revisions).find(hub, uri.path, seconds=0)


def state_of(found: TreeEntry | None) -> str:
    """Return the state of what a change replaces or removes: "" for nothing."""
    return "" if found is None or found.type == "directory" else found.version


async def _if_it_exists(change: Change, context: ToolContext) -> Consequence | None:
    try:
        found = await file_now(change, await context.hub())
    except HubNotFound:  # there is no such repository: the call itself will say so
        found = None
    except HubError:
        return _deletion(change, "The Hub did not say whether there is such a file.")
    removes = change.command is WriteCommand.RM
    if found is None:
        return _deletion(change, "The Hub knows no such file.") if removes else None
    if found.type == "directory":
        return _deletion(change, "It is a folder.") if removes else None
    size = byte_size(found.size) if found.size is not None else "of unknown size"
    deletion = _deletion(change, f"What was there when you were asked: a file, {size}")
    return replace(deletion, state=state_of(found))
