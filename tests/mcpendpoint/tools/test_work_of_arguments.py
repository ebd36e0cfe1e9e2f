"""However much is put into arguments, reading and refusing it stops others for a moment only."""

import gc
import time

import orjson
import pytest
from pydantic import ValidationError

from mcpendpoint.protocol.json_text import MAX_VALUES, NotJson, loads
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.hf_fs.tool import FsArguments
from mcpendpoint.tools.invalid_arguments import invalid_arguments
from mcpendpoint.tools.registry import TOOLS

MAX_SECONDS = 0.2
"""Of processor time: ten times what it takes, a fifth of what it took before it was bounded."""
VALUES = MAX_VALUES - 100
HOSTILE = {
    "numbers": [1] * VALUES,
    "texts": [""] * VALUES,
    "lists": [[]] * (VALUES // 2),
    "objects": [{}] * (VALUES // 2),
    "names": {f"n{index}": 1 for index in range(VALUES)},
    "pairs": ["A=1"] * VALUES,
    "commas": "a," * 490_000,
    "line": "ls " + "a " * 490_000,
    "quotations": "'\" " * 300_000,
    "JSON": "[" + "[]," * 320_000 + "[]]",
    "pairs in JSON": '{"a":' * 180_000,
    "Python": "[" + "'a'," * 240_000 + "]",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_any_argument_is_read_or_refused_in_a_moment(tool, kind):
    given = dict.fromkeys(tool.arguments.model_fields, HOSTILE[kind])

    assert seconds_for(tool.arguments, tool.name, given) < MAX_SECONDS
    if kind == "names":
        assert seconds_for(tool.arguments, tool.name, HOSTILE[kind]) < MAX_SECONDS


def seconds_for(model, name, given):
    gc.disable()  # it would look through all that other tests have left
    started = time.thread_time()
    try:
        model.model_validate(given)
    except ValidationError as error:
        assert isinstance(invalid_arguments(name, model, error), ToolError)
    finally:
        gc.enable()
    return time.thread_time() - started


@pytest.mark.parametrize("items", [b"[],", b'"",', b"1,", b'{"a":1},'])
def test_a_body_of_too_many_values_is_refused(items):
    with pytest.raises(NotJson, match="50,000 values"):
        loads(b"[" + items * (MAX_VALUES + 1) + b"1]")


@pytest.mark.parametrize("text", ["a,b,c\n" * 100_000, '{"a": [1, 2]}\n' * 60_000, "\\," * 300_000])
def test_a_text_may_hold_whatever_it_likes(text):
    assert loads(orjson.dumps([text])) == [text]


def test_a_long_line_with_a_file_in_it_is_still_split():
    line = f"cat hf://models/a/b/{'x' * 20_000} --offset 5"

    (operation,) = FsArguments.model_validate({"operations": [line]}).operations

    assert operation.args[1:] == ["--offset", "5"]
