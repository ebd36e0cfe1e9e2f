"""When a tool counts as another one, and what is told of the difference."""

import copy

import pytest

from mcpendpoint.gradio.definitions import define, difference, fingerprint, is_growth
from mcpendpoint.gradio.schema import parse_schema

TOOL = {
    "name": "greet",
    "description": "Greet somebody.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "style": {"type": "string", "enum": ["kind", "cool"], "default": "kind"},
        },
        "required": ["name"],
    },
}


def said(**changes):
    return {"own_name": "greet", "_meta": {}, **copy.deepcopy(TOOL), **changes}


def with_parameter(name, **schema):
    changed = copy.deepcopy(TOOL["inputSchema"])
    changed["properties"][name] = schema
    return said(inputSchema=changed)


GREW = [
    with_parameter("title", type="string"),
    with_parameter("style", type="string", enum=["kind", "cool", "wild"], default="kind"),
]
CHANGED = [
    said(description="Greet somebody. "),
    said(name="greet2"),
    said(own_name="_lambda_1"),
    said(_meta={"ui": {"resourceUri": "ui://x"}}),
    said(inputSchema={**TOOL["inputSchema"], "required": []}),
    said(inputSchema={**TOOL["inputSchema"], "required": ["name", "style"]}),
    said(inputSchema={**TOOL["inputSchema"], "additionalProperties": False}),
    with_parameter("style", type="string", enum=["kind"], default="kind"),
    with_parameter("style", type="string", enum=["kind", "cool", "wild"], default="wild"),
    with_parameter("name", type="string", description="Whom"),
    with_parameter("name", type="string", description="a" * 100_000),
    said(inputSchema={"type": "object", "properties": {}}),
]


@pytest.mark.parametrize("other", GREW + CHANGED)
def test_whatever_is_said_otherwise_makes_another_fingerprint(other):
    assert fingerprint(other) != fingerprint(said())
    assert define(other) != define(said())


def test_the_order_of_keys_is_nothing():
    schema = TOOL["inputSchema"]
    turned = {key: schema[key] for key in reversed(schema)}
    turned["properties"] = {
        key: schema["properties"][key] for key in reversed(schema["properties"])
    }

    assert fingerprint(said(inputSchema=turned)) == fingerprint(said())


def test_both_forms_of_a_schema_have_one_fingerprint():
    (one,) = parse_schema([TOOL]).tools
    (other,) = parse_schema(
        {"greet": {**TOOL["inputSchema"], "description": TOOL["description"]}}
    ).tools

    assert one.pin == other.pin


@pytest.mark.parametrize("other", GREW)
def test_more_that_may_be_left_out_is_growth(other):
    assert is_growth(define(said()), define(other))
    assert not is_growth(define(other), define(said()))


@pytest.mark.parametrize("other", CHANGED)
def test_all_else_is_none(other):
    assert not is_growth(define(said()), define(other))


def test_what_is_cut_differs_beyond_the_cut():
    one, other = (said(description="a" * 100_000 + end) for end in "xy")

    assert define(one)["description"] != define(other)["description"]
    assert len(define(one)["description"]) < 10_000


def test_a_difference_shows_hidden_characters_and_what_is_required():
    shown = difference(define(said()), define(said(description="Greet somebody.\u202e")))

    assert shown.has_other_description
    assert shown.description_after == "Greet somebody.⟨U+202E⟩"
    optional = said(inputSchema={**TOOL["inputSchema"], "required": []})
    [changed] = difference(define(said()), define(optional)).changed
    assert (changed.name, changed.before[-10:]) == ("name", "(required)")
    assert changed.after.endswith("(may be left out)")


def test_many_parameters_are_bounded_and_still_differ():
    def many(last):
        properties = {f"p{n}": {"type": "string"} for n in range(300)}
        return said(inputSchema={"type": "object", "properties": {**properties, "p299": last}})

    one, other = define(many({"type": "string"})), define(many({"type": "number"}))

    assert len(one["parameters"]) == 100
    assert difference(one, other).has_more
    assert not is_growth(one, other)


@pytest.mark.parametrize("description", [None, 7, ["a"], {"a": 1}, "\0", "a\0b\u200b"])
def test_an_odd_description_spoils_no_tool(description):
    deep = []
    for _ in range(2_000):
        deep = [deep]
    odd = {**TOOL, "name": "odd", "description": description}

    parsed = parse_schema([TOOL, odd, {**odd, "name": "deep", "description": deep}])

    assert [tool.name for tool in parsed.tools] == ["greet", "odd", "deep"]
    assert "\0" not in str(parsed.tools[1].definition)


def test_another_view_makes_it_another_tool_that_did_not_just_grow():
    def with_view(uri):
        (tool,) = parse_schema([{**TOOL, "_meta": {"ui": {"resourceUri": uri}}}]).tools
        return tool

    (bare,) = parse_schema([TOOL]).tools
    one, other = with_view("ui://a"), with_view("ui://b")

    assert len({bare.pin, one.pin, other.pin}) == 3
    assert not is_growth(bare.definition, one.definition)
    assert difference(one.definition, other.definition).has_more
