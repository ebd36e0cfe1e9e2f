"""What is given to a Space's tool is looked at before it leaves."""

import json

import pytest

from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.given_arguments import example_call, read_arguments
from mcpendpoint.protocol.portable_tools import ANY_BUT_LISTS, ANYTHING
from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.gradio.test_spaces import MAKER, call, find

SCHEMA = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "maxLength": 10},
        "steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20},
        "style": {"type": "string", "enum": ["oil", "ink"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "seed": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "loud": {"type": "boolean"},
    },
    "required": ["prompt", "style"],
}
GOOD = {"prompt": "a cat", "style": "ink"}


def read(**given):
    return read_arguments("gr1_draw", SCHEMA, {**GOOD, **given})


def test_what_is_right_stays_as_it_is():
    given = {**GOOD, "steps": 5, "tags": ["x"], "seed": None, "loud": True, "unknown": {"a": 1}}

    assert read(**given) == given


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"steps": "5"}, {"steps": 5}),
        ({"tags": '["a", "b"]'}, {"tags": ["a", "b"]}),
        ({"seed": "1.5"}, {"seed": 1.5}),
        ({"loud": "true"}, {"loud": True}),
        ({"prompt": 7}, {"prompt": "7"}),
        ({"steps": None, "loud": None}, {}),
    ],
)
def test_what_is_meant_is_taken_as_it_is_meant(given, meant):
    assert read(**given) == {**GOOD, **meant}


@pytest.mark.parametrize(
    ("given", "reason", "more"),
    [
        ({"steps": 99}, "steps: This should be 50 or less.", {"steps": 20}),
        ({"steps": "many"}, "steps: This should be a whole number.", {"steps": 20}),
        ({"style": "wax"}, "style: This should be one of: oil, ink", {}),
        ({"prompt": "x" * 11}, "prompt: This has 11 characters, and may have 10.", {}),
        ({"tags": ["x", 5]}, "tags[2]: This should be a text.", {"tags": ["text"]}),
        ({"seed": "much"}, "seed: This should be a number or null.", {"seed": 1}),
        ({"prompt": None}, "prompt: This should be a text.", {}),
    ],
)
def test_what_is_wrong_is_refused_with_the_reason_and_a_right_example(given, reason, more):
    """The example has what is required, and what was wrong as it would be right."""
    with pytest.raises(SpaceError) as refused:
        read(**given)

    assert reason in str(refused.value)
    right = json.loads(str(refused.value).partition("Right: ")[2])
    assert right == {"prompt": "text", "style": "oil", **more}
    assert read(**right) == right


@pytest.mark.parametrize(
    ("said", "example"),
    [
        ({"type": "string", "default": "a cat"}, "a cat"),
        ({"type": "string", "default": ""}, "text"),
        ({"type": "string", "enum": ["oil", "ink"], "default": "wax"}, "oil"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "minLength": 6}, "text text"),
        ({"type": "string", "format": "date-time"}, "2026-01-31T12:00:00Z"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "number", "exclusiveMinimum": 3}, 4),
        ({"type": "boolean"}, True),
        ({"type": "array", "items": {"enum": ["a"]}, "minItems": 2}, ["a", "a"]),
        ({"anyOf": [{"type": "null"}, {"type": "string", "enum": ["x"]}]}, "x"),
    ],
)
def test_an_example_is_of_what_the_space_says(said, example):
    schema = {"type": "object", "properties": {"a": said}, "required": ["a"]}

    assert json.loads(example_call(schema)) == {"a": example}
    assert read_arguments("gr1_x", schema, {"a": example}) == {"a": example}


def test_a_tool_without_arguments_is_said_to_take_none():
    with pytest.raises(SpaceError) as refused:
        read_arguments("gr1_x", {"type": "object", "properties": {}, "maxProperties": 0}, {"a": 1})

    assert "It takes no arguments." in str(refused.value)
    assert "Right" not in str(refused.value)


def test_all_that_is_missing_is_said_at_once():
    with pytest.raises(SpaceError, match="prompt: This is needed. style: This is needed."):
        read_arguments("gr1_draw", SCHEMA, {})


def test_an_error_repeats_nothing_that_was_given():
    with pytest.raises(SpaceError) as refused:
        read(prompt="my secret words", steps="my secret words")

    assert "secret" not in str(refused.value)


@pytest.mark.timeout(10)
def test_a_strangers_pattern_costs_no_time():
    properties = {"text": {"type": "string", "pattern": "^(a+)+$"}}
    given = {"text": "a" * 60 + "!"}

    assert read_arguments("gr1_x", {"type": "object", "properties": properties}, given) == given


@pytest.mark.timeout(10)
def test_alternatives_and_values_do_not_multiply():
    odd = [
        {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
        for name in map("k{}".format, range(19))
    ]
    items = {"anyOf": [*odd, {"type": "integer"}]}
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": items}}}
    given = {"a": [*[1] * 45_000, *({} for _ in range(45_000))]}

    assert read_arguments("gr1_x", schema, given) == given


@pytest.mark.parametrize("value", [None, [[[1]]], [None, 1], {"a": None}, {"a": [[1, [2]]]}])
@pytest.mark.parametrize(
    "anything",
    [
        {"anyOf": ANYTHING, "description": "Any."},
        {"type": "object", "additionalProperties": {"anyOf": ANYTHING}},
        {"type": "array", "items": {"anyOf": ANY_BUT_LISTS}},
    ],
)
def test_what_may_be_anything_may_be_so_within(anything, value):
    schema = {"type": "object", "properties": {"x": anything}, "required": ["x"]}
    kind = {"object": dict, "array": list}.get(anything.get("type", ""), object)
    if isinstance(value, kind):
        assert read_arguments("gr1_x", schema, {"x": value}) == {"x": value}
    else:
        with pytest.raises(SpaceError):
            read_arguments("gr1_x", schema, {"x": value})


@pytest.mark.parametrize("odd", ["\ud800", 10**30, 10**400, 1.5])
def test_defaults_that_no_json_of_ours_takes_are_shown_all_the_same(odd):
    properties = {"a": {"type": "number", "default": odd}, "b": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": ["a", "b"]}

    with pytest.raises(SpaceError, match="b: This is needed"):
        read_arguments("gr1_x", schema, {"a": 1})


def test_a_number_may_be_larger_than_any_float():
    properties = {"n": {"type": "number", "multipleOf": 0.1}}
    schema = {"type": "object", "properties": properties}

    assert read_arguments("gr1_x", schema, {"n": 10**400}) == {"n": 10**400}


async def test_what_is_wrong_is_not_sent_to_the_space(spaces):
    tool = await find(MAKER, "greet")
    asked = len(spaces.asked("acme-image-maker"))

    with pytest.raises(ToolError, match="name: This is needed."):
        await call(MAKER, "greet", {})

    assert tool.name == "gr1_greet"
    assert len(spaces.asked("acme-image-maker")) == asked
