"""Says which tools clients refuse that turn schemas into types of their own: a JSON list on stdin.

Run in an environment of its own. Tools as `tools/list` has them; a line for each refusal.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import mcp.types
from google.genai import _mcp_utils
from mcpadapt.smolagents_adapter import SmolAgentsAdapter


def main() -> None:
    smolagents = SmolAgentsAdapter(structured_output=False)
    for definition in json.load(sys.stdin):
        tool = mcp.types.Tool(**definition)
        try_with("google-genai", tool, _mcp_utils.mcp_to_gemini_tool)
        try_with("smolagents", tool, lambda tool: smolagents.adapt(lambda _: None, tool))


def try_with(client: str, tool: mcp.types.Tool, convert: Callable[[Any], object]) -> None:
    try:
        convert(tool)
    except Exception as error:
        print(f"{client} refuses {tool.name}: {type(error).__name__} {str(error)[:300]}")


if __name__ == "__main__":
    main()
