"""Makes a change only while what it changes is what the person had a say about."""

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.repos import newest_commit
from mcpendpoint.hub.types import RepoType
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs_write.arguments import Change
from mcpendpoint.tools.hf_fs_write.consequences import file_now, state_of

CHANGED = (
    "Not done: the file has changed since the person could have a say in this call. Read it again, "
    "and make the call again if it is still right."
)


async def parent_for(hub: HubClient, change: Change, approved_state: str) -> str | None:
    """Return the commit that a change of a repository is to be made on, so that the Hub itself
    refuses it when something comes in between.

    Raises ToolError for a file that is another one by now.
    """
    uri = change.uri
    repo_type = RepoType(uri.root.removesuffix("s"))
    parent = change.parent or await newest_commit(hub, repo_type, uri.repo_id, change.branch)
    await check_unchanged(hub, change, approved_state, parent)
    return parent


async def check_unchanged(
    hub: HubClient, change: Change, approved_state: str, revision: str | None = None
) -> None:
    """Raises ToolError."""
    if state_of(await file_now(change, hub, revision)) != approved_state:
        raise ToolError(CHANGED, reason=Reason.APPROVAL)
