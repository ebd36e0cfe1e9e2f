import base64
import io
import os

import orjson
import pytest
from PIL import Image

from mcpendpoint.gradio.results import (
    IMAGE_LEFT_OUT,
    MAX_BLOCKS,
    MAX_RESULT_BYTES,
    NotAResult,
    blocks_here,
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
    room = MAX_RESULT_BYTES // 2 - len('""')
    result = read({"content": [{"type": "text", "text": "x" * (room + 5)}, TEXT]})

    assert result.content[0].text.endswith("5 more characters were left out.")
    assert len(result.content) == 2
    assert "Hello" not in result.content[1].text


@pytest.mark.parametrize("character", ["x", "\x00", "大", "🎨"])
def test_result_is_bounded_in_bytes_as_json(character):
    text = {"type": "text", "text": character * 900_000}
    result = read(
        {
            "content": [text, {**TEXT}, AUDIO | {"data": "aGlp" * 400_000}],
            "structuredContent": {"result": [text]},
        }
    )

    assert len(result.model_dump_json(by_alias=True)) < 1.1 * MAX_RESULT_BYTES
    assert len(orjson.dumps(blocks_of(result))) < MAX_RESULT_BYTES


def picture(side, kind="PNG", mode="RGB", **more):
    image = Image.frombytes(mode, (side, side), os.urandom(side * side * len(mode)))
    encoded = io.BytesIO()
    image.save(encoded, kind)
    data = base64.b64encode(encoded.getvalue()).decode()
    return {"type": "image", "data": data, "mimeType": f"image/{kind.lower()}", **more}


def opened(block):
    return Image.open(io.BytesIO(base64.b64decode(block.data)))


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("BMP", "RGB")])
def test_image_of_any_size_is_scaled_down(kind, mode):
    result = read({"content": [picture(1_200, kind, mode), TEXT]})

    assert len(result.content[0].data) < MAX_RESULT_BYTES
    with opened(result.content[0]) as image:
        assert f"image/{image.format.lower()}" == result.content[0].mime_type
        assert image.width == image.height
        assert ("A" in image.mode) == (mode == "RGBA")
    assert blocks_of(result)[1] == TEXT


def test_small_image_stays_as_it_is():
    small = picture(32)

    assert blocks_of(read({"content": [small]})) == [small]


def test_type_of_an_image_is_what_it_is():
    result = read({"content": [picture(32, "WEBP") | {"mimeType": "image/png"}]})

    assert result.content[0].mime_type == "image/webp"


def test_many_images_share_the_room():
    result = read({"content": [picture(400) for _ in range(12)]})

    assert [block.type for block in result.content] == ["image"] * 12
    assert len(result.model_dump_json()) < MAX_RESULT_BYTES


def test_image_is_sent_once():
    image = picture(64)
    result = read({"content": [image, image], "structuredContent": {"result": [image, TEXT]}})

    assert [block.type for block in result.content] == ["image", "text"]
    assert image["data"] not in str(result.structured_content)
    assert result.structured_content["result"][1] == TEXT


@pytest.mark.parametrize(
    "image",
    [
        {"type": "image", "data": "PHN2Zz4=", "mimeType": "image/svg+xml"},
        {"type": "image", "data": "aGk=" * 500_000, "mimeType": "image/png"},
        {"type": "image", "data": "not base64!", "mimeType": "image/x-unknown"},
    ],
    ids=["svg", "broken", "unknown"],
)
def test_image_that_no_model_takes_is_left_out_beside_its_address(image):
    result = read({"content": [image, TEXT]})

    assert "was left out" in result.content[0].text
    assert blocks_of(result)[1] == TEXT


def test_picture_that_would_be_huge_is_not_decoded():
    encoded = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(encoded, "PNG")
    data = base64.b64encode(encoded.getvalue()).decode()

    result = read({"content": [{"type": "image", "data": data, "mimeType": "image/png"}]})

    assert "was left out" in result.content[0].text


def test_links_in_structured_content_name_the_replica_too():
    structured = {"url": LINK["uri"], "more": [{"text": f"at {LINK['uri']}"}]}

    result = read({"content": [TEXT], "structuredContent": structured}, replica="hqx78")

    moved = f"{URL}/--replicas/hqx78/gradio_api/file=/tmp/a.txt"
    assert result.structured_content == {"url": moved, "more": [{"text": f"at {moved}"}]}


@pytest.mark.parametrize("structured", [{"a": 1}, [1, 2], "text"])
def test_what_stands_in_structured_content_alone_is_told_as_a_text(structured):
    result = read({"content": [], "structuredContent": structured})

    assert orjson.loads(result.content[0].text) == structured


def test_of_meta_only_what_tells_of_views_is_passed_on():
    meta = {"openai/outputTemplate": "ui://a", "anthropic/alwaysLoad": True, "x": 1}

    assert read({"content": [TEXT], "_meta": meta}).meta == {"openai/outputTemplate": "ui://a"}


def test_number_of_blocks_is_bounded():
    result = read({"content": [TEXT] * (MAX_BLOCKS + 7)})

    assert len(result.content) == MAX_BLOCKS + 1
    assert result.content[-1].text == "7 more blocks were left out."


def test_links_in_meta_name_the_replica_too():
    link = f"{URL}/gradio_api/file=/tmp/a.txt"
    meta = {"openai/widgetDescription": f"Shows {link}", "openai/outputTemplate": "ui://a"}

    result = read({"content": [TEXT], "_meta": meta}, replica="hqx78")

    moved = f"{URL}/--replicas/hqx78/gradio_api/file=/tmp/a.txt"
    assert result.meta == {
        "openai/widgetDescription": f"Shows {moved}",
        "openai/outputTemplate": "ui://a",
    }


def test_of_blocks_no_meta_is_passed_on():
    forged = {"_meta": {"hfmcp/source": "space:other/one", "anthropic/alwaysLoad": True}}
    csp = {"ui": {"csp": {"connectDomains": ["https://evil.example"]}}}
    view = {"uri": "ui://x", "mimeType": "text/html", "text": "<p>", "_meta": csp}

    result = read({"content": [TEXT | forged, {"type": "resource", "resource": view} | forged]})

    assert "_meta" not in str(blocks_of(result))


@pytest.mark.parametrize(
    ("given", "here"),
    [
        ("ui://gr2/widget/app.html", "ui://gr1/gr2/widget/app.html"),
        ("file://abcdefghijklmnopqrstuvwxyz/x", "gr1+file://abcdefghijklmnopqrstuvwxyz/x"),
        ("hf://models/acme/x", "gr1+hf://models/acme/x"),
        ("javascript:alert(1)", "gr1+javascript:alert(1)"),
        (LINK["uri"], LINK["uri"]),
    ],
)
def test_a_space_names_only_its_own_resources_and_what_is_on_the_web(given, here):
    resource = {"type": "resource", "resource": {"uri": given, "text": "x"}}
    content = read({"content": [LINK | {"uri": given}, resource]}).content

    link, embedded = blocks_here(content, "gr1_")

    assert (link.uri, embedded.resource.uri) == (here, here)


def test_link_that_leads_nowhere_is_left_out():
    (told,) = blocks_here(read({"content": [LINK | {"uri": "no address"}]}).content, "gr1_")

    assert told.text == "A link was left out: it leads nowhere."
