"""Bytes to JSON, lenient where the meaning is clear. Pure: no I/O.

A byte order mark is skipped (RFC 8259 8.1 allows that). Half of a surrogate pair, which JavaScript
leaves behind when it cuts a text inside an emoji, becomes U+FFFD.
What has more values than anybody means to send is refused: reading and freeing them stops all.
"""

import re
from typing import Any

import orjson

from accounts.outgoing.untrusted_json import has_more_values

MAX_VALUES = 50_000
MAX_HALVES = 10_000
"""Of surrogate pairs, in a body that has one without the other."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00{", b"{\x00", b"\x00[", b"[\x00")
_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPES = re.compile(rb"(?P<pair>%b%b)|(?P<lone>%b|%b)|\\." % (_HIGH, _LOW, _HIGH, _LOW), re.S)


class NotJson(ValueError):
    """The message says what is wrong, and quotes nothing."""


def loads(raw: bytes) -> Any:
    """Raises NotJson."""
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    if not raw.strip():
        raise NotJson("The body is empty.")
    if raw.startswith(_OTHER_ENCODINGS):
        raise NotJson("The body is not UTF-8.")
    if has_more_values(raw, MAX_VALUES):
        raise NotJson(f"The body has more than {MAX_VALUES:,} values.")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if raw.count(rb"\u") > MAX_HALVES:
            raise NotJson(_explain(raw, error)) from error
        mended = _without_lone_surrogates(raw)
        if mended != raw:
            return loads(mended)
        raise NotJson(_explain(raw, error)) from error


def _without_lone_surrogates(raw: bytes) -> bytes:
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found["lone"] else found[0], raw)


def _explain(raw: bytes, error: orjson.JSONDecodeError) -> str:
    # The decoder's own words would quote the body.
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return f"The body is not UTF-8, at byte {wrong.start:,}."
    return f"The body is not valid JSON, at line {error.lineno:,}, column {error.colno:,}."
