"""An answer is never larger than it may be, and says what it leaves out and where that is."""

import orjson
import pytest

from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.serving.answer_size import TOO_LARGE, fit

MAX = 100_000


def fitted(result, *, has_output_schema=False):
    body = {"jsonrpc": "2.0", "id": 7, "result": result}
    answer = fit(Answer(body, 200), MAX, has_output_schema=has_output_schema)
    assert len(answer.raw) <= MAX
    assert orjson.loads(answer.raw) == answer.body
    assert answer.body["id"] == 7
    return answer.body.get("result")


def text(value):
    return {"type": "text", "text": value}


def image(size, kind="image/png"):
    return {"type": "image", "data": "A" * size, "mimeType": kind}


def test_an_answer_that_fits_is_left_as_it_is():
    result = {"content": [text("x" * 90_000)], "structuredContent": {"a": 1}, "isError": False}

    assert fitted(result) == result


def test_an_image_that_does_not_fit_is_left_out_in_words_and_the_rest_stays():
    result = fitted({"content": [text("a fox"), image(8_000_000), image(1_000)], "isError": False})

    first, second, third = result["content"]
    assert first == text("a fox")
    assert "image/png" in second["text"]
    assert "left out" in second["text"]
    assert third == image(1_000)


def test_a_file_that_is_left_out_says_where_it_is():
    resource = {"uri": "https://example.com/a.bin", "mimeType": "application/x", "blob": "A" * MAX}

    result = fitted({"content": [{"type": "resource", "resource": resource}]})

    assert "https://example.com/a.bin" in result["content"][0]["text"]


@pytest.mark.parametrize("character", ["a", "ä", "\U0001f600", "\x01", '"'])
def test_a_long_text_is_cut_and_says_how_much_of_it_there_is(character):
    result = fitted({"content": [text(character * 300_000), text("the end")], "isError": False})

    assert result["content"][0]["text"].startswith(character * 5_000)
    assert "of 300,000 characters" in result["content"][0]["text"]
    assert result["content"][1] == text("the end")


def test_many_texts_that_are_too_much_together_are_cut_the_longest_first():
    result = fitted({"content": [text("x" * 60_000), text("y" * 50_000), text("short")]})

    assert result["content"][2] == text("short")
    assert len(result["content"]) == 3


def test_structured_content_without_a_schema_goes_before_the_text():
    result = fitted({"content": [text("x" * 1_000)], "structuredContent": {"a": "x" * MAX}})

    assert "structuredContent" not in result
    assert result["content"][0] == text("x" * 1_000)


def test_structured_content_that_has_to_be_there_makes_an_error_when_it_is_too_large():
    huge = {"content": [text("x")], "structuredContent": {"a": "x" * MAX}, "resultType": "complete"}

    result = fitted(huge, has_output_schema=True)

    assert result["isError"] is True
    assert result["resultType"] == "complete"
    assert "Ask for less" in result["content"][0]["text"]


def test_structured_content_that_has_to_be_there_stays_whole_when_the_text_can_be_cut():
    large = {"content": [text("x" * MAX)], "structuredContent": {"a": "x" * 20_000}}

    result = fitted(large, has_output_schema=True)

    assert result["structuredContent"] == {"a": "x" * 20_000}


def test_thousands_of_blocks_are_an_error_when_their_mere_number_is_too_much():
    assert fitted({"content": [text("x")] * 10_000})["isError"] is True


@pytest.mark.parametrize("result", [{"contents": [{"blob": "A" * MAX}]}, {"messages": "x" * MAX}])
def test_any_other_answer_that_is_too_large_is_an_error(result):
    body = {"jsonrpc": "2.0", "id": 7, "result": result}

    answer = fit(Answer(body, 200), MAX, has_output_schema=False)

    assert answer.error_code == TOO_LARGE
    assert len(answer.raw) < 1_000


def test_what_cannot_be_written_down_is_an_internal_error():
    body = {"jsonrpc": "2.0", "id": 7, "result": {"number": 2**70}}

    answer = fit(Answer(body, 200), MAX, has_output_schema=False)

    assert answer.error_code == -32603
