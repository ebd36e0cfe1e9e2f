"""What is written to the audit log, and that it stays there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.access_keys import create_access_key, revoke_access_key
from accounts.audit import Action, Outcome, ToolCall, write_tool_calls
from accounts.consequences import ApprovalChoices, Choice
from accounts.models import AuditEvent
from accounts.people import remove_account
from accounts.preferences import forget_tools, save_approvals, save_tools
from accounts.request_ids import begin_request
from accounts.space_selection import add_space, remove_space
from mcpendpoint.protocol import records
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def events(user=None):
    found = AuditEvent.objects.order_by("pk")
    return list(found if user is None else found.filter(user=user))


def actions(user):
    return [event.action for event in events(user)]


def call(**overrides):
    fields = {
        "at": NOON,
        "user_id": None,
        "tool": "hub_repo_search",
        "outcome": "ok",
        "client": "Cursor",
        "duration_ms": 12.3456,
        "address": "",
        "detail": {"credential": "access_key"},
    }
    return ToolCall(**(fields | overrides))


def test_whatever_comes_of_a_message_has_a_word_in_the_log():
    assert set(Outcome.values) == set(records.Outcome)
    assert set(AuditEvent.Reason.values) == set(records.Reason)


def test_what_somebody_does_is_of_the_request_that_they_do_it_with(alice):
    request_id = begin_request()

    audit.record(Action.KEY_CREATED, alice)

    assert events(alice)[0].request_id == request_id


def test_nothing_in_the_log_can_be_changed_or_taken_out(alice):
    audit.record(Action.KEY_CREATED, alice)
    event = events(alice)[0]
    log = AuditEvent.objects.all()

    event.tool = "another"
    attempts = [
        event.save,
        event.delete,
        log.delete,
        lambda: log.update(tool="another"),
        lambda: log.bulk_update([event], ["tool"]),
        lambda: AuditEvent.objects.update_or_create(pk=event.pk, defaults={"tool": "another"}),
        lambda: log.bulk_create(
            [AuditEvent(pk=event.pk, at=NOON, tool="another")],
            update_conflicts=True,
            update_fields=["tool"],
            unique_fields=["id"],
        ),
        lambda: alice.audit_events.update(tool="another"),
        lambda: alice.audit_events.all().delete(),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError), transaction.atomic():
            attempt()
    assert events(alice)[0].tool == ""


def test_nothing_takes_the_place_of_what_is_in_the_log(alice):
    audit.record(Action.KEY_CREATED, alice)
    event = events(alice)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent(pk=event.pk, at=NOON, action=Action.SIGN_IN, tool="another").save()

    assert events(alice)[0].tool == ""


def test_signing_in_and_out_is_logged(client, alice):
    client.force_login(alice)
    client.post("/sign-out/")

    assert actions(alice) == ["sign_in", "sign_out"]
    assert events(alice)[0].detail == {"with": "token"}


def test_signing_out_without_having_signed_in_is_nothing(client):
    client.post("/sign-out/")

    assert events() == []


def test_keys_are_logged_by_name_and_never_by_text(alice):
    row, text = create_access_key(alice, "laptop")
    revoke_access_key(alice, row.pk)

    assert actions(alice) == ["key_created", "key_revoked"]
    assert [event.detail["key"] for event in events(alice)] == ["laptop", "laptop"]
    assert text not in repr([vars(event) for event in events(alice)])


def test_revoking_the_key_of_another_is_nothing(alice, stranger):
    row, _ = create_access_key(alice, "laptop")

    assert not revoke_access_key(stranger, row.pk)
    assert events(stranger) == []


def test_changed_selections_are_logged(alice):
    save_tools(alice, ["hub_repo_search"], include_images=False)
    forget_tools(alice)

    assert actions(alice) == ["selection_changed", "selection_changed"]
    assert events(alice)[0].detail == {
        "switched off": ["hf_fs", "hub_repo_details", "include_images"],
        "tools": ["hub_repo_search"],
        "include_images": False,
        "urls_may_write": False,
    }


def test_what_is_asked_about_is_logged(alice):
    save_approvals(alice, ApprovalChoices(spend=Choice.NEVER))

    assert events(alice)[0].detail == {
        "approve_delete": "ask",
        "approve_publish": "ask",
        "approve_spend": "never",
    }


def test_spaces_are_logged_and_private_ones_without_their_name(alice):
    add_space(alice, "acme/open", is_private=False, title="", emoji="")
    add_space(alice, "alice/secret", is_private=True, title="", emoji="")
    remove_space(alice, "alice/secret")
    remove_space(alice, "acme/never-added")

    assert actions(alice) == ["space_added", "space_added", "space_removed"]
    assert [event.detail["space"] for event in events(alice)] == ["acme/open", "private", "private"]


def test_the_log_knows_whose_account_was_removed(alice, client):
    user_id, hf_id = alice.pk, alice.hf_id
    save_tools(alice, [], include_images=True)

    remove_account(alice, client.session)

    assert [(event.action, event.user_id, event.hf_id) for event in events()] == [
        ("selection_changed", user_id, hf_id),
        ("account_removed", user_id, hf_id),
    ]


def test_what_is_rolled_back_did_not_happen(alice, monkeypatch):
    monkeypatch.setattr("accounts.preferences.announce", lambda user_id: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        save_tools(alice, [], include_images=True)

    assert events(alice) == []


def test_calls_are_stored_with_who_made_them(alice, stranger):
    write_tool_calls(
        [call(user_id=alice.pk), call(user_id=stranger.pk, outcome="denied"), call(user_id=None)]
    )

    stored = events()
    assert [event.hf_id for event in stored] == [alice.hf_id, stranger.hf_id, ""]
    assert [event.outcome for event in stored] == ["ok", "denied", "ok"]
    assert stored[0].at == NOON
    assert stored[0].action == Action.TOOL_CALL
    assert stored[0].duration_ms == 12.346
    assert stored[0].detail == {"credential": "access_key"}


def test_calls_of_a_user_who_is_gone_by_now_are_stored(alice):
    gone = make_user("gone")
    user_id = gone.pk
    gone.delete()

    write_tool_calls([call(user_id=user_id), call(user_id=alice.pk)])

    assert [event.user_id for event in events()] == [user_id, alice.pk]


def test_many_calls_with_the_longest_names_are_stored(alice):
    write_tool_calls([call(user_id=alice.pk, tool="t" * 500, client="c" * 500)] * 500)

    assert len(events(alice)) == 500


def test_no_calls_are_no_problem():
    write_tool_calls([])

    assert events() == []


def test_what_is_older_than_the_retention_is_forgotten(settings):
    settings.AUDIT_RETENTION_DAYS = 7
    now = timezone.now()
    ages = [timedelta(days=6), timedelta(days=8), timedelta(days=300)]
    write_tool_calls([call(at=now - age, tool=f"{age.days}") for age in ages])

    audit.forget_old(now)

    assert [event.tool for event in events()] == ["6"]


def test_forgetting_copes_with_more_than_one_bite(monkeypatch, settings):
    monkeypatch.setattr("accounts.housekeeping.ROWS_AT_ONCE", 3)
    write_tool_calls([call(at=NOON - timedelta(days=1_000))] * 10)

    assert audit.forget_old(NOON) == 10
    assert events() == []


def test_calls_of_nobody_make_room_first_and_what_is_no_call_stays(alice, settings):
    settings.AUDIT_MAX_ROWS = 3
    audit.record(Action.SIGN_OUT, alice)
    mine = [call(user_id=alice.pk, tool=f"mine {number}") for number in range(4)]
    write_tool_calls([*mine, *[call(user_id=None, tool="flood")] * 5])

    assert audit.forget_surplus(NOON) == 6

    assert {event.tool for event in events()} == {"", "mine 1", "mine 2", "mine 3"}


def test_addresses_are_kept_only_where_the_setting_says_so(alice, client_of, settings):
    def sign_out(address):
        client_of(alice).post("/sign-out/", REMOTE_ADDR=address)
        return events(alice)[-1].address

    assert sign_out("203.0.113.7") == ""
    settings.AUDIT_IP = True
    assert sign_out("203.0.113.7") == "203.0.113.7"


def test_addresses_are_those_that_our_proxy_saw(alice, client_of, settings):
    settings.AUDIT_IP = True
    settings.TRUSTED_PROXIES = 1

    client_of(alice).post("/sign-out/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})

    assert events(alice)[-1].address == "203.0.113.7"


def test_a_token_that_does_not_sign_in_is_logged_without_the_token(hub, settings, client):
    settings.HF_ENDPOINT = hub.url

    answer = client.post("/sign-in/", {"token": "hf_expired"})

    assert answer.status_code == 422
    assert [(e.action, e.outcome, e.user_id) for e in events()] == [("sign_in", "denied", None)]
    assert events()[0].detail == {"reason": "wrong token"}


def test_a_disabled_user_who_tries_to_sign_in_is_logged(hub, settings, client):
    settings.HF_ENDPOINT = hub.url
    client.post("/sign-in/", {"token": "hf_user_disabled-one"})
    user = events()[0].user
    user.is_active = False
    user.save()

    Client().post("/sign-in/", {"token": "hf_user_disabled-one"})

    assert events(user)[-1].outcome == "denied"
    assert events(user)[-1].detail == {"reason": "account disabled"}


def test_guessing_tokens_on_the_sign_in_page_ends_soon(hub, settings):
    settings.HF_ENDPOINT = hub.url
    settings.LIMIT_SIGN_IN_PER_MINUTE = 3

    def attempt(address="203.0.113.99"):
        return Client().post("/sign-in/", {"token": "hf_expired"}, REMOTE_ADDR=address)

    answers = [attempt() for _ in range(4)]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert int(answers[-1]["Retry-After"]) >= 1
    assert "Too many attempts" in answers[-1].text
    assert attempt("203.0.113.98").status_code == 422
