import pytest

from mcpendpoint.tools.sandbox.handles import BadHandle, Handle, parse_handle


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("hfsb2:acme:687f00aa", Handle("acme", "687f00aa")),
        (" acme.inc/687f00aa ", Handle("acme.inc", "687f00aa")),
        ("687f00aa", Handle(None, "687f00aa")),
    ],
)
def test_a_handle_has_three_forms(text, handle):
    assert parse_handle(text) == handle


def test_a_handle_is_what_it_is_made_of():
    assert parse_handle(str(Handle("acme", "687f00aa"))) == Handle("acme", "687f00aa")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hfsb1:acme:687f",
        "hfsb2:acme",
        "hfsb2::687f",
        "hfsb2:acme:687f:x",
        "hfsb2:..:687f",
        "hfsb2:acme:x.evil.example/",
        "acme/x/y",
        "acme/687f?x=1",
        "687f--1",
        "x" * 51,
        "évil",
    ],
)
def test_what_would_become_another_host_is_no_handle(text):
    with pytest.raises(BadHandle):
        parse_handle(text)
