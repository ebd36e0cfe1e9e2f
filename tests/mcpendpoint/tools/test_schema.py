from typing import Literal

import jsonschema
import pytest
from pydantic import Field

from accounts.catalogue import Effect
from mcpendpoint.tools.base import Arguments, Result
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import TOOLS
from mcpendpoint.tools.schema import input_schema, output_schema


class Leaf(Result):
    """Said to programmers."""

    title: str
    default: int | None = None


class Tree(Result):
    one: Leaf | None = None
    many: list[Leaf] = []
    kind: Literal["a", "b"]
    needed: str | None


class Forest(Result):
    trees: list[Tree]


class Question(Arguments):
    title: str = Field(description="What it is called.", max_length=5)
    count: int | None = Field(default=None, ge=1)
    options: list[str] = Field(default=["x"])


def test_arguments_become_a_closed_object_without_noise():
    assert input_schema(Question) == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "What it is called.", "maxLength": 5},
            "count": {"type": "integer", "minimum": 1},
            "options": {"type": "array", "items": {"type": "string"}, "default": ["x"]},
        },
        "required": ["title"],
    }


def test_results_keep_names_that_look_like_keywords_and_what_may_be_null():
    leaf = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "default": {"type": "integer"}},
        "required": ["title"],
    }
    assert output_schema(Tree) == {
        "type": "object",
        "properties": {
            "one": leaf,
            "many": {"type": "array", "items": leaf},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "needed": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["kind", "needed"],
    }


def test_results_are_described_to_some_depth():
    described = output_schema(Forest)["properties"]["trees"]["items"]

    assert described["properties"]["many"] == {"type": "array", "items": {"type": "object"}}
    assert described["properties"]["one"] == {"type": "object"}


@pytest.mark.parametrize("kind", ["a", "b"])
def test_a_result_matches_its_schema(kind):
    result = Tree(kind=kind, needed=None, many=[Leaf(title="t")])

    content = result.to_content()

    assert content == {"kind": kind, "needed": None, "many": [{"title": "t"}]}
    jsonschema.Draft202012Validator(output_schema(Tree)).validate(content)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_definitions_are_valid_in_both_eras(tool):
    defined = definition(tool)

    for schema in (defined.input_schema, defined.output_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    assert "additionalProperties" not in defined.input_schema
    assert defined.title
    assert len(defined.name) <= 64


WITH_A_GRAMMAR = {"hf_fs": 2_500, "hf_fs_write": 750}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_argument_is_explained_in_few_words(tool):
    defined = definition(tool)

    for name, schema in defined.input_schema["properties"].items():
        assert schema.get("description"), name
        assert len(schema["description"]) < 200
    assert len(defined.description) < WITH_A_GRAMMAR.get(tool.name, 500)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_tools_say_whether_they_only_read(tool):
    annotations = definition(tool).annotations

    is_keeping = tool.name == "upload_file"
    assert annotations.read_only_hint is (tool.effects == {Effect.READ} and not is_keeping)
    assert annotations.destructive_hint is tool.is_destructive
    assert not (annotations.read_only_hint and annotations.destructive_hint)
    assert annotations.open_world_hint is (tool.name != "hf_whoami")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_that_changes_something_is_for_those_who_signed_in_and_chose_it(tool):
    if tool.effects != {Effect.READ}:
        assert tool.needs_sign_in
        assert not tool.is_default
