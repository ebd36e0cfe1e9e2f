"""Whatever does not go well is recorded with its reason."""

import asyncio
from dataclasses import replace
from types import MappingProxyType

import pytest
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

from accounts.access_keys import create_access_key
from accounts.authorization.scopes import Scope
from accounts.database import DatabaseBusy, lookups
from accounts.operators.block_list import InForce, block_list
from accounts.preferences import save_tools
from accounts.space_prefixes import url_space_prefix
from hfmcp_site.request_ids import RequestIds
from mcpendpoint.protocol import records
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.reasons import reason_of
from mcpendpoint.tools.registry import by_name
from mcpendpoint.transports.handler import EndpointHandler
from tests.accounts.conftest import make_user
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.wire import initialize, modern, modern_headers, request

pytestmark = pytest.mark.django_db(transaction=True)

MISSING = {"operations": [{"cmd": "cat", "args": ["hf://models/acme/none/README.md"]}]}
SEARCH = {"query": "reasons"}
DETAILS = {"repo_ids": ["acme/tiny-model"], "repo_type": "model"}
DELETION = {"cmd": "rm", "args": ["hf://models/acme/tiny-model/README.md"]}


def call(tool, arguments=None):
    return request("tools/call", {"name": tool, "arguments": arguments or {}})


@pytest.fixture
def heard(monkeypatch):
    records_heard = []
    monkeypatch.setattr("mcpendpoint.protocol.records._listeners", [])
    records.listen(records_heard.append)
    return records_heard


@pytest.fixture
def send(heard, hub_side, settings):
    settings.HF_TIMEOUT_SECONDS = 2

    async def send(body, token=None, path="/mcp?gradio=none", app=None):
        answer = await Visitor("192.0.2.8", token, path, app).send(body)
        (record,) = heard
        return answer, record

    return send


@pytest.fixture
async def key():
    user = await sync_to_async(make_user)("alice-of-reasons")
    await sync_to_async(save_tools)(user, ["hf_fs_write"], include_images=True)

    async def key_with(*scopes):
        _, text = await sync_to_async(create_access_key)(user, "of reasons", scopes)
        return text

    return key_with


async def reason_and_outcome(send, *args, **kwargs):
    _, record = await send(*args, **kwargs)
    return record.reason, record.outcome


ASKED = [
    (call("hub_repo_search", SEARCH), None, Outcome.OK),
    (call("hub_repo_search", {"query": {}}), Reason.INVALID_ARGUMENTS, Outcome.TOOL_ERROR),
    (call("hf_fs", MISSING), Reason.NOT_FOUND, Outcome.TOOL_ERROR),
    (call("hub_repo_details", {"repo_ids": ["acme/none"]}), Reason.NOT_FOUND, Outcome.TOOL_ERROR),
    (call("hf_jobs"), Reason.NOT_SELECTED, Outcome.DENIED),
    (call("grp1_draw"), Reason.NOT_SELECTED, Outcome.DENIED),
    (call("nonsense"), Reason.NOT_FOUND, Outcome.REJECTED),
    (request("prompts/get", {"name": "nonsense"}), Reason.NOT_FOUND, Outcome.REJECTED),
    (request("resources/read", {"uri": "hf://x"}), Reason.INVALID_ARGUMENTS, Outcome.REJECTED),
    (
        request("resources/read", {"uri": "hf://models/acme/none/README.md"}),
        Reason.NOT_FOUND,
        Outcome.REJECTED,
    ),
    (request("tools/call", {}), Reason.INVALID_ARGUMENTS, Outcome.REJECTED),
    (request("made/up"), Reason.INVALID_REQUEST, Outcome.REJECTED),
    ({"jsonrpc": "1.0"}, Reason.INVALID_REQUEST, Outcome.REJECTED),
    (b"{", Reason.INVALID_REQUEST, Outcome.REJECTED),
]


@pytest.mark.parametrize(("body", "reason", "outcome"), ASKED)
async def test_it_is_known_why_a_message_did_not_go_well(send, body, reason, outcome):
    assert await reason_and_outcome(send, body) == (reason, outcome)


OF_HUB = [
    (400, Reason.HUB_REFUSED),
    (401, Reason.NOT_FOUND),
    (403, Reason.SCOPE),
    (404, Reason.NOT_FOUND),
    (429, Reason.HUB_REFUSED),
    (500, Reason.HUB_DOWN),
]


