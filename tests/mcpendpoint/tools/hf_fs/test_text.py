import pytest

from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.text_policy import MARGIN, Media, image_type_of, media_of, text_part
from tests.mcpendpoint.tools.hf_fs.calling import result_of
from tests.standins.hub.seed.odd_files import files

LONG = "hf://models/acme/tiny-llm/text/long.txt"
CONTENT = files()["text/long.txt"].content


async def read_all(uri, step, start=0):
    parts, offset = [], start
    while offset is not None:
        result = await result_of(f"cat {uri} --offset {offset} --max-bytes {step}")
        assert result["truncated"] == ("next_offset" in result)
        parts.append(result["content"])
        offset = result.get("next_offset")
    return "".join(parts)


async def test_parts_one_after_another_are_the_whole_file(hub_side):
    assert await read_all(LONG, 79_999) == CONTENT.decode()


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 64])
async def test_parts_of_any_size_are_the_end_of_the_file(hub_side, step):
    start = CONTENT.rindex(b"\n", 0, -1) + 1

    assert await read_all(LONG, step, start) == CONTENT[start:].decode()


async def test_a_part_from_within_a_character_has_the_whole_character(hub_side):
    at = CONTENT.index("ö".encode())

    result = await result_of(f"cat {LONG} --offset {at + 1} --max-bytes 1")

    assert (result["content"], result["offset"], result["bytes"]) == ("ö", at, 2)


async def test_a_part_from_behind_the_end_is_empty(hub_side):
    result = await result_of(f"cat {LONG} --offset {10**9}")

    assert (result["content"], result["bytes"], result["truncated"]) == ("", 0, False)


async def test_a_part_says_how_much_there_is(hub_side):
    result = await result_of(f"cat {LONG} --max-bytes 9")

    assert result["size"] == len(CONTENT)
    assert result["truncation_reason"] == "max_bytes"


async def test_20000_bytes_are_read_unasked_and_80000_for_0(hub_side):
    assert 20_000 <= (await result_of(f"cat {LONG}"))["bytes"] < 20_000 + MARGIN
    result = await result_of(f"cat {LONG} --max-bytes 0")
    assert result["next_offset"] > 60_000


async def test_an_empty_file_is_read(hub_side):
    result = await result_of("cat hf://models/acme/tiny-llm/empty.txt")

    assert (result["content"], result["size"], result["truncated"]) == ("", 0, False)


async def test_a_file_is_read_without_asking_for_its_metadata_first(hub_side):
    await result_of("cat hf://models/acme/tiny-llm/notes.txt")

    assert hub_side.asked("paths-info") == []


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("a/README", Media.TEXT),
        ("LICENSE", Media.TEXT),
        ("Dockerfile", Media.TEXT),
        (".env", Media.TEXT),
        ("x.py", Media.TEXT),
        ("x.ts", Media.TEXT),
        ("x.jsonl", Media.TEXT),
        ("x.svg", Media.TEXT),
        ("x.html", Media.TEXT),
        ("X.JSON", Media.TEXT),
        ("x.PNG", Media.IMAGE),
        ("x.webp", Media.IMAGE),
        ("x.gif", Media.BINARY),
        ("x.safetensors", Media.BINARY),
        ("x.gguf", Media.BINARY),
        ("x.tar.gz", Media.BINARY),
        ("x.mp4", Media.BINARY),
        ("x.woff2", Media.BINARY),
        ("x.pdf", Media.BINARY),
        ("merges", Media.UNKNOWN),
        ("x.unheard-of", Media.UNKNOWN),
    ],
)
def test_names_tell_what_a_file_is(path, media):
    assert media_of(path) is media


@pytest.mark.parametrize(
    ("content", "image_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_first_bytes_tell_what_an_image_is(content, image_type):
    assert image_type_of(content) == image_type


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a\0b", "NUL bytes"),
        (b"\xff\xfe\xfd", "not valid UTF-8"),
        ("ä".encode() + b"\xa4", "not valid UTF-8"),
        (b"\x01" * 9 + b"a" * 100, "control characters"),
    ],
)
def test_what_is_no_text_is_refused(content, says):
    with pytest.raises(Failure, match=says) as caught:
        text_part("x", content, 0, 0, len(content))

    assert caught.value.code == "HF_FS_TEXT_ONLY"


@pytest.mark.parametrize("content", [b"\x01" * 8, b"\x1b[31mred\x1b[0m\r\n\t" * 9, b""])
def test_some_control_characters_are_text(content):
    assert text_part("x", content, 0, 0, len(content)).content == content.decode()
