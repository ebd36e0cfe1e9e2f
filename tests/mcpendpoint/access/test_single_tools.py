"""Which tools of a Space there are: those that the person ticked, and the URL names."""

from dataclasses import replace

import pytest

from tests.mcpendpoint.access.test_selection import saved, select_for, space


@pytest.mark.parametrize(
    ("query", "ticked", "tools"),
    [
        ("gradio=c/d", None, None),
        ("gradio=c/d:draw", None, {"draw"}),
        ("gradio=c/d:draw,c/d:sing", None, {"draw", "sing"}),
        ("gradio=c/d/draw", None, {"draw"}),
        ("gradio=c/d//draw,c/d:sing", None, {"draw", "sing"}),
        ("gradio=c/d:draw&gradio=C/D:draw", None, {"draw"}),
        ("gradio=c/d:draw,c/d", None, None),
        ("gradio=c/d:draw,C/D", None, None),
        ("gradio=c/d:draw,C/D:sing", None, {"draw", "sing"}),
        ("gradio=c/d,c/d:draw", None, None),
        ("gradio=c%2Fd%3Adraw", None, {"draw"}),
        ("gradio=https://huggingface.co/spaces/c/d", None, None),
        ("gradio=https://huggingface.co/spaces/c/d:draw", None, {"draw"}),
        ("", {"draw", "sing"}, {"draw", "sing"}),
        ("gradio=c/d", {"draw"}, {"draw"}),
        ("gradio=c/d:sing", {"draw"}, set()),
        ("gradio=c/d:draw,c/d:sing", {"draw"}, {"draw"}),
    ],
)
def test_some_tools_of_a_space_are_those_that_are_ticked_and_named(query, ticked, tools):
    spaces = [replace(space("c/d", 1), tools=frozenset(ticked))] if ticked else []

    (choice,) = select_for(query, preferences=saved(spaces=spaces)).spaces

    assert choice.tools == (None if tools is None else frozenset(tools))
