"""Which tools Gradio's MCP server lists and cannot run, whatever it is given. Pure: no I/O.

Found by running each component of tests/standins/space/components.py in 5.28, 5.38, 5.50 and 6.31:

- arguments are checked with jsonschema (`mcp` 1.10 and later), which fails at `"type": {}` (see
  `checkable`) and at references to `$defs` that lie below the property, so at all lists of files,
  gr.Gallery, gr.ImageEditor, gr.MultimodalTextbox, gr.Chatbot, gr.HighlightedText, and gr.Video in
  Gradio 5;
- a URL is made a file only where the way through the schema is the way through the arguments
  (gradio/mcp.py, `convert_strings_to_filedata`), so never within a list;
- a gr.State is missing or in the way (gradio/mcp.py, `insert_empty_state`, `pop_returned_state`).

Gradio's own API runs them all. The last one is for `api_facts` to tell.
"""

from collections.abc import Iterator
from typing import Any

from mcpendpoint.gradio.checkable import is_checkable
from mcpendpoint.gradio.file_places import FilePlaces, is_file, paths_in
from mcpendpoint.gradio.references import find_in

MAX_NODES = 3_000


def can_run(schema: dict[str, Any], places: FilePlaces | None) -> bool:
    """Whether Gradio's MCP server runs a tool of such an input schema, as Gradio wrote it."""
    if not is_checkable(schema) or _has_lost_reference(schema):
        return False
    paths = set(paths_in(places))
    return not paths or paths <= set(_positions(schema, ()))


def _has_lost_reference(schema: dict[str, Any]) -> bool:
    """Whether one that a check meets leads nowhere from the root, from which jsonschema looks."""
    waiting: list[Any] = [schema]
    for _ in range(MAX_NODES):
        if not waiting:
            return False
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        if not isinstance(node, dict):
            continue
        reference = node.get("$ref")
        if isinstance(reference, str) and find_in(schema, reference) is None:
            return True
        waiting.extend(value for name, value in node.items() if name != "$defs")
    return False


def _positions(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield where Gradio expects texts for files (gradio/mcp.py, `simplify_filedata_schema`)."""
    if not isinstance(node, dict):
        return
    if is_file(node):
        yield path
        return
    for name, value in node.items():
        if name == "properties" and "type" in node and isinstance(value, dict):
            for key, part in value.items():
                yield from _positions(part, (*path, key))
        else:
            yield from _positions(value, (*path, f"/{name}"))
