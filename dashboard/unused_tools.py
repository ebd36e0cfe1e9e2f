"""Built-in tools that nobody called, with what each costs whoever has it in their list."""

from functools import cache

from django.conf import settings

from dashboard.models import ToolCount
from dashboard.periods import counted
from dashboard.ranges import Range
from dashboard.tables import Cell, Column, Table, number, row
from mcpendpoint.pages.list_cost import cost_of
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import TOOLS, by_name


def unused_tools(shown: Range) -> Table:
    called = set(
        counted(ToolCount, shown)
        .filter(space_id="", tool__in=by_name)
        .values_list("tool", flat=True)
        .distinct()
    )
    offered = [tool for tool in TOOLS if tool.name not in settings.DISABLE_TOOLS]
    unused = [tool for tool in offered if tool.name not in called]
    return Table(
        "unused",
        "Built-in tools that nobody called",
        (Column("Tool"), Column("Title"), Column("Tokens in a list, about", "number")),
        tuple(
            row(tool.name, (Cell(tool.title), number(_tokens(tool.name))))
            for tool in sorted(unused, key=lambda tool: (-_tokens(tool.name), tool.name))
        ),
        len(unused),
        empty="Every one was called.",
    )


@cache
def _tokens(name: str) -> int:
    return cost_of([definition(by_name[name])]).tokens
