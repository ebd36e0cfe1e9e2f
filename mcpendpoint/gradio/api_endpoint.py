"""A function of an app, as Gradio's own API calls it. Pure: no I/O."""

from dataclasses import dataclass, field
from typing import Any

from mcpendpoint.gradio.file_places import FilePlaces


@dataclass(frozen=True)
class ApiEndpoint:
    """How a function is called."""

    name: str
    """Without the slash before it."""
    parameters: tuple[str, ...]
    defaults: dict[str, Any] = field(default_factory=dict)
    slots: tuple[bool, ...] = ()
    """Of each of the function's inputs whether a parameter is for it; () if that is not known."""
    hidden: frozenset[int] = frozenset()
    """The outputs that are the server's own, by their places."""
    index: int | None = None
    places: FilePlaces | None = None

    def in_order(self, arguments: dict[str, Any]) -> list[Any]:
        """Return what stands for each input."""
        values = [arguments.get(name, self.defaults.get(name)) for name in self.parameters]
        if sum(self.slots) != len(values):
            return values
        given = iter(values)
        return [next(given) if is_given else None for is_given in self.slots]
