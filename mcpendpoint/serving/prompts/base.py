"""What a prompt is: a name, pydantic models of its arguments, a function that writes the message.

It raises ToolError with a message that a person can act on.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import mcp_types

from mcpendpoint.serving.completion.completers import Completer
from mcpendpoint.tools.base import Arguments, ToolContext

ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


@dataclass(frozen=True)
class Prompt(Generic[ArgumentsT]):
    name: str
    title: str
    description: str
    arguments: type[ArgumentsT]
    """All are texts: the protocol has no others."""
    write: Callable[[ArgumentsT, ToolContext], Awaitable[str]]
    """Returns the user's message."""
    completers: Mapping[str, Completer] = field(default_factory=dict)

    def definition(self) -> mcp_types.Prompt:
        return mcp_types.Prompt(
            name=self.name,
            title=self.title,
            description=self.description,
            arguments=[
                mcp_types.PromptArgument(
                    name=name, description=info.description, required=info.is_required()
                )
                for name, info in self.arguments.model_fields.items()
            ],
        )
