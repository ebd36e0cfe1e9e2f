"""dynamic_space at Spaces that show themselves otherwise from one moment to the next."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.dynamic_space.arguments import DynamicSpaceArguments
from mcpendpoint.tools.dynamic_space.running import consequence_of, invoke
from mcpendpoint.tools.dynamic_space.spaces import LookedAt, ToolOfSpace

GREET = ToolOfSpace("greet", "Greets.", {"type": "object"}, "{}", version="1")
RUN = DynamicSpaceArguments(operation="invoke", space_name="acme/one", tool="greet")


@dataclass
class Changing:
    """What serving hands over, for a Space that is each time as the next of these."""

    shown: list[tuple[ToolOfSpace, ...]]
    ran: list[str] = field(default_factory=list)

    async def look(self, space_id: str) -> LookedAt:
        return LookedAt(space_id, self.shown.pop(0), None)

    async def run(self, space_id: str, tool: ToolOfSpace, arguments: dict[str, Any]) -> Any:
        self.ran.append(tool.name)


@dataclass
class Context:
    spaces: Changing
    approved_state: str | None = None

    async def hub(self) -> None:
        return None


@pytest.mark.parametrize(
    "before", [(), (ToolOfSpace("greet", "Other.", {}, "{}", version="0"),)], ids=["none", "other"]
)
async def test_tool_that_nobody_was_asked_about_as_it_is_is_not_run(before):
    context = Context(Changing([before, (GREET,)]))
    asked = await consequence_of(RUN).look_closer(context)
    context.approved_state = asked.state if asked else ""  # as serving does once it is approved

    with pytest.raises(ToolError, match="otherwise than when the person was to be asked"):
        await invoke(RUN, context)

    assert context.spaces.ran == []