@pytest.mark.parametrize(("status", "reason"), OF_HUB)
@pytest.mark.parametrize("tool", ["hub_repo_details", "hf_fs"])
async def test_what_the_hub_answers_tells_the_reason(send, hub_side, tool, status, reason):
    hub_side.break_at("tiny-model", status=status)
    listing = {"operations": [{"cmd": "ls", "args": ["hf://models/acme/tiny-model"]}]}

    body = call(tool, DETAILS if tool == "hub_repo_details" else listing)

    assert await reason_and_outcome(send, body) == (reason, Outcome.TOOL_ERROR)


async def test_a_prompt_that_lacks_the_hub_says_so_too(send, hub_side):
    hub_side.break_at("tiny-model", status=502)
    body = request(
        "prompts/get", {"name": "model-details", "arguments": {"model_id": "acme/tiny-model"}}
    )

    assert await reason_and_outcome(send, body) == (Reason.HUB_DOWN, Outcome.TOOL_ERROR)


async def test_a_call_without_an_answer_in_time(send, hub_side, settings):
    settings.MCP_CALL_TIMEOUT_SECONDS = 0.2
    hub_side.break_at("api/models", delay=1)

    found = await reason_and_outcome(send, call("hub_repo_search", SEARCH | {"query": "late"}))

    assert found == (Reason.TIMEOUT, Outcome.TOOL_ERROR)


async def test_nobody_where_somebody_is_needed(send):
    _, record = await send(request("tools/list"), path="/u/alice/mcp")

    assert (record.reason, record.outcome) == (Reason.NO_CREDENTIAL, Outcome.DENIED)
    assert record.http_status == 401


async def test_a_credential_that_is_none(send):
    found = await reason_and_outcome(send, request("tools/list"), "hfmcp_nonsense")

    assert found == (Reason.BAD_CREDENTIAL, Outcome.DENIED)


@pytest.fixture
def in_force():
    """Put blocks in force in this process, and undo them."""

    def take(kind, subject):
        block_list.take((0, (InForce(kind, subject, "", "spam", None),)))

    yield take
    block_list.take((-1, ()))


SPACE = "Acme/Demo"
CALL_OF_SPACE = call(f"{url_space_prefix(SPACE)}greet", {"name": "Ada"})


@pytest.mark.parametrize("subject", ["acme/demo", "acme/*"])
async def test_a_call_of_a_space_that_an_operator_blocked(send, in_force, subject):
    in_force("space", subject)

    answer, record = await send(CALL_OF_SPACE, path=f"/mcp?gradio={SPACE}")

    assert (record.reason, record.outcome) == (Reason.BLOCKED, Outcome.DENIED)
    assert record.space_id == subject
    assert "spam" in answer.text


@pytest.mark.parametrize(
    ("setting", "written", "label"),
    [
        ("SPACES_DENIED", "acme/demo", "acme/demo"),
        ("SPACES_DENIED", "acme/*", "acme/*"),
        ("SPACES_ALLOWED", "other/*", records.PRIVATE),
    ],
)
async def test_a_call_of_a_space_that_the_settings_do_not_allow(
    send, settings, setting, written, label
):
    setattr(settings, setting, frozenset({written}))

    _, record = await send(CALL_OF_SPACE, path=f"/mcp?gradio={SPACE}")

    assert (record.reason, record.outcome) == (Reason.NOT_SELECTED, Outcome.DENIED)
    assert record.space_id == label


async def test_a_list_of_nothing_but_a_blocked_space(send, in_force):
    in_force("space", "acme/demo")

    _, record = await send(request("tools/list"), path=f"/mcp?gradio={SPACE}")

    assert record.reason is Reason.BLOCKED


async def test_a_call_of_a_blocked_client_names_a_tool_of_ours(heard, in_force):
    in_force("client", "wire")
    body = modern("tools/call", {"name": "hub_repo_search", "arguments": SEARCH})

    await Visitor("192.0.2.8").send(body, modern_headers(body))

    (record,) = heard
    assert (record.reason, record.outcome) == (Reason.BLOCKED, Outcome.DENIED)
    assert (record.tool, record.http_status) == ("hub_repo_search", 403)


