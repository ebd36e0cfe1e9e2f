import pytest

from mcpendpoint.protocol.visible_text import has_hidden, revealed, visible, visible_line


@pytest.mark.parametrize(
    "text",
    [
        "plain, with a\ttab and\nlines",
        "größe 大小 עברית हिन्दी",
        "👩‍👩‍👧 and ❤️‍🔥 and 🇩🇪",
        "می‌خواهم",
    ],
)
def test_text_that_people_write_stays(text):
    assert visible(text) == text
    assert revealed(text) == text
    assert not has_hidden(text)


@pytest.mark.parametrize(
    "hidden",
    ["\u202e", "\u2066", "\u200e", "\u200b", "\ufeff", "\u2060", "\U000e0041", "\u00ad", "\u3164"]
    + ["\x00", "\x1b", "\x9b", "\ud800", "\ue000", "\ufe01", "\U000e0101", "\u034f", "\u180e"]
    + ["\u200d", "\u200c", "\ufe0f", "\u2800", "\ufffe"],
)
def test_character_that_nobody_sees_goes(hidden):
    assert visible(f"a{hidden}b") == "ab"
    assert revealed(f"a{hidden}b") == f"a⟨U+{ord(hidden):04X}⟩b"
    assert has_hidden(f"a{hidden}b")


def test_joiners_in_a_row_go_as_they_could_spell_bits():
    assert visible("é\u200d\u200c\u200d\u200c") == "é\u200d"
    assert visible("❤\ufe0f\ufe0f\ufe0f") == "❤\ufe0f"


def test_line_has_no_line_ends():
    assert visible_line(" a\r\n b\u2028c\t") == "a b c"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_a_line_end_that_files_keep_apart_is_named(separator):
    assert revealed(f"a{separator}b\r\nc") == f"a⟨U+{ord(separator):04X}⟩b\nc"
