"""From a schema to the form of its arguments, and from what was typed to a call."""

import time

import pytest

from mcpendpoint.gradio.mending import FILE_HINT
from mcpendpoint.pages.trying.reading import Given, empty_form, read_form, shown_again
from mcpendpoint.pages.trying.shapes import (
    FIRST_ROWS,
    MAX_CONTROLS,
    MAX_FIELDS,
    MAX_ROWS,
    Kind,
    shape_of,
)
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import TOOLS

FILE = {"type": "string", "description": f"A picture. {FILE_HINT}"}


def of(*required, **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


def kinds(schema):
    return {part.label: part.kind for part in shape_of(schema).parts}


def read(schema, files=None, refused=None, **typed):
    """Read a form that was sent by a browser, which sends all there is but ticks that are not."""
    texts = {
        f"arg.{name.replace('__', '.')}": [v] if isinstance(v, str) else v
        for name, v in typed.items()
    }
    return read_form(shape_of(schema), Given(texts, files or {}, refused or {}))


def arguments(schema, **typed):
    reading = read(schema, **typed)
    assert reading.faults == []
    return reading.arguments


def faults(schema, **typed):
    return {fault.shape.label: fault.fault for fault in read(schema, **typed).faults}


def test_each_type_has_a_field_of_its_own():
    schema = of(
        query={"type": "string", "maxLength": 200},
        prompt={"type": "string"},
        essay={"type": "string", "maxLength": 5_000},
        steps={"type": "integer"},
        private={"type": "boolean"},
        loud={"type": "boolean", "default": True},
        sort={"type": "string", "enum": ["likes", "downloads"]},
        kinds={"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        tags={"type": "array", "items": {"type": "string"}},
        options={"type": "object"},
        place={"type": "object", "properties": {"x": {"type": "number"}}},
        rows={"type": "array", "items": of(x={"type": "number"})},
        cells={"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        either={"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        picture=FILE,
        pictures={"type": "array", "items": FILE},
    )

    assert kinds(schema) == {
        "query": Kind.TEXT,
        "prompt": Kind.LONG,
        "essay": Kind.LONG,
        "steps": Kind.NUMBER,
        "private": Kind.YES_NO,
        "loud": Kind.TICK,
        "sort": Kind.CHOICE,
        "kinds": Kind.TICKS,
        "tags": Kind.LINES,
        "options": Kind.JSON,
        "place": Kind.GROUP,
        "rows": Kind.ROWS,
        "cells": Kind.JSON,
        "either": Kind.EITHER,
        "picture": Kind.FILE,
        "pictures": Kind.FILES,
    }


def test_what_may_be_null_has_the_field_of_what_it_is_otherwise():
    nullable = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None}
    schema = of(n=nullable)

    assert kinds(schema) == {"n": Kind.NUMBER}
    assert arguments(schema, n="3") == {"n": 3}
    assert arguments(schema, n="") == {}
    assert arguments(of("n", n=nullable), n="") == {"n": None}
    assert faults(schema, n="0") == {"n": "This should be 1 or more."}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_built_in_tool_has_a_form_with_fields(tool):
    form = empty_form(shape_of(definition(tool).input_schema))

    assert form.shape.kind is Kind.GROUP
    assert {part.shape.kind for part in form.parts} <= {*Kind} - {Kind.EITHER}


def test_what_is_needed_comes_first_and_is_missed():
    schema = of("b", a={"type": "string"}, b={"type": "string"})

    assert list(kinds(schema)) == ["b", "a"]
    assert faults(schema, a="", b="") == {"b": "This is needed."}


@pytest.mark.parametrize(
    ("schema", "typed", "fault"),
    [
        ({"type": "integer"}, "many", "This should be a number, such as 3 or 0.5."),
        ({"type": "integer"}, "1.5", "This should be a whole number."),
        ({"type": "number"}, "1e999", "This number is too large."),
        ({"type": "number"}, "nan", "This should be a number, such as 3 or 0.5."),
        ({"type": "integer"}, "9" * 30, "This should be a whole number."),
        ({"type": "number", "maximum": 2}, "2.5", "This should be 2 or less."),
        ({"type": "number", "exclusiveMinimum": 0}, "0", "This should be more than 0."),
        ({"type": "integer", "multipleOf": 8}, "12", "This should be a multiple of 8."),
        ({"type": "string", "enum": ["a", "b"]}, "c", "This should be one of: a, b"),
        ({"type": "string", "minLength": 3}, "ab", "This should have 3 characters or more."),
        ({"type": "string", "maxLength": 1}, "ab", "This has 2 characters, and may have 1."),
        ({"type": "object"}, "[1]", "This should be an object."),
        ({"type": "object"}, "{", "This is not valid JSON, at line 1, column 2."),
        (of("x", x={"type": "number"}) | {"properties": {}}, "{}", "x: This is needed."),
        (
            {"type": "array", "items": {"type": "integer"}},
            "1\ntwo",
            "This should be a number, such as 3 or 0.5.",
        ),
        (
            {"type": "array", "items": {"type": "string"}, "maxItems": 1},
            "a\nb",
            "This has 2 items, and may have 1.",
        ),
        (
            {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            '[[1], ["x"]]',
            "[2][1]: This should be a number.",
        ),
        (
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "a\na",
            "Each item may be there once only.",
        ),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(schema, typed, fault):
    reading = read(of("v", v=schema), v=typed)

    (found,) = reading.faults
    assert found.fault == fault
    assert found.text == typed


@pytest.mark.parametrize(
    ("schema", "typed", "value"),
    [
        ({"type": "integer"}, " 12 ", 12),
        ({"type": "integer"}, "1e3", 1000),
        ({"type": "number"}, "\N{MINUS SIGN}0.5", -0.5),
        ({"type": "string"}, "two\r\nlines", "two\nlines"),
        ({"type": "boolean"}, "no", False),
        ({"type": "array", "items": {"type": "string"}}, "a b\r\n\r\n c ", ["a b", "c"]),
        ({"type": "array", "items": {"type": "string"}}, '["a\\nb"]', ["a\nb"]),
        ({"type": "array", "items": {"type": "string"}}, "[INST] x", ["[INST] x"]),
        ({"type": "array", "items": {"type": "integer"}}, "1\n2", [1, 2]),
        ({"type": "object"}, '{"a": [1]}', {"a": [1]}),
    ],
)
def test_what_is_typed_becomes_the_value(schema, typed, value):
    assert arguments(of(v=schema), v=typed) == {"v": value}


def test_an_argument_of_several_types_is_of_the_type_that_is_chosen():
    schema = of(v={"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "object"}]})

    assert arguments(schema, **{"v": "5", "v~kind": "string"}) == {"v": "5"}
    assert arguments(schema, **{"v": "5", "v~kind": "integer"}) == {"v": 5}
    assert arguments(schema, **{"v": "{}", "v~kind": "object"}) == {"v": {}}
    assert faults(schema, **{"v": "[]", "v~kind": "array"}) == {
        "v": "This should be a text or a whole number or an object."
    }


def test_defaults_stand_in_the_form_and_are_sent_as_they_stand():
    schema = of(
        n={"type": "integer", "default": 20},
        loud={"type": "boolean", "default": True},
        kinds={"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "default": ["a"]},
        tags={"type": "array", "items": {"type": "string"}, "default": ["x", "y"]},
    )
    n, loud, kinds_, tags = empty_form(shape_of(schema)).parts

    assert (n.text, loud.is_ticked, tags.text) == ("20", True, "x\ny")
    assert [option.is_chosen for option in kinds_.options] == [True, False]
    there = {"loud~there": "1", "kinds~there": "1"}
    assert arguments(schema, n="20", tags="x\ny", **there) == {
        "n": 20,
        "loud": False,
        "kinds": [],
        "tags": ["x", "y"],
    }


def test_an_object_that_is_not_needed_is_left_out_when_nothing_is_typed():
    schema = of(place=of("x", x={"type": "number"}, y={"type": "number", "default": 1}))

    assert arguments(schema, place__x="", place__y="1") == {}
    assert arguments(schema, place__x="2", place__y="1") == {"place": {"x": 2, "y": 1}}
    assert faults(schema, place__x="", place__y="3") == {"x": "This is needed."}


def test_rows_that_are_empty_are_left_out():
    schema = of(
        "rows", rows={"type": "array", "items": of("cmd", cmd={"type": "string"}), "minItems": 1}
    )

    two = {"rows~rows": "2", "rows__0__cmd": "ls", "rows__1__cmd": ""}
    assert arguments(schema, **two) == {"rows": [{"cmd": "ls"}]}
    assert faults(schema, **two | {"rows__0__cmd": ""}) == {"cmd": "This is needed."}


def test_a_row_is_added_and_what_was_typed_stays():
    shape = shape_of(of(rows={"type": "array", "items": of(cmd={"type": "string"})}))
    given = Given({"arg.rows~rows": ["1"], "arg.rows.0.cmd": ["ls"]})

    (rows,) = shown_again(shape, given, "arg.rows").parts

    assert [row[0].text for row in rows.rows] == ["ls", ""]


def test_no_more_rows_are_made_than_somebody_may_mean():
    shape = shape_of(of(rows={"type": "array", "items": of(cmd={"type": "string"})}))

    (rows,) = shown_again(shape, Given({"arg.rows~rows": ["999"]}), "arg.rows").parts

    assert len(rows.rows) == MAX_ROWS
    assert not rows.has_room


def test_a_file_takes_the_place_of_an_address():
    schema = of("picture", picture=FILE, pictures={"type": "array", "items": FILE})
    files = {"arg.picture": ["data:image/png;base64,AA=="], "arg.pictures": ["data:,b"]}

    reading = read(schema, files, picture="", pictures="https://example.org/a.png")

    assert reading.faults == []
    assert reading.arguments == {
        "picture": "data:image/png;base64,AA==",
        "pictures": ["https://example.org/a.png", "data:,b"],
    }


def test_a_file_that_is_refused_is_said_beside_its_field():
    reading = read(of(picture=FILE), refused={"arg.picture": "Too large."}, picture="")

    assert [fault.fault for fault in reading.faults] == ["Too large."]


def test_more_arguments_than_a_form_has_room_for_are_one_text_of_json():
    names = {f"a{number}": {"type": "integer"} for number in range(MAX_FIELDS + 1)}
    shape = shape_of(of("a0", **names))

    reading = read_form(shape, Given({"arg": ['{"a0": 1}']}))

    assert shape.kind is Kind.JSON
    assert (reading.faults, reading.arguments) == ([], {"a0": 1})
    (fault,) = read_form(shape, Given({"arg": ['{"a0": "x"}']})).faults
    assert fault.fault == "a0: This should be a whole number."


def test_objects_in_objects_end_in_a_text_of_json():
    schema = {"type": "integer"}
    for _ in range(8):
        schema = of(inner=schema)
    shape = shape_of(schema)
    depth = 0
    while shape.kind is Kind.GROUP:
        (shape,) = shape.parts
        depth += 1

    assert depth == 4
    assert shape.kind is Kind.JSON


def test_rows_within_rows_are_a_text_of_json():
    inner = {"type": "array", "items": of(x={"type": "number"}), "minItems": 30}
    schema = of(rows={"type": "array", "items": of(inner=inner), "minItems": 30})

    (rows,) = empty_form(shape_of(schema)).parts

    assert len(rows.rows) == FIRST_ROWS
    assert {part.shape.kind for row in rows.rows for part in row} == {Kind.JSON}


def test_rows_with_many_fields_are_few():
    names = {f"a{number}": {"type": "string"} for number in range(50)}
    shape = shape_of(of(rows={"type": "array", "items": of(**names)}))

    (rows,) = shown_again(shape, Given({"arg.rows~rows": ["30"]})).parts

    assert sum(map(len, rows.rows)) <= MAX_CONTROLS


def test_a_schema_that_is_made_to_take_long_takes_no_time():
    schema = {"type": "number"}
    for _ in range(5):
        schema = {"anyOf": [{"type": "array", "items": schema}] * 8}
    value = "[" * 4 + ",".join(['["x"]'] * 2_000) + "]" * 4

    began = time.perf_counter()
    read(of(v=schema), **{"v": value, "v~kind": "array"})

    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("typed", ["[" * 900 + "]" * 900, "[" + "0," * 60_000 + "0]", '"\\ud800"'])
def test_json_that_is_hostile_is_refused_or_read(typed):
    reading = read(of(v={"type": "object"}), v=typed)

    assert len(reading.faults) == 1
