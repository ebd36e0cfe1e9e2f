"""Where the arguments of a tool hold files, in schemas as Gradio writes them."""

import pytest

from mcpendpoint.gradio.file_places import files_in, places_in, with_files
from tests.mcpendpoint.gradio.test_mending import FILE, FILE_DEFS, REFERRED_FILE

TEXT = {"type": "string"}
MANY = {"$defs": FILE_DEFS, "items": REFERRED_FILE, "type": "array"}
NESTED = {
    "type": "object",
    "properties": {"background": FILE, "layers": {"type": "array", "items": FILE}, "note": TEXT},
}


def places(**properties):
    return places_in({"type": "object", "properties": properties})


def changed(found, **arguments):
    return with_files(arguments, found, str.upper)


def test_only_files_are_looked_at():
    found = places(photo=FILE, prompt=TEXT)

    assert list(files_in({"photo": "a", "prompt": "b", "other": "c"}, found)) == ["a"]
    assert changed(found, photo="a", prompt="b") == {"photo": "A", "prompt": "b"}


def test_lists_of_files_are_and_what_is_within_objects():
    found = places(many=MANY, drawing=NESTED)
    drawing = {"background": "a", "layers": ["b", "c"], "note": "d"}

    assert changed(found, many=["x", "y"], drawing=drawing) == {
        "many": ["X", "Y"],
        "drawing": {"background": "A", "layers": ["B", "C"], "note": "d"},
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [FILE, {"type": "null"}]},
        {"oneOf": [TEXT, FILE]},
        {"allOf": [FILE]},
        {"$defs": FILE_DEFS, "$ref": "#/$defs/FileData"},
    ],
)
def test_a_file_may_be_one_of_several_things(schema):
    assert changed(places(x=schema), x="a") == {"x": "A"}


def test_an_alternative_within_a_list_is_seen():
    pair = {"type": "array", "prefixItems": [FILE, TEXT]}
    gallery = {"type": "array", "items": {"anyOf": [NESTED, pair]}}

    assert changed(places(x=gallery), x=[{"background": "a"}, ["b"]]) == {
        "x": [{"background": "A"}, ["B"]]
    }


def test_what_is_of_another_kind_than_was_said_stays_as_it_is():
    found = places(photo=FILE, many=MANY)

    assert changed(found, photo={"path": "a"}, many="b") == {"photo": {"path": "a"}, "many": "b"}


def test_a_schema_without_files_has_no_places():
    assert places(prompt=TEXT) is None


def test_a_schema_that_goes_round_in_circles_ends():
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}, "file": FILE}}
    schema = {"type": "object", "$defs": {"N": node}, "properties": {"x": {"$ref": "#/$defs/N"}}}

    assert with_files({"x": {"file": "a"}}, places_in(schema), str.upper) == {"x": {"file": "A"}}


def test_a_schema_that_leads_nowhere_or_goes_deep_is_read_as_far_as_it_can_be():
    deep = FILE
    for _ in range(100):
        deep = {"type": "array", "items": deep}

    assert places(x={"$ref": "#/nowhere"}, y=deep) is None
