import pytest

from tests.mcpendpoint.heads import make_head


def test_a_repeated_header_is_there_twice():
    head = make_head(headers=[("Mcp-Name", "a"), ("Mcp-Name", "b")])

    assert head.values("mcp-name") == ["a", "b"]


def test_a_header_with_an_underscore_is_not_taken_for_one_with_a_hyphen():
    head = make_head(headers=[("mcp_protocol_version", "2026-07-28"), ("x_mcp_bouquet", "all")])

    assert "mcp-protocol-version" not in head.headers
    assert "x-mcp-bouquet" not in head.headers


def test_white_space_around_a_value_is_not_part_of_it():
    assert make_head(headers=[("Mcp-Method", " \ttools/list\t ")]).headers["mcp-method"] == (
        "tools/list"
    )


def test_bytes_beyond_ascii_in_a_header_are_read_one_for_one():
    assert make_head(headers=[("Mcp-Name", "ü\xa0")]).headers["mcp-name"] == "ü\xa0"


@pytest.mark.parametrize(
    ("accept", "takes_it"),
    [
        (None, True),
        ("text/event-stream", True),
        ("application/json, text/event-stream", True),
        ("*/*", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_a_stream_is_sent_to_those_who_take_one(accept, takes_it):
    headers = [] if accept is None else [("Accept", accept)]

    assert make_head(headers=headers).accepts("text/event-stream") is takes_it


def test_a_query_keeps_blank_and_repeated_parameters():
    head = make_head("login&gradio=a/b&gradio=c%2Fd&bouquet=")

    assert head.query == {"login": [""], "gradio": ["a/b", "c/d"], "bouquet": [""]}


def test_a_query_with_far_too_many_parameters_is_not_read():
    head = make_head("&".join(f"p{n}=1" for n in range(1000)))

    assert head.has_too_many_fields
    assert head.query == {}
