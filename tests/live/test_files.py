"""A file's whole way: from a page to a Space and back, at a live product."""

import re
from contextlib import closing

import pytest

from accounts.space_prefixes import url_space_prefix
from tests import loopback
from tests.live.people import sign_in
from tests.mcpendpoint.wire import Wire, message_of

MAKER = "acme/image-maker"
TEXT = b"once upon a time"


@pytest.fixture
def person(new_user):
    return new_user()


@pytest.fixture
def browser(product, person):
    with closing(sign_in(product, person.token)) as browser:
        yield browser


@pytest.fixture
def upload(browser):
    def upload(name="story.txt", content=TEXT):
        token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        headers = {"Referer": str(browser.base_url)}
        page = browser.post("/files/", data=token, files={"file": (name, content)}, headers=headers)
        assert page.status_code == 200, page.text
        return re.search(r">(file://[^<]+)<", page.text)[1]

    return upload


def call(product, token, space_id, tool, arguments):
    wire = Wire(f"{product.url}/mcp?gradio={space_id}", token)
    return wire.call(f"{url_space_prefix(space_id)}{tool}", arguments)["result"]


def test_what_was_uploaded_on_the_page_is_given_to_a_space(product, space, person, upload):
    told = call(product, person.token, MAKER, "describe_file", {"file": upload()})

    assert "16 bytes, beginning with b'once upon a time'" in str(told["content"])


def test_what_an_assistant_keeps_is_given_to_a_space(product, space, person, browser):
    wire = Wire(f"{product.url}/mcp?bouquet=spaces", person.token)
    kept = wire.call("upload_file", {"text": "once upon a time"})["result"]
    handle = kept["structuredContent"]["handle"]

    told = call(product, person.token, MAKER, "describe_file", {"file": handle})

    assert "16 bytes" in str(told["content"])


def test_another_persons_assistant_gives_it_to_no_space(product, space, upload, new_user, person):
    stranger = new_user()
    sign_in(product, stranger.token).close()
    handle = upload()
    loopback.shared.delete(f"{space.url}/_log")

    told = call(product, stranger.token, MAKER, "describe_file", {"file": handle})

    assert told["isError"]
    assert f"{product.url}/files/" in str(told["content"])
    assert "gradio_api/upload" not in loopback.shared.get(f"{space.url}/_log").text


def test_a_token_without_an_account_is_told_where_to_sign_in(product, space, upload, new_user):
    told = call(product, new_user().token, MAKER, "describe_file", {"file": upload()})

    assert told["isError"]
    assert f"{product.url}/files/" in str(told["content"])


def test_a_private_space_is_given_a_file_by_its_owner(product, space, hub, person, upload):
    headers = {"Authorization": f"Bearer {person.token}"}
    repo = {
        "type": "space",
        "name": "private-space",
        "sdk": "gradio",
        "private": True,
        "files": [{"path": "app.py", "content": "#"}],
    }
    loopback.shared.post(f"{hub.url}/api/repos/create", json=repo, headers=headers)

    space_id = f"{person.name}/private-space"
    told = call(product, person.token, space_id, "describe_file", {"file": upload()})

    assert "16 bytes" in str(told["content"])


def test_a_picture_that_a_space_made_is_kept_for_the_person(product, space, person, browser):
    told = call(product, person.token, MAKER, "make_image", {"prompt": "sea"})
    (link,) = [block for block in told["content"] if block["type"] != "image"][-1:]
    handle = link.get("uri") or re.search(r"file://\S+", link["text"])[0]

    wire = Wire(f"{product.url}/mcp?gradio=none", person.token)
    for _ in range(100):
        read = message_of(wire.legacy("resources/read", {"uri": handle}))
        if "result" in read:
            break
    assert read["result"]["contents"][0]["mimeType"] == "image/png"
    page = browser.get("/files/").text
    assert f"make_image of {MAKER}" in page
    again = call(product, person.token, MAKER, "describe_file", {"file": handle})
    assert "PNG" in str(again["content"])


def test_the_tools_say_what_a_file_can_be(product, space, person):
    wire = Wire(f"{product.url}/mcp?gradio={MAKER}", person.token)
    listed = message_of(wire.legacy("tools/list"))["result"]["tools"]
    (tool,) = [tool for tool in listed if tool["name"].endswith("describe_file")]

    said = tool["inputSchema"]["properties"]["file"]["description"]
    assert "http(s) URL" in said and "data: URI" in said and "file://" in said
    assert f"{product.url}/files/" in tool["description"]
    assert "upload_file_to_gradio" not in str(tool)


def test_nothing_of_a_file_is_in_the_log(product, space, person, upload):
    handle = upload("a-telling-name.txt", b"a telling content")
    call(product, person.token, MAKER, "describe_file", {"file": handle})

    log = product.log()
    assert handle.split("/")[2] not in log
    assert "telling" not in log


@pytest.fixture
def writer(product, new_writer):
    """Somebody with a repository, and an upload of theirs: `story.txt`."""
    person = new_writer()
    wire = Wire(f"{product.url}/mcp?bouquet=all&gradio=none", person.token)
    wire.call("create_repo", {"uri": f"hf://models/{person.name}/tales", "private": True})
    kept = wire.call("upload_file", {"text": "once upon a time", "name": "story.txt"})["result"]
    return person, wire, kept["structuredContent"]["handle"]


def test_a_handle_is_written_to_the_hub(writer):
    person, wire, handle = writer
    uri = f"hf://models/{person.name}/tales/story.txt"

    written = wire.call("hf_fs_write", {"cmd": "put", "args": [uri, "--from", handle]})["result"]

    assert written["structuredContent"]["bytes"] == 16
    read = wire.call("hf_fs", {"operations": [{"cmd": "cat", "args": [uri]}]})["result"]
    assert "once upon a time" in str(read["structuredContent"])


@pytest.mark.parametrize("source", ["/etc/passwd", "file:///etc/passwd", "https://a.b/c"])
def test_what_is_no_handle_is_not_written(writer, source):
    person, wire, _ = writer
    args = [f"hf://models/{person.name}/tales/story.txt", "--from", source]

    told = wire.call("hf_fs_write", {"cmd": "put", "args": args})["result"]

    assert told["isError"] and "takes the handle of a file" in str(told["content"])


def test_a_file_of_another_is_written_by_nobody_else(writer, product, new_writer):
    _, _, handle = writer
    stranger = new_writer()
    wire = Wire(f"{product.url}/mcp?bouquet=all&gradio=none", stranger.token)
    wire.call("create_repo", {"uri": f"hf://models/{stranger.name}/tales", "private": True})
    args = [f"hf://models/{stranger.name}/tales/story.txt", "--from", handle]

    told = wire.call("hf_fs_write", {"cmd": "put", "args": args})["result"]

    assert told["isError"] and "no file that this account has" in str(told["content"])