async def test_a_key_that_does_not_reach_that_far(send, key):
    token = await key(Scope.READ)

    found = await reason_and_outcome(send, call("hf_fs_write", DELETION), token)

    assert found == (Reason.SCOPE, Outcome.DENIED)


async def test_a_call_that_waits_for_its_person(send, key):
    token = await key(*Scope)

    found = await reason_and_outcome(send, call("hf_fs_write", DELETION), token)

    assert found == (Reason.APPROVAL, Outcome.WAITING)


async def test_a_caller_over_a_limit(heard, send, settings):
    settings.LIMIT_ANONYMOUS_PER_MINUTE = 1
    visitor = Visitor(
        "198.51.100.77"
    )  # of whom no other test has come: what they may is remembered
    for _ in range(2):
        await visitor.send(request("ping"))

    assert (heard[-1].reason, heard[-1].http_status) == (Reason.LIMIT, 429)


async def test_a_database_that_is_away(send, monkeypatch):
    async def run(*_):
        raise DatabaseBusy

    monkeypatch.setattr(lookups, "run", run)

    _, record = await send(request("tools/list"), "hfmcp_somebody")

    assert (record.reason, record.outcome) == (Reason.UNAVAILABLE, Outcome.FAILED)
    assert record.http_status == 503


async def test_a_bug_of_ours(send, monkeypatch):
    async def run(*_):
        raise RuntimeError("secret")

    broken = by_name | {"hub_repo_search": replace(by_name["hub_repo_search"], run=run)}
    monkeypatch.setattr("mcpendpoint.serving.tool_calls.by_name", MappingProxyType(broken))

    found = await reason_and_outcome(send, call("hub_repo_search", SEARCH))

    assert found == (Reason.OUR_FAULT, Outcome.FAILED)


async def test_an_answer_that_is_too_large(send, settings):
    settings.MCP_MAX_ANSWER_BYTES = 300

    found = await reason_and_outcome(send, call("hub_repo_search", {"query": "a"}))

    assert found == (Reason.TOO_LARGE, Outcome.TOOL_ERROR)


async def until(is_so):
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


async def test_a_client_that_leaves(heard, hub_side):
    hub_side.break_at("api/models", delay=5)
    body = modern("tools/call", {"name": "hub_repo_search", "arguments": {"query": "left"}})
    calling = asyncio.create_task(Visitor("192.0.2.8").send(body, modern_headers(body)))
    await until(lambda: hub_side.asked("api/models"))
    calling.cancel()
    await until(lambda: heard)

    assert (heard[0].reason, heard[0].outcome) == (Reason.CANCELLED, Outcome.CANCELLED)


def test_a_tool_that_says_no_more_than_that_it_failed():
    assert reason_of(ToolError("Something.")) is Reason.TOOL


async def test_a_failure_that_nobody_foresaw_is_recorded_once(send, monkeypatch):
    async def identify(*_, **__):
        raise RuntimeError("secret")

    monkeypatch.setattr("mcpendpoint.transports.requests.identify", identify)

    answer, record = await send(request("ping"))

    assert (answer.status_code, record.http_status) == (500, 500)
    assert (record.reason, record.outcome) == (Reason.OUR_FAULT, Outcome.FAILED)


async def test_what_fails_after_it_was_recorded_is_not_recorded_again(send, monkeypatch):
    def begin_session(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("mcpendpoint.transports.answering.begin_session", begin_session)

    answer, record = await send(initialize())

    assert (answer.status_code, record.method) == (500, "initialize")


async def test_an_error_of_this_server_tells_by_which_id_the_log_has_the_request(send, monkeypatch):
    async def run(*_):
        raise DatabaseBusy

    monkeypatch.setattr(lookups, "run", run)
    app = RequestIds(EndpointHandler(ASGIHandler()))

    answer, record = await send(request("tools/list"), "hfmcp_somebody", app=app)

    assert answer.headers["x-request-id"] == record.request_id
    assert answer.json()["error"]["data"]["requestId"] == record.request_id


async def test_an_error_of_the_client_tells_no_id(send):
    app = RequestIds(EndpointHandler(ASGIHandler()))

    answer, _ = await send(request("made/up"), app=app)

    assert "requestId" not in answer.text
