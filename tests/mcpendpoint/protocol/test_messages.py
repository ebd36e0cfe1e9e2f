"""https://www.jsonrpc.org/specification and the base protocol of MCP."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import INVALID_REQUEST, PARSE_ERROR

from mcpendpoint.protocol.messages import (
    MAX_BATCH,
    MAX_NAMES,
    MalformedMessage,
    Message,
    error_message,
    parse_body,
)

REQUEST = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def parse(body):
    return parse_body(orjson.dumps(body))


def refusal(raw: bytes) -> MalformedMessage:
    with pytest.raises(MalformedMessage) as refused:
        parse_body(raw)
    return refused.value


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (REQUEST, "request"),
        (REQUEST | {"id": "abc"}, "request"),
        (REQUEST | {"id": 0}, "request"),
        (REQUEST | {"id": ""}, "request"),
        (REQUEST | {"id": -(2**63)}, "request"),
        (REQUEST | {"params": {}}, "request"),
        (REQUEST | {"params": None}, "request"),
        (REQUEST | {"unknown": "member"}, "request"),
        ({"jsonrpc": "2.0", "method": "notifications/initialized"}, "notification"),
        ({"jsonrpc": "2.0", "id": 1, "result": {}}, "response"),
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": ""}}, "response"),
    ],
)
def test_a_message_is_told_by_its_members(body, kind):
    message = parse(body)

    assert isinstance(message, Message)
    assert message.kind == kind
    assert message.id == body.get("id")
    assert message.body == body


PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b"{'a': 1}",
        b'{"a": 1}{"b": 2}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_what_is_not_json_is_a_parse_error(raw):
    assert refusal(raw).code == PARSE_ERROR


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b" \n", "empty"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b'{"a": "\xe4"}', "UTF-8, at byte 7"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8"),
        (b'{\n"secret": nonsense}', "line 2, column"),
    ],
)
def test_what_is_wrong_with_the_text_is_said_and_not_quoted(raw, said):
    assert said in str(refusal(raw))
    assert "secret" not in str(refusal(raw))


def test_a_byte_order_mark_is_skipped():
    assert parse_body(b"\xef\xbb\xbf" + PING).method == "ping"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (rb"cut \ud83d", "cut \ufffd"),
        (rb"\udE17 cut", "\ufffd cut"),
        (rb"\ud83d\ud83d\ude17", "\ufffd\U0001f617"),
        (rb"\ude17\ud83d", "\ufffd\ufffd"),
        (rb"\\ud83d and \ud83d", "\\ud83d and \ufffd"),
    ],
)
def test_half_of_a_surrogate_pair_is_replaced(text, read):
    message = parse_body(PING[:-1] + b',"params":{"a":"' + text + b'"}}')

    assert message.params == {"a": read}


def test_an_error_quotes_no_more_than_a_reader_needs():
    error = error_message(-32602, "x" * 900_000, data={"a": ["y" * 900_000]})

    assert len(str(error)) < 3_000


@pytest.mark.parametrize(
    "body",
    [
        None,
        1,
        "text",
        [],
        {},
        REQUEST | {"jsonrpc": "1.0"},
        REQUEST | {"jsonrpc": 2.0},
        {"id": 1, "method": "ping"},
        REQUEST | {"id": None},
        REQUEST | {"id": True},
        REQUEST | {"id": 1.0},
        REQUEST | {"id": []},
        REQUEST | {"id": {}},
        REQUEST | {"id": "x" * 257},
        {"jsonrpc": "2.0", "id": 1},
        REQUEST | {"method": 1},
        REQUEST | {"method": ""},
        REQUEST | {"method": None},
        REQUEST | {"params": []},
        REQUEST | {"params": "text"},
        [REQUEST] * (MAX_BATCH + 1),
    ],
)
def test_what_is_no_message_is_an_invalid_request(body):
    assert refusal(orjson.dumps(body)).code == INVALID_REQUEST


def test_an_id_too_large_for_anybody_to_echo_is_refused():
    assert refusal(b'{"jsonrpc":"2.0","id":' + b"9" * 400 + b',"method":"ping"}').code in (
        INVALID_REQUEST,
        PARSE_ERROR,
    )


def test_a_refusal_names_the_request_where_it_can():
    assert refusal(orjson.dumps(REQUEST | {"params": 1})).request_id == 1
    assert refusal(orjson.dumps(REQUEST | {"id": 1.5})).request_id is None


def test_a_refusal_quotes_nothing_of_the_body():
    assert "hf_secret" not in str(refusal(b'{"token": "hf_secret'))


def test_a_malformed_entry_of_a_batch_stands_as_its_own_error():
    good, bad, also_good = parse([REQUEST, {"jsonrpc": "2.0", "id": 7}, REQUEST])

    assert isinstance(good, Message)
    assert isinstance(also_good, Message)
    assert isinstance(bad, MalformedMessage)
    assert bad.request_id == 7


@pytest.mark.parametrize("meta", [None, [], "text", 1])
def test_a_meta_that_is_no_object_counts_as_none(meta):
    assert parse(REQUEST | {"params": {"_meta": meta}}).meta == {}


def test_an_error_without_data_has_no_such_member():
    assert error_message(-32600, "No.", "7") == {
        "jsonrpc": "2.0",
        "id": "7",
        "error": {"code": -32600, "message": "No."},
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["jsonrpc", "id", "method", "params"]) | st.text(), inner)
    ),
    max_leaves=10,
)


@given(st.binary(max_size=200) | JSON.map(orjson.dumps))
def test_any_bytes_are_a_message_a_batch_or_refused(raw):
    try:
        parsed = parse_body(raw)
    except MalformedMessage as refused:
        assert refused.code in (PARSE_ERROR, INVALID_REQUEST)
        orjson.dumps(refused.request_id)
    else:
        assert isinstance(parsed, Message | list)


@pytest.mark.parametrize("name", ["_meta", "capabilities"])
def test_a_parameter_with_too_many_names_is_refused_by_its_name(name):
    names = {f"n{number}": 1 for number in range(MAX_NAMES + 1)}

    refused = refusal(orjson.dumps(REQUEST | {"params": {name: names}}))

    assert (refused.code, refused.request_id) == (INVALID_REQUEST, 1)
    assert name in str(refused)


def test_arguments_may_have_as_many_names_as_a_body():
    arguments = {f"n{number}": 1 for number in range(MAX_NAMES + 1)}

    assert isinstance(parse(REQUEST | {"params": {"arguments": arguments}}), Message)
