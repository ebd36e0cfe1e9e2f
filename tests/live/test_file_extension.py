"""Files that a client sends and fetches by itself, as Claude Code does."""

import hashlib
import re
import time
from base64 import urlsafe_b64encode
from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest

from accounts.space_prefixes import url_space_prefix
from mcpendpoint.files import tickets
from tests.live.claude_files import DECLARED, DOWNLOAD_KEYS, EXTENSION, Claude, LocalFile, mark_of
from tests.live.people import post_form, sign_in
from tests.mcpendpoint.serving.asked import accepted
from tests.mcpendpoint.wire import Wire, message_of

MAKER = "acme/image-maker"
DESCRIBE = f"{url_space_prefix(MAKER)}describe_file"
MAKE = f"{url_space_prefix(MAKER)}make_image"
STORY = LocalFile(b"once upon a time")
AT_ONCE_SECONDS = 5
"""On a busy machine."""


@pytest.fixture
def person(product, new_user):
    person = new_user()
    sign_in(product, person.token).close()
    return person


@pytest.fixture
def claude(product, space, person):
    return Claude(f"{product.url}/mcp?gradio={MAKER}", person.token)


def told(result):
    return result["content"][0]["text"]


def given(file=STORY):
    return {"file": file.metadata}


def test_the_extension_is_announced_in_its_era_only(product, claude):
    modern = claude.ask("server/discover")["result"]["capabilities"]
    legacy = message_of(
        claude.wire.legacy(
            "initialize",
            {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "x", "version": "1"},
            },
        )
    )["result"]["capabilities"]

    assert modern["extensions"][EXTENSION] == {"upload": {}}
    assert "extensions" not in legacy


def test_file_parameters_are_marked_for_who_declares_it_and_has_an_account(
    product, claude, person, new_user
):
    marked = claude.tools()[DESCRIBE]["inputSchema"]["properties"]["file"]
    plain = Claude(claude.url, person.token, {}).tools()[DESCRIBE]
    of_nobody = Claude(claude.url, None).tools()[DESCRIBE]
    of_a_stranger = Claude(claude.url, new_user().token).tools()[DESCRIBE]

    assert mark_of(marked) == {"maxSize": 100_000_000}
    assert {"type": "string"} in marked["anyOf"]
    assert "handle" in marked["description"]
    for tool in (plain, of_nobody, of_a_stranger):
        assert "x-mcp-file" not in str(tool)
    assert claude.tools()[DESCRIBE]["inputSchema"]["properties"]["file"] == marked


@pytest.mark.parametrize("has_digest", [True, False])
def test_a_file_of_the_client_is_asked_for_and_given_to_the_space(claude, has_digest):
    file = LocalFile(b"once upon a time", has_digest=has_digest)

    result = claude.call_with(DESCRIBE, given(file), file)

    assert "16 bytes, beginning with b'once upon a time'" in told(result)


def test_it_is_kept_among_the_files_of_the_person(product, claude, person):
    claude.call_with(DESCRIBE, given(), STORY)

    with closing(sign_in(product, person.token)) as browser:
        page = browser.get("/files/").text
    assert "story.txt" in page
    assert f"your client, for {DESCRIBE}" in page


def test_an_empty_file_needs_no_upload(claude):
    empty = LocalFile(b"")

    assert "0 bytes" in told(claude.call_with(DESCRIBE, given(empty), empty))


def test_a_url_and_a_handle_are_taken_as_before(claude):
    assert not claude.call(DESCRIBE, {"file": "data:text/plain;base64,YWJj"}).get("isError")


@pytest.mark.parametrize(
    ("content", "changes", "status"),
    [
        (b"another text, 16", {}, 400),
        (b"too short", {}, 400),
        (b"once upon a time and on", {}, 400),
        (STORY.content, {"method": "POST"}, 405),
        (STORY.content, {"headers": {}}, 403),
        (STORY.content, {"headers": {tickets.HEADER: "forged"}}, 403),
        (STORY.content, {"headers": {tickets.HEADER: "é".encode()}}, 403),
    ],
)
def test_other_bytes_and_other_tickets_are_refused(claude, content, changes, status):
    (target,) = claude.call(DESCRIBE, given())["uploads"]
    started = time.monotonic()

    assert claude.send(target, content, **changes).status_code == status
    assert time.monotonic() - started < AT_ONCE_SECONDS


