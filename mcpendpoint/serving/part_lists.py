"""What tells one list of prompts or resources from another: a digest of what Spaces add to it.

The rest of these lists is the same for everybody for as long as the server runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from mcp import MCPError
from pydantic import BaseModel

from mcpendpoint.protocol.subscriptions import PROMPTS_CHANGED, RESOURCES_CHANGED
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.prompts.of_spaces import prompts_of_spaces
from mcpendpoint.serving.resources.of_spaces import resources_of_spaces, templates_of_spaces
from mcpendpoint.serving.space_parts import with_prompts, with_resources

NOTHING = ""
"""The digest where no Space adds anything."""


@dataclass(frozen=True)
class PartLists:
    prompts: str = NOTHING
    resources: str = NOTHING

    def of(self, method: str) -> str:
        """Return the digest of the list that such a notification is of."""
        return {PROMPTS_CHANGED: self.prompts, RESOURCES_CHANGED: self.resources}[method]


async def part_lists(context: RequestContext) -> PartLists | None:
    """Return None for a failure."""
    try:
        return PartLists(await _prompts(context), await _resources(context))
    except MCPError:
        return None


async def _prompts(context: RequestContext) -> str:
    if not with_prompts(context):
        return NOTHING
    return _digest_of(await prompts_of_spaces(context))


async def _resources(context: RequestContext) -> str:
    if not with_resources(context):
        return NOTHING
    templates = await templates_of_spaces(context)
    return _digest_of([*await resources_of_spaces(context), *templates])


def _digest_of(parts: Iterable[BaseModel]) -> str:
    lines = [part.model_dump_json(by_alias=True) for part in parts]
    return blake2b("\n".join(lines).encode(), digest_size=8).hexdigest() if lines else NOTHING
