import pytest

from mcpendpoint.gradio.results import (
    IMAGE_LEFT_OUT,
    MAX_BLOCKS,
    MAX_TEXT_CHARS,
    NotAResult,
    read_result,
    replica_of,
)

URL = "https://acme-maker.hf.space"
TEXT = {"type": "text", "text": "Hello"}
IMAGE = {"type": "image", "data": "aGk=", "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"}
LINK = {"type": "resource_link", "name": "file", "uri": f"{URL}/gradio_api/file=/tmp/a.txt"}
FILE = {"type": "resource", "resource": {"uri": "file://a", "blob": "aGk=", "mimeType": "text/csv"}}
PICTURE = {
    "type": "resource",
    "resource": {"uri": "file://b", "blob": "aGk=", "mimeType": "image/png"},
}


def read(result, *, replica=None, include_images=True):
    return read_result(result, space_url=URL, replica=replica, include_images=include_images)


def blocks_of(result):
    return [
        block.model_dump(by_alias=True, exclude_none=True, mode="json") for block in result.content
    ]


def test_all_blocks_are_kept():
    content = [TEXT, IMAGE, AUDIO, LINK, FILE]

    assert blocks_of(read({"content": content})) == content


def test_error_keeps_all_its_blocks():
    result = read({"content": [TEXT, IMAGE], "isError": True})

    assert result.is_error
    assert blocks_of(result) == [TEXT, IMAGE]


def test_error_without_blocks_gets_one():
    result = read({"content": [], "isError": True})

    assert result.is_error
    assert len(result.content) == 1


def test_images_are_replaced_by_one_text_when_they_are_switched_off():
    result = read(
        {"content": [IMAGE, TEXT, IMAGE, PICTURE, FILE], "structuredContent": {"result": [IMAGE]}},
        include_images=False,
    )

    assert blocks_of(result) == [{"type": "text", "text": IMAGE_LEFT_OUT}, TEXT, FILE]
    assert result.structured_content is None


def test_structured_content_is_kept():
    assert read({"content": [], "structuredContent": {"a": 1}}).structured_content == {"a": 1}


@pytest.mark.parametrize("structured", ["text", 7, [1]])
def test_structured_content_that_is_no_object_is_dropped(structured):
    assert read({"content": [], "structuredContent": structured}).structured_content is None


@pytest.mark.parametrize(
    "block",
    [None, 7, "text", {}, {"type": "video"}, {"type": "image"}, {"type": "text", "text": 7}],
)
def test_malformed_block_is_replaced_by_a_text_and_the_others_stay(block):
    result = read({"content": [block, TEXT]})

    assert "left out" in result.content[0].text
    assert blocks_of(result)[1] == TEXT


@pytest.mark.parametrize("result", [{}, {"content": None}, {"content": "text"}, {"content": {}}])
def test_result_without_a_list_of_blocks_is_none(result):
    with pytest.raises(NotAResult):
        read(result)


def test_links_to_files_name_the_replica_that_made_them():
    text = {"type": "text", "text": f"Image URL: {URL}/gradio_api/file=/tmp/a.png"}
    other = {"type": "text", "text": "https://evil.hf.space/gradio_api/file=/tmp/a.png"}

    result = read({"content": [text, LINK, other]}, replica="hqx78")

    assert result.content[0].text == f"Image URL: {URL}/--replicas/hqx78/gradio_api/file=/tmp/a.png"
    assert result.content[1].uri == f"{URL}/--replicas/hqx78/gradio_api/file=/tmp/a.txt"
    assert blocks_of(result)[2] == other


@pytest.mark.parametrize(
    ("header", "replica"),
    [
        ("uxm7fnh3-hqx78", "hqx78"),
        ("", None),
        ("hqx78", None),
        ("a-../../b", None),
        ("a-b/c", None),
    ],
)
def test_replica_is_read_from_its_header(header, replica):
    assert replica_of(header) == replica


def test_text_is_bounded():
    result = read({"content": [{"type": "text", "text": "x" * (MAX_TEXT_CHARS + 5)}, TEXT]})

    assert result.content[0].text.endswith("5 more characters were left out.")
    assert len(result.content) == 2
    assert "Hello" not in result.content[1].text


def test_number_of_blocks_is_bounded():
    result = read({"content": [TEXT] * (MAX_BLOCKS + 7)})

    assert len(result.content) == MAX_BLOCKS + 1
    assert result.content[-1].text == "7 more blocks were left out."
