"""What the definitions of the tools cost a model, before it has asked for anything."""

import json

from tests.parity.servers import Both, Server

MOST = 0.6
"""Of the reference's bytes."""


def size_of_definitions(server: Server) -> int:
    tools = server.result("tools/list", {})["tools"]
    return sum(len(json.dumps(tool, ensure_ascii=False).encode()) for tool in tools)


def test_the_definitions_that_nobody_chose_are_much_shorter(both: Both):
    ours = size_of_definitions(both.ours)

    assert 0 < ours < MOST * size_of_definitions(both.reference)
