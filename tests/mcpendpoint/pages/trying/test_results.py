"""What came of a call, as its page shows it: a Space's words are hostile."""

from base64 import b64encode

import pytest

from mcpendpoint.files.handles import handle_of, new_id
from mcpendpoint.pages.trying.results import MAX_ROWS, outcome_of
from mcpendpoint.pages.trying.snippets import KEY, curl, pretty, request_of

DOT = b64encode(b"\x89PNG\r\n\x1a\n").decode()


def shown(*content, **result):
    return outcome_of({"result": {"content": list(content), **result}})


def urls(block):
    return [piece.url for piece in block.pieces if piece.url]


def test_pictures_are_shown_and_other_files_can_be_saved():
    outcome = shown(
        {"type": "image", "data": DOT, "mimeType": "image/png"},
        {"type": "image", "data": DOT, "mimeType": "image/svg+xml"},
        {"type": "audio", "data": DOT, "mimeType": "audio/wav"},
        {"type": "resource", "resource": {"uri": "x:/a", "blob": DOT, "mimeType": "text/html"}},
    )

    assert [block.kind for block in outcome.blocks] == ["picture", "file", "file", "file"]
    assert [block.url.partition(";")[0] for block in outcome.blocks] == [
        "data:image/png",
        "data:application/octet-stream",
        "data:audio/wav",
        "data:application/octet-stream",
    ]


@pytest.mark.parametrize("data", ["not base64!", '"><script>', 7, None, ""])
def test_a_file_that_is_none_is_said_to_be_unreadable(data):
    (block,) = shown({"type": "image", "data": data, "mimeType": "image/png"}).blocks

    assert block.kind == "text"


@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "http://[", 7],
)
def test_only_addresses_of_the_web_become_links(uri):
    link, text = shown(
        {"type": "resource_link", "uri": uri, "name": "x"}, {"type": "text", "text": f"see {uri}"}
    ).blocks

    assert link.kind == "text"
    assert urls(text) == []


def test_addresses_in_a_text_become_links_and_the_text_stays_whole():
    said = "Image URL: https://a.example/file=/x.png, or (http://b.example)."

    (block,) = shown({"type": "text", "text": said}).blocks

    assert urls(block) == ["https://a.example/file=/x.png", "http://b.example"]
    assert "".join(piece.text for piece in block.pieces) == said


def test_flat_rows_become_a_table_of_bounded_size():
    rows = [{"id": f"a/{n}", "likes": n, "tags": ["x", "y"], "deep": {"a": 1}} for n in range(90)]

    (table,) = shown(structuredContent={"results": rows, "total": 90}).tables

    assert table.columns == ("id", "likes", "tags")
    assert [cell.text for cell in table.rows[1]] == ["a/1", "1", "x, y"]
    assert (len(table.rows), table.left_out) == (MAX_ROWS, 90 - MAX_ROWS)


def test_rows_within_rows_are_tables_too():
    groups = [{"repo_type": "model", "results": [{"id": "a/b", "url": "https://hf.example/a/b"}]}]

    (table,) = shown(structuredContent={"groups": groups}).tables

    assert table.title == "model results"
    assert table.rows[0][1].url == "https://hf.example/a/b"


def test_an_error_is_one_whichever_way_it_is_told():
    assert shown({"type": "text", "text": "no"}, isError=True).is_error
    assert outcome_of({"error": {"code": -32602, "message": "No such tool."}}).is_error


@pytest.mark.parametrize("answer", [{}, {"result": 3}, {"result": {"content": [None, {}, 7]}}])
def test_an_answer_of_no_known_form_is_shown_all_the_same(answer):
    assert not outcome_of(answer).is_error


def test_the_command_has_a_word_in_place_of_a_key_and_nothing_breaks_out_of_it():
    command = curl("https://x.example/u/a/mcp", request_of("t", {"q": "it's $(id) `id`"}))

    assert KEY in command
    assert "'\"'\"'s $(id) `id`" in command


def test_files_are_cut_in_what_is_shown_of_a_call():
    text = pretty(request_of("t", {"file": "data:image/png;base64," + "A" * 900_000}))

    assert len(text) < 1_000
    assert "characters)" in text


def test_the_handle_of_what_was_kept_is_there_to_copy():
    handle = handle_of(new_id(), "a.png")

    [block] = shown({"type": "resource_link", "uri": handle, "name": "a.png"}).blocks

    assert (block.kind, block.label, block.pieces[0].text) == ("handle", "a.png", handle)


@pytest.mark.parametrize(
    ("mime_type", "media"),
    [
        ("audio/wav", "audio"),
        ("video/mp4", "video"),
        ("image/png", ""),
        ("image/svg+xml", ""),
        ("text/html", ""),
        (None, ""),
    ],
)
def test_sound_and_video_that_were_kept_are_played(mime_type, media):
    file_id = new_id()
    link = {"type": "resource_link", "uri": handle_of(file_id, "a b"), "name": "a b"}

    [block] = shown({**link, "mimeType": mime_type}).blocks

    assert (block.media, block.file_id, block.file_name) == (media, file_id, "a b")
