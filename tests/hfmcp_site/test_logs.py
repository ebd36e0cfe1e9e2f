"""Log lines say of which request they are, as text and as JSON, and quote no exception."""

import json
import logging

import pytest

from accounts.request_ids import begin_request
from hfmcp_site.logs import MAX_LINE, formatter_of


def line_of(log_format, message="It failed: %s.", *args, error=None):
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("accounts.x", logging.ERROR, "x.py", 1, message, args, exc_info)
    return formatter_of(log_format).format(record)


SECRET = "hf_of-somebody"


def raised():
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        return error


def test_a_json_line_has_what_there_is_to_know():
    request_id = begin_request()

    line = json.loads(line_of("JSON", "It failed: %s.", "so", error=raised()))

    assert (line["level"], line["logger"], line["message"]) == (
        "ERROR",
        "accounts.x",
        "It failed: so.",
    )
    assert line["request_id"] == request_id
    assert line["time"].endswith("+00:00")
    assert line["exception"].endswith("ValueError")


def test_a_line_of_text_ends_with_the_id():
    request_id = begin_request()

    assert line_of("TEXT", "It %s.", "failed").endswith(
        f"ERROR accounts.x It failed. [{request_id}]"
    )


@pytest.mark.parametrize("log_format", ["TEXT", "JSON"])
def test_no_line_has_the_text_of_an_exception_or_more_than_so_many_characters(log_format):
    assert SECRET not in line_of(log_format, error=raised())
    assert len(line_of(log_format, "x" * 10_000)) < MAX_LINE + 300


@pytest.mark.parametrize("quoted", ["two\nlines", "\ud800", '"quotes"'])
def test_a_json_line_is_one_line_whatever_it_quotes(quoted):
    line = line_of("JSON", "It was %s.", quoted)

    assert "\n" not in line
    assert json.loads(line)["message"] == f"It was {quoted}."
