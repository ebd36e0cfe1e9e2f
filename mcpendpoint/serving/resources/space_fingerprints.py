"""A word for what a resource of a Space holds, which is another one when that has changed.

To read one is to run a function of the Space, as a call does: it is read as rarely as a Space is
looked at, never wakes the Space, and only for who could read it now.
"""

from hashlib import blake2b

from mcp import MCPError

from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.gradio.states import RUNNING
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.resources.of_spaces import read_of_space
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.failures import Failure

NOTHING = "none"


async def fingerprint_of_space(prefix: str, own_uri: str, context: RequestContext) -> str | None:
    """Return None where the Space does not say now."""
    space = context.selection.space_with(prefix)
    if space is None:
        return NOTHING
    try:
        token = await context.hub_token()
        (listing,) = await list_space_tools([space], token, known_will_do=True)
        if listing.stage and listing.stage not in RUNNING:
            return None
        read = await read_of_space(prefix, own_uri, context)
    except (Failure, MCPError):
        return NOTHING  # this caller may not read it
    except ToolError:
        return None
    contents = [each.model_dump_json(by_alias=True) for each in read.contents]
    return blake2b("\n".join(contents).encode(), digest_size=12).hexdigest()
