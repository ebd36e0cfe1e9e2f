"""What the list of a person's tools costs their assistants, on the settings page."""

from dataclasses import dataclass

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from mcp import MCPError
from mcp_types import Tool

from accounts.models import User
from accounts.signed_in import for_users_async, render_page
from mcpendpoint.pages.visits import visit_of
from mcpendpoint.serving.tool_lists import definitions_of

BYTES_A_TOKEN = 4
"""About, in English and JSON; each model counts otherwise."""

# What clients take of all servers together.
MANY_TOOLS = 40
"""Cursor warns beyond them."""
MOST_TOOLS = 128
"""VS Code and OpenAI's API refuse a request with more (microsoft/vscode#337428)."""
MANY_TOKENS = 20_000
"""A tenth of a usual context: Claude Code then loads tools only as it finds them by search."""


@dataclass(frozen=True)
class Cost:
    tools: int
    tokens: int

    @property
    def tokens_in_words(self) -> str:
        return f"{self.tokens:,}"

    @property
    def warning(self) -> str:
        """What comes of that in common clients, "" for nothing."""
        if self.tools > MOST_TOOLS:
            return (
                f"VS Code and OpenAI's models refuse more than {MOST_TOOLS} tools, those of all "
                "servers together."
            )
        if self.tokens > MANY_TOKENS:
            return (
                "That is more than a tenth of the context of most models, in each conversation. "
                "Some clients, such as Claude Code, then search for tools instead of knowing them."
            )
        if self.tools > MANY_TOOLS:
            return (
                f"Some clients, such as Cursor, take some {MANY_TOOLS} tools of all servers "
                "together, and models choose worse among many."
            )
        return ""


def cost_of(tools: list[Tool]) -> Cost:
    told = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools]
    tokens = len(orjson.dumps(told)) // BYTES_A_TOKEN
    return Cost(len(tools), round(tokens, -2) or tokens)


@require_GET
@for_users_async
async def cost(request: HttpRequest, user: User) -> HttpResponse:
    context = await visit_of(request, user).context()
    try:
        known: Cost | None = cost_of(await definitions_of(context))
    except MCPError:
        known = None
    return await render_page(request, "mcpendpoint/_list_cost.html", {"cost": known})