def test_bytes_that_come_without_a_length_are_counted(claude):
    (target,) = claude.call(DESCRIBE, given())["uploads"]
    started = time.monotonic()

    for content, status in (([b"once", b"x" * 50], 400), ([b"once"], 400), ([STORY.content], 204)):
        assert claude.send(target, iter(content)).status_code == status
    assert time.monotonic() - started < AT_ONCE_SECONDS


def test_other_bytes_for_a_file_that_is_there_are_refused(claude):
    file = LocalFile(STORY.content, has_digest=False)
    (target,) = claude.call(DESCRIBE, given(file))["uploads"]

    for content, status in ((STORY.content, 204), (b"another text, 16", 409), (b"short", 400)):
        assert claude.send(target, content).status_code == status
    assert claude.send(target, STORY.content).status_code == 204


def test_a_file_that_was_sent_twice_is_there_once(product, claude, person):
    first = claude.call(DESCRIBE, given())
    for _ in range(2):
        assert claude.send(first["uploads"][0], STORY.content).status_code == 204

    with closing(sign_in(product, person.token)) as browser:
        assert browser.get("/files/").text.count("<strong>story.txt</strong>") == 1


def test_a_call_whose_files_did_not_come_is_told_so_and_asks_no_more(claude):
    first = claude.call(DESCRIBE, given())

    again = claude.call(DESCRIBE, given(), requestState=first["requestState"])

    assert again["isError"] and "did not arrive" in told(again)


