import pytest

from accounts.outgoing.errors import UnreadableJson
from accounts.outgoing.untrusted_json import parse_json


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"NaN",
        b'"\xff"',
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b"[" + b'{"a":[],"b":{}},' * 200 + b"[" * 150 + b"]" * 150 + b"]",
        b"[" + b"1," * 120_000 + b"1]",
        b"[" + b"{}," * 60_000 + b"1]",
        b"[" + b'"a,b",' * 120_000 + b"1]",
        b"{" + b'"":"",' * 120_000 + b'"":1}',
    ],
)
def test_what_is_not_json_or_too_much_of_it_is_refused(text):
    with pytest.raises(UnreadableJson):
        parse_json(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"null", None),
        (b'"' + b"x" * 1_000_000 + b'"', "x" * 1_000_000),
        (b"[" * 90 + b"]" * 90, None),
        (b"[" + b"1," * 90_000 + b"1]", [1] * 90_001),
        (b'["[[[[", "{{{{"]', ["[[[[", "{{{{"]),
        (b'["' + b"1,2\\n" * 200_000 + b'"]', None),
        (b'["' + rb"\"a\"," * 200_000 + b'"]', None),
        (b'["\\\\", "' + b"," * 200_000 + b'"]', None),
    ],
)
def test_all_else_is_read(text, value):
    assert value is None or parse_json(text) == value
    parse_json(text)
