from datetime import UTC, datetime

import pytest

from mcpendpoint.tools import markdown


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (950, "950"), (12_345, "12.3K"), (1_234_567, "1.2M"), (7e9, "7.0B"), (None, "—")],
)
def test_numbers(value, text):
    assert markdown.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 KB"), (2_000_000, "2.0 MB"), (3e9, "3.0 GB")],
)
def test_sizes(value, text):
    assert markdown.byte_size(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_counts(value, text):
    assert markdown.count(value, "file") == text


def test_dates():
    assert markdown.date(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-02"


def test_a_table_holds_whatever_is_in_its_cells():
    text = markdown.table(["A", "B"], [["x|y", "line\nbreak"], ["", "a\\"]])

    assert text == "| A | B |\n|---|---|\n| x\\|y | line break |\n| — | a\\\\ |"


def test_code_cannot_be_ended_from_within():
    assert markdown.code("a`b\n`c") == "`aˋb ˋc`"


def test_what_is_left_out_of_a_list_is_counted():
    assert markdown.some(["a", "b", "c"], 2) == "a, b, … and 1 more"
    assert markdown.some(["a"], 2, as_code=True) == "`a`"


@pytest.mark.parametrize(("max_chars", "count"), [(0, 1), (10, 1), (11, 1), (12, 2), (100, 3)])
def test_whole_blocks_fit_or_not_but_one_always_does(max_chars, count):
    assert markdown.count_fitting(["x" * 8, "x" * 4, "x" * 8], max_chars) == count
