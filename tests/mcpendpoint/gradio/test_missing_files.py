"""What plainly is a path on somebody's computer, and what is not."""

import pytest

from mcpendpoint.gradio.file_places import places_in
from mcpendpoint.gradio.missing_files import Missing, is_local, missing_files
from tests.mcpendpoint.gradio.test_mending import FILE

SCHEMA = {
    "type": "object",
    "properties": {
        "photo": {**FILE, "title": "ImageData"},
        "many": {"type": "array", "items": FILE},
        "spare": FILE,
        "prompt": {"type": "string"},
    },
    "required": ["photo", "many", "prompt"],
}


def lacks(**arguments):
    return list(missing_files(SCHEMA, places_in(SCHEMA), arguments))


@pytest.mark.parametrize(
    "path",
    [
        "/Users/ann/cat.png",
        "/tmp/a",
        "C:\\cat.png",
        "d:/cat.png",
        "\\\\server\\cat.png",
        "file:///home/ann/cat.png",
        "file://localhost/cat.png",
        "file:cat.png",
        "~/cat.png",
        "./cat.png",
        "../cat.png",
        "cat.png",
        "my cat (1).JPEG",
    ],
)
def test_paths_are_local(path):
    assert is_local(path)


@pytest.mark.parametrize(
    "given",
    [
        "https://example.com/cat.png",
        "HTTP://example.com/cat.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "//example.com/cat.png",
        "file://" + "a" * 26 + "/cat.png",
        "example.com/cat.png",
        "hf://datasets/a/b/cat.png",
        "",
        "a cat",
        "x" * 2_000,
        None,
        {"path": "cat.png"},
    ],
)
def test_all_else_is_not(given):
    assert not is_local(given)


def test_what_is_required_and_what_cannot_be_reached_is_missing():
    assert lacks() == [Missing("photo", ("image",), False), Missing("many", (), True)]
    assert lacks(photo="cat.png", many=["https://a.b/c", "/d"], spare="~/e", prompt="/f") == [
        Missing("photo", ("image",), False, "cat.png"),
        Missing("many", (), True, "/d"),
        Missing("spare", (), False, "~/e"),
    ]
    assert lacks(photo="https://a.b/c", many=["data:,x"]) == []
