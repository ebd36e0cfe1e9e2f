"""What HTTP+SSE refuses."""

import pytest

from mcpendpoint.transports.sse.sessions import Place
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.wire import request

EVENTS = {"Accept": "text/event-stream"}


async def test_where_it_is_switched_off_there_is_nothing(settings):
    settings.MCP_TRANSPORTS = frozenset({"push", "sessions"})

    answers = [
        await Visitor("192.0.2.1", path=path).send(request("ping"), EVENTS, method)
        for path, method in [("/sse", "GET"), ("/sse/messages", "POST")]
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(("method", "path"), [("GET", "/sse"), ("POST", "/sse/messages")])
async def test_a_challenge_names_the_metadata_of_the_stream(method, path):
    visitor = Visitor("192.0.2.1", "nonsense", path)

    answer = await visitor.send(request("ping"), EVENTS, method)

    assert answer.status_code == 401
    named = '/.well-known/oauth-protected-resource/sse"'
    assert named in answer.headers["www-authenticate"]


@pytest.mark.parametrize("note", ["", "x", "x" * 5_000, None])
async def test_a_message_for_no_open_stream_is_refused(note):
    note = Place("no worker", "1").sign() if note is None else note
    visitor = Visitor("192.0.2.1", path=f"/sse/messages?session={note}")

    answer = await visitor.send(request("ping"), EVENTS)

    assert answer.status_code == 404
