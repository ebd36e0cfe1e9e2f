"""How file parameters are listed to clients that give files by other means."""

import jsonschema

from mcpendpoint.gradio.file_parameters import as_objects, marked, renamed
from mcpendpoint.gradio.file_places import places_in
from mcpendpoint.gradio.mending import mend_schema
from tests.live.claude_files import mark_of
from tests.mcpendpoint.gradio.test_mending import FILE

OWN = {
    "type": "object",
    "properties": {
        "photo": {**FILE, "title": "ImageData", "description": "Whom to draw"},
        "maybe": {"anyOf": [FILE, {"type": "null"}], "default": None},
        "many": {"type": "array", "items": FILE},
        "either": {"anyOf": [FILE, {"type": "array", "items": FILE}]},
        "nested": {"type": "object", "properties": {"inner": FILE}},
        "my-file": FILE,
        "prompt": {"type": "string"},
    },
    "required": ["photo"],
}
MENDED = mend_schema(OWN)
PLACES = renamed(places_in(OWN), MENDED.argument_names)
FILES = ["photo", "maybe", "many", "either", "my_file"]


def test_marks_are_where_clients_find_them_and_nowhere_else():
    schema = marked(MENDED.schema, PLACES, 5_000)
    jsonschema.Draft202012Validator.check_schema(schema)

    found = {name: mark_of(value) for name, value in schema["properties"].items()}

    none = dict.fromkeys(("nested", "prompt"))
    others = dict.fromkeys(FILES, {"maxSize": 5_000})
    assert found == {**others, "photo": {"maxSize": 5_000, "accept": ["image/*"]}, **none}
    assert schema["properties"]["photo"]["description"].startswith("Whom to draw")
    assert schema["required"] == ["photo"]
    assert "x-mcp-file" not in str(MENDED.schema)


def test_a_marked_parameter_takes_what_it_took_and_metadata():
    schema = marked(MENDED.schema, PLACES, 5_000)
    metadata = {"id": "file-1", "mimeType": "image/png", "size": 3, "name": "a.png"}

    for value in ("https://a.example/b.png", metadata):
        jsonschema.validate({"photo": value, "many": [value]}, schema)


def test_openai_gets_objects_for_top_level_files():
    schema, names = as_objects(MENDED.schema, PLACES)

    assert names == FILES
    assert schema["properties"]["photo"]["required"] == ["download_url", "file_id"]
    assert schema["properties"]["many"]["items"]["type"] == "object"
    assert schema["properties"]["nested"] == MENDED.schema["properties"]["nested"]
