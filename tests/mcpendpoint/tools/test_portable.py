"""Our own tools are such as every client and model takes."""

import pytest

from mcpendpoint.protocol.portable_tools import (
    MAX_DESCRIPTION_CHARS,
    fault_of_name,
    fault_of_schema,
)
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import TOOLS


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_client_and_model_takes_the_tool(tool):
    listed = definition(tool)

    assert fault_of_name(listed.name) is None
    assert fault_of_schema(listed.input_schema) is None
    assert 0 < len(listed.description) <= MAX_DESCRIPTION_CHARS