def test_what_was_sent_for_one_call_is_for_no_other(product, claude, new_user):
    first = claude.call(DESCRIBE, given())
    claude.send(first["uploads"][0], STORY.content)
    stranger = new_user()
    sign_in(product, stranger.token).close()
    other = LocalFile(b"a story of another")

    for who, arguments in ((claude, given(other)), (Claude(claude.url, stranger.token), given())):
        params = {"name": DESCRIBE, "arguments": arguments, "requestState": first["requestState"]}
        assert who.ask("tools/call", params)["error"]["data"]["reason"] == "invalid_request_state"


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({**STORY.metadata, "size": 200_000_000}, "too large"),
        ({**STORY.metadata, "size": -1}, "no size"),
        ({**STORY.metadata, "digest": {"algorithm": "md5", "value": "x"}}, "digest"),
        ({"name": "x"}, "has no id"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_sent(claude, metadata, said):
    result = claude.call(DESCRIBE, {"file": metadata})

    assert result["isError"] and said in told(result)


def test_other_arguments_are_looked_at_first(claude):
    result = claude.call(DESCRIBE, {**given(), "colour": {"a": 1}} | {"file": [STORY.metadata]})

    assert result["isError"]


def test_metadata_from_who_has_not_declared_it_is_no_file(claude, person):
    result = Claude(claude.url, person.token, {}).call(DESCRIBE, given())

    assert result["isError"] and "Invalid arguments" in told(result)


def test_uploads_reach_the_address_of_the_person_as_well(product, claude, person):
    own = Claude(f"{product.url}/u/{person.name}/mcp?gradio={MAKER}", person.token)

    assert "16 bytes" in told(own.call_with(DESCRIBE, given(), STORY))


def test_a_large_file_is_taken_piece_by_piece(claude):
    large = LocalFile(b"0123456789" * 350_000)

    assert "3500000 bytes" in told(claude.call_with(DESCRIBE, given(large), large))


def downloads_of(result):
    return result["_meta"][EXTENSION]["downloads"]


def test_what_a_space_made_is_told_as_a_download_beside_its_link(product, claude, person):
    own = Claude(f"{product.url}/u/{person.name}/mcp?gradio={MAKER}", person.token)
    for who in (claude, own):
        result = who.call(MAKE, {"prompt": "sea"})

        (download,) = downloads_of(result)
        assert download.keys() <= DOWNLOAD_KEYS
        assert ("url" in download) != ("path" in download)
        assert all(re.fullmatch(r"[\w-]+", part) for part in download["path"][1:].split("/"))
        got = httpx.get(who.url.partition("?")[0] + download["path"])  # without credentials
        assert (got.status_code, len(got.content)) == (200, download["size"])
        assert got.headers["content-type"] == download["mimeType"] == "image/png"
        digest = urlsafe_b64encode(hashlib.sha256(got.content).digest()).decode().rstrip("=")
        assert download["digest"] == {"algorithm": "sha-256", "value": digest}
        (link,) = [block for block in result["content"] if block["type"] == "resource_link"][-1:]
        assert link["uri"].split("/")[2] in download["path"]


def test_who_has_not_declared_downloads_is_told_of_none(claude, person):
    other = Claude(claude.url, person.token, {"extensions": {EXTENSION: {"upload": {}}}})

    assert EXTENSION not in other.call(MAKE, {"prompt": "sea"}).get("_meta", {})


def test_a_download_is_a_handle_for_the_next_call(claude):
    result = claude.call(MAKE, {"prompt": "sea"})
    (link,) = [block for block in result["content"] if block["type"] == "resource_link"][-1:]

    assert "PNG" in told(claude.call(DESCRIBE, {"file": link["uri"]}))


def test_nothing_of_an_upload_is_in_the_log(product, claude):
    file = LocalFile(b"a telling content", name="a-telling-name.txt")
    claude.call_with(DESCRIBE, given(file), file)

    assert "telling" not in product.log()
    assert tickets.HEADER not in product.log()


@pytest.fixture
def browser(product, person):
    with closing(sign_in(product, person.token)) as browser:
        yield browser


def mark_space(browser):
    of_maker = {"space_id": MAKER}
    post_form(browser, "/settings/spaces/add/", of_maker)
    post_form(browser, "/settings/spaces/mark/", {**of_maker, "asks_first": "on"})


def test_a_marked_space_is_approved_before_its_files_are_asked_for_and_once(
    product, person, browser, space
):
    mark_space(browser)
    capabilities = {**DECLARED, "elicitation": {"form": {}}}
    claude = Claude(f"{product.url}/mcp", person.token, capabilities)

    asked = claude.call("gr1_describe_file", given())
    assert asked["resultType"] == "input_required"
    first = claude.call("gr1_describe_file", given(), **accepted(asked))
    assert first["resultType"] == "upload_required"
    claude.send(first["uploads"][0], STORY.content)
    state = {"requestState": first["requestState"]}

    assert "16 bytes" in told(claude.call("gr1_describe_file", given(), **state))
    assert "Not done" in told(claude.call("gr1_describe_file", given(), **state))


def test_a_marked_space_is_approved_with_the_file_that_the_person_gave(
    product, person, browser, space
):
    mark_space(browser)
    wire = Wire(f"{product.url}/mcp", person.token)
    wire.tools()

    def call():
        return told(wire.call("gr1_describe_file", {"file": "story.txt"})["result"])

    page = re.search(r"/files/asked/\w+/", call())[0]
    empty = {"name": "story.txt", "type": "", "size": 0}
    post_form(
        browser, page, {"handle": post_form(browser, "/files/uploads/", empty).json()["handle"]}
    )
    approval = re.search(r"/approvals/[\w-]+/", call())[0]
    assert "story.txt" in browser.get(approval).text
    post_form(browser, approval, {"decision": "approve"})

    assert "0 bytes" in call()


def test_another_worker_takes_the_bytes_and_another_the_call(workers, oauth, space, new_user):
    person = new_user()
    first, second = (Claude(f"{url}/mcp?gradio={MAKER}", person.token) for url in workers)
    sign_in(SimpleNamespace(url=workers[0]), person.token).close()
    asked = first.call(DESCRIBE, given())
    assert second.send(asked["uploads"][0], STORY.content).status_code == 204

    result = second.call(DESCRIBE, given(), requestState=asked["requestState"])

    assert "16 bytes" in told(result)


def test_a_ticket_of_a_file_that_its_person_deleted_takes_nothing_at_any_worker(
    workers, oauth, space, new_user
):
    person = new_user()
    first, second = (Claude(f"{url}/mcp?gradio={MAKER}", person.token) for url in workers)
    with closing(sign_in(SimpleNamespace(url=workers[0]), person.token)) as browser:
        (target,) = first.call(DESCRIBE, given(LocalFile(STORY.content, has_digest=False)))[
            "uploads"
        ]
        first.send(target, STORY.content)
        file_id = re.search(r"/files/(\w+)/delete/", browser.get("/files/").text)[1]
        post_form(browser, f"/files/{file_id}/delete/", {})

        for claude in (first, second):
            assert claude.send(target, b"another text, 16").status_code == 410
            assert claude.send(target, STORY.content).status_code == 410
        assert "story.txt" not in browser.get("/files/").text
