import base64

import pytest

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.sandbox.calling import create, execute, files

TEXT = "größe = 42 🦜\n"


@pytest.fixture
def token():
    return fresh_token()


async def test_files_are_written_and_read(token):
    handle = await create(token)

    written = await files(token, "write", handle, "/data/notes.txt", "--text", TEXT)
    read = await files(token, "cat", handle, "/data/notes.txt")

    assert written.content["bytes"] == len(TEXT.encode())
    assert read.content["content"] == TEXT
    assert read.content["truncated"] is False
    assert (await execute(token, handle, "cat /data/notes.txt")).content["stdout"] == TEXT


async def test_a_file_that_is_no_text_comes_in_base64(token):
    handle, content = await create(token), base64.b64encode(b"\xff\x00\x01").decode()

    await files(token, "write", handle, "/data/x.bin", "--base64", content)
    read = await files(token, "cat", handle, "/data/x.bin")

    assert (read.content["encoding"], read.content["content"]) == ("base64", content)


@pytest.mark.parametrize("size", ["1", "4", "5", "9"])
async def test_parts_of_a_file_make_up_the_whole(token, size):
    handle = await create(token)
    await files(token, "write", handle, "/data/x.txt", "--text", TEXT)

    found, offset = "", 0
    while offset is not None:
        part = await files(
            token, "cat", handle, "/data/x.txt", "--max-bytes", size, "--offset", str(offset)
        )
        found += part.content["content"]
        offset = part.content.get("next_offset")

    assert found == TEXT


async def test_folders_are_listed_made_and_deleted(token):
    handle = await create(token)
    await files(token, "mkdir", handle, "/data/new")
    await files(token, "write", handle, "/data/a|b.txt", "--text", "x")

    listed = await files(token, "ls", handle, "/data")

    assert [(each["name"], each["type"]) for each in listed.content["entries"]] == [
        ("a|b.txt", "file"),
        ("new", "dir"),
    ]
    assert "a\\|b.txt" in listed.text
    with pytest.raises(ToolError, match="is a directory: /data"):
        await files(token, "rm", handle, "/data")
    assert (await files(token, "rm", handle, "/data", "-r")).content["deleted"] is True
    assert (await files(token, "stat", handle, "/data")).content["exists"] is False


async def test_a_folder_that_comes_in_pages_is_listed_whole(hub_side, token):
    handle = await create(token)
    await files(token, "write", handle, "/data/b.txt", "--text", "x")
    first = '{"entries": [{"name": "a.txt", "path": "/data/a.txt", "size": 1}], "next": "a.txt"}'
    hub_side.break_at("/v1/files/list", status=200, body=first, times=1)

    listed = await files(token, "ls", handle, "/data")

    assert [each["name"] for each in listed.content["entries"]] == ["a.txt", "b.txt"]


async def test_what_is_not_there_is_told(token):
    handle = await create(token)

    assert (await files(token, "stat", handle, "/nope")).content["exists"] is False
    for command in ("cat", "ls", "rm"):
        with pytest.raises(ToolError, match="no such file: /nope"):
            await files(token, command, handle, "/nope")
    with pytest.raises(ToolError, match="is a directory: /data"):
        await files(token, "cat", handle, "/data")


async def test_a_file_is_written_once(hub_side, token):
    handle = await create(token)
    hub_side.break_at("/v1/files/write", status=504)

    with pytest.raises(ToolError, match="may have been done all the same"):
        await files(token, "write", handle, "/data/x", "--text", "x")

    assert len(hub_side.asked("/v1/files/write")) == 1


REFUSED = {
    ("ls",): "ls requires HANDLE",
    ("ls", "hfsb2:a:b"): "ls requires PATH",
    ("ls", "hfsb2:a:b", "data"): "PATH must be absolute",
    ("cat", "hfsb2:a:b", "/x", "--lines", "3"): "unexpected argument for cat: --lines",
    ("write", "hfsb2:a:b", "/x"): "exactly one of --text and --base64",
    ("write", "hfsb2:a:b", "/x", "--text", "a", "--base64", "YQ=="): "exactly one of",
    ("write", "hfsb2:a:b", "/x", "--base64", "%"): "--base64 must be standard base64",
    ("rm", "hfsb2:a:b", "/x", "-f"): "unexpected argument for rm: -f",
}


@pytest.mark.parametrize(("argv", "reason"), REFUSED.items(), ids=map(" ".join, REFUSED))
async def test_what_cannot_be_meant_is_refused_and_never_sent(hub_side, token, argv, reason):
    with pytest.raises(ToolError, match=f"EINVAL.*{reason}"):
        await files(token, *argv)

    assert not hub_side.asked("jobs")


@pytest.mark.parametrize(
    ("options", "reason"),
    [(("--offset", "-1"), "--offset"), (("--max-bytes", "100001"), "--max-bytes")],
)
async def test_a_part_has_bounds(token, options, reason):
    with pytest.raises(ToolError, match=f"EINVAL.*{reason}"):
        await files(token, "cat", await create(token), "/data/x", *options)
