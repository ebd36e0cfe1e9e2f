"""LangChain's client on version 1 of the Python SDK: makes calls, one after the other.

Run in an environment of its own (tests/virtualenvs.py). Reads JSON: `connection`, as LangChain has
it; `calls`, each a tool with its arguments and perhaps `leave`, to cancel it at its first progress;
and `is_one_session`, False for LangChain's usual way, a session for each call. Prints JSON: the
names of the tools, and what came of each call.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from langchain_core.tools import BaseTool
from langchain_mcp_adapters.callbacks import Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from mcp import ClientSession
from mcp.types import CancelledNotification, CancelledNotificationParams, ClientNotification

SECONDS = 60


@dataclass
class Visit:
    session: ClientSession | None
    tools: dict[str, BaseTool] = field(default_factory=dict)
    progress: list[float] = field(default_factory=list)
    progressed: asyncio.Event = field(default_factory=asyncio.Event)

    async def note(self, progress: float, *_rest: object) -> None:
        self.progress.append(progress)
        self.progressed.set()

    async def call(self, name: str, arguments: dict[str, Any], leave: bool = False) -> object:
        self.progress.clear()
        self.progressed.clear()
        call = {"type": "tool_call", "id": "1", "name": name, "args": arguments}
        task = asyncio.create_task(self.tool(name).ainvoke(call))
        async with asyncio.timeout(SECONDS):
            if leave:
                await self.leave(task)
                return {"status": "left"}
            try:
                message = await task
            except Exception as error:
                return {"status": "raised", "text": repr(error)}
        text = "".join(block.get("text", "") for block in message.content)
        return {"status": message.status, "text": text, "progress": list(self.progress)}

    def tool(self, name: str) -> BaseTool:
        """Find a tool by its name, or a Space's by its name there."""
        (found,) = [tool for own, tool in self.tools.items() if f"_{own}".endswith(f"_{name}")]
        return found

    async def leave(self, task: asyncio.Task[Any]) -> None:
        await self.progressed.wait()
        task.cancel()
        assert self.session
        # The SDK itself says nothing. A host that does reads the id in the same place.
        last = self.session._request_id - 1
        params = CancelledNotificationParams(requestId=last, reason="The person pressed Stop.")
        await self.session.send_notification(
            ClientNotification(
                CancelledNotification(method="notifications/cancelled", params=params)
            )
        )


async def main() -> None:
    asked = json.load(sys.stdin)
    visit = Visit(None)
    client = MultiServerMCPClient(
        {"hf": asked["connection"]},
        callbacks=Callbacks(on_progress=visit.note),
    )
    async with AsyncExitStack() as stack:
        if asked["is_one_session"]:
            visit.session = await stack.enter_async_context(client.session("hf"))
            tools = await load_mcp_tools(visit.session, callbacks=client.callbacks)
        else:
            tools = await client.get_tools()
        visit.tools = {tool.name: tool for tool in tools}
        results = [await visit.call(**call) for call in asked["calls"]]
    print(json.dumps({"tools": list(visit.tools), "results": results}))


if __name__ == "__main__":
    asyncio.run(main())
