"""Each tool call is in the audit log, and a call is all that is in it."""

import pytest
from asgiref.sync import sync_to_async

from accounts.models import AuditEvent
from dashboard.call_log import CallLog
from mcpendpoint.protocol.records import Outcome, Reason
from tests.dashboard.factories import NOON, make_record


def stored_of(*records):
    stored = []

    async def store():
        log = CallLog(write=lambda calls: stored.extend(calls.calls), prune=lambda: None)
        for record in records:
            log.note(record)
        await log.flush()

    return store, stored


async def calls_of(*records):
    store, stored = stored_of(*records)
    await store()
    return stored


async def test_a_call_is_taken_down_with_tool_outcome_duration_and_client():
    (call,) = await calls_of(make_record(tool="hub_repo_search", user_id=7))

    assert (call.at, call.user_id, call.tool) == (NOON, 7, "hub_repo_search")
    assert (call.outcome, call.client, call.duration_ms) == ("ok", "Cursor", 12.0)
    assert call.detail == {"credential": "access_key"}


async def test_other_messages_are_not():
    limited = make_record(method="tools/list", outcome=Outcome.LIMITED, reason=Reason.LIMIT)

    assert await calls_of(limited, make_record(method="tools/list"), make_record(method="")) == []


@pytest.mark.parametrize(
    ("method", "shown"), [("tools/list", "tools/list"), ("", "http/500"), ("made up", "http/500")]
)
async def test_others_that_failed_by_a_fault_of_ours_can_be_found_by_their_id(method, shown):
    failed = {"outcome": Outcome.FAILED, "reason": Reason.OUR_FAULT, "http_status": 500}

    (call,) = await calls_of(make_record(method=method, tool="", request_id="of-a-bug", **failed))

    assert (call.tool, call.reason, call.request_id) == (shown, "our_fault", "of-a-bug")


@pytest.mark.parametrize("method", ["resources/read", "prompts/get"])
async def test_what_is_read_without_a_tool_is_taken_down_by_its_method(method):
    (call,) = await calls_of(make_record(method=method, tool="", user_id=7))

    assert (call.user_id, call.tool, call.outcome) == (7, method, "ok")


async def test_a_denied_call_is_told_from_one_of_a_tool_that_does_not_exist():
    calls = await calls_of(
        make_record(tool="hub_repo_search", outcome=Outcome.DENIED),
        make_record(tool="", outcome=Outcome.REJECTED),
        make_record(tool="", outcome=Outcome.DENIED, credential="refused"),
    )

    assert [call.outcome for call in calls] == ["denied", "rejected", "denied"]
    assert calls[2].detail == {"credential": "refused"}


async def test_a_call_of_a_space_says_which():
    (call,) = await calls_of(make_record(tool="gr1_draw", space_id="acme/draw"))

    assert call.tool == "gr1_draw"
    assert call.detail["space"] == "acme/draw"


async def test_a_private_space_keeps_its_tools_to_itself():
    (call,) = await calls_of(make_record(tool="grp12_secret_plan", space_id="private"))

    assert call.tool == "grp12_…"


async def test_a_call_over_a_limit_says_which():
    (call,) = await calls_of(make_record(outcome=Outcome.LIMITED, limit="space"))

    assert (call.outcome, call.detail["limit"]) == ("limited", "space")


async def test_what_a_failing_database_does_not_take_is_kept():
    is_broken = True
    stored = []

    def write(calls):
        if is_broken:
            raise OSError
        stored.extend(calls.calls)

    log = CallLog(write=write, prune=lambda: None, clock=lambda: NOON)
    log.note(make_record())
    await log.flush()
    log.note(make_record(tool="another"))
    assert log.unstored == 2

    is_broken = False
    await log.flush()

    assert [call.tool for call in stored] == ["hub_repo_search", "another"]


async def test_there_is_an_end_to_what_is_kept(monkeypatch):
    monkeypatch.setattr("dashboard.call_log.MAX_CALLS", 10)

    def write(calls):
        raise OSError

    log = CallLog(write=write, clock=lambda: NOON)
    for number in range(25):
        log.note(make_record(tool=f"{number}"))
    await log.flush()

    assert log.unstored == 10


@pytest.mark.django_db(transaction=True)
async def test_calls_are_in_the_log_soon(staff):
    log = CallLog()
    log.note(make_record(user_id=staff.pk))
    await log.flush()

    event = await sync_to_async(AuditEvent.objects.select_related("user").get)()
    assert (event.user, event.hf_id, event.action) == (staff, staff.hf_id, "tool_call")


async def test_a_call_says_which_key_or_app_it_came_by():
    key, app, nobody = await calls_of(
        make_record(credential="access_key", credential_name="Laptop"),
        make_record(credential="oauth", credential_name="Claude Code"),
        make_record(credential="anonymous"),
    )

    assert key.detail == {"credential": "access_key", "key": "Laptop"}
    assert app.detail == {"credential": "oauth", "app": "Claude Code"}
    assert nobody.detail == {"credential": "anonymous"}


async def test_wrong_credentials_are_counted_whatever_they_were_sent_for():
    refused = [
        make_record(method=method, credential="refused", outcome=Outcome.DENIED)
        for method in ("tools/list", "tools/call", "initialize")
    ]

    (call,) = await calls_of(*refused)

    assert (call.action, call.outcome, call.tool) == ("credential_refused", "denied", "")
