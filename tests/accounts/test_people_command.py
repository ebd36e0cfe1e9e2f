"""`hfmcp people`, `sessions` and `keys`: what an operator does with accounts."""

import json
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.access_keys import create_access_key
from accounts.models import AuditEvent, FormerName, HubWebhook, User
from accounts.operators import blocks
from accounts.operators.models import Role, RoleGrant
from accounts.person_export import SECRET_FIELDS
from accounts.space_selection import add_space
from tests.accounts.conftest import make_user
from tests.standins.serve import ROOT
from tests.test_starting_and_stopping import env_of

pytestmark = pytest.mark.django_db

Action = AuditEvent.Action


def run(*words):
    said = StringIO()
    call_command(*words, stdout=said, stderr=StringIO())
    return said.getvalue()


def noted():
    """Return what the audit log got from commands, newest last."""
    events = AuditEvent.objects.order_by("pk")
    return [(each.action, each.hf_id) for each in events if each.detail.get("by")]


@pytest.mark.django_db(transaction=True)
def test_a_blocked_person_is_let_in_nowhere_until_unblocked(alice, alice_client):
    run("people", "block", alice.username, "--reason", "spam", "--yes")
    blocked = alice_client.get("/settings/").status_code
    run("people", "unblock", f"id:{alice.hf_id}", "--yes")

    assert blocked == 403
    assert blocks.block_of(alice.hf_id) is None
    made, undone = AuditEvent.objects.filter(
        action__in=(Action.BLOCK_MADE, Action.BLOCK_UNDONE)
    ).order_by("pk")
    assert made.detail["reason"] == undone.detail["reason"] == "spam"
    assert made.detail["id"] == alice.hf_id


def test_nothing_is_done_where_nobody_can_be_asked(alice):
    with pytest.raises(CommandError, match="--yes"):
        run("people", "remove", alice.username)

    assert User.objects.filter(pk=alice.pk).exists()


def test_a_removed_person_is_gone_with_what_they_saved(alice):
    create_access_key(alice, "laptop")

    run("people", "remove", alice.username, "--yes")

    assert not User.objects.filter(pk=alice.pk).exists()
    assert noted() == [(Action.ACCOUNT_REMOVED, alice.hf_id)]


def test_an_unknown_name_is_an_error_that_says_what_to_do(db):
    with pytest.raises(CommandError, match="people list --search"):
        run("people", "show", "nobody")


def test_a_former_name_of_several_people_has_to_be_said_by_id(alice, stranger):
    FormerName.objects.create(user=alice, name="old")
    FormerName.objects.create(user=stranger, name="old")

    with pytest.raises(CommandError, match=f"id:{stranger.hf_id}"):
        run("people", "block", "old", "--yes")

    assert not User.objects.filter(is_active=False).exists()


def test_a_former_name_of_one_person_means_them(alice):
    FormerName.objects.create(user=alice, name="old")

    assert alice.username in run("people", "show", "OLD")


def test_people_are_listed_page_by_page(db):
    people = [make_user(f"person-{number}") for number in range(5)]

    first = run("people", "list", "--limit", "3", "--json").splitlines()
    rest = run("people", "list", "--after", f"id:{people[2].hf_id}", "--json").splitlines()

    assert [json.loads(line)["name"] for line in first + rest] == [p.username for p in people]


def test_people_are_found_by_a_part_of_their_name(alice, stranger):
    assert run("people", "list", "--search", "LICE").split() == [
        alice.username,
        f"(id:{alice.hf_id})",
    ]


def test_people_are_listed_with_roles_and_blocks(alice, stranger, settings):
    settings.ADMIN_HF_USERS = [f"id:{alice.hf_id}"]
    run("people", "block", stranger.username, "--yes")

    assert run("people", "list").splitlines() == [
        f"{alice.username} (id:{alice.hf_id}): Admin",
        f"{stranger.username} (id:{stranger.hf_id}): blocked",
    ]


def test_an_admin_by_name_is_shown_as_one_in_plain_words(settings):
    settings.ADMIN_HF_USERS = ["Boss"]
    make_user("boss")

    shown = run("people", "show", "boss")

    assert "role: Admin, by ADMIN_HF_USERS\n" in shown
    assert "blocked: no\n" in shown
    assert "former names: none\n" in shown


def test_a_role_of_who_is_blocked_is_not_in_force(alice):
    RoleGrant.objects.create(subject=f"id:{alice.hf_id}", role=Role.OPERATOR)
    run("people", "block", alice.username, "--yes")

    assert "not in force while they cannot sign in" in run("people", "show", alice.username)


def test_that_no_session_is_open_is_said(db):
    said = StringIO()
    call_command("sessions", "list", stdout=StringIO(), stderr=said)

    assert said.getvalue() == "No session has an open stream.\n"


def test_an_export_has_what_is_a_persons_and_no_secret(alice, stranger):
    _, key = create_access_key(alice, "laptop")
    add_space(alice, "acme/one", is_private=False, title="One", emoji="")
    add_space(stranger, "acme/other", is_private=False, title="Other", emoji="")
    HubWebhook.objects.create(
        user=alice, address="a", digest="digest-of-secret", created_at=alice.date_joined
    )

    written = run_in_process("people", "export", alice.username)

    told = json.loads(written)
    assert told["person"]["hf_id"] == alice.hf_id
    assert [each["name"] for each in told["accounts.accesskey"]] == ["laptop"]
    assert [each["space_id"] for each in told["accounts.selectedspace"]] == ["acme/one"]
    assert told["accounts.auditevent"][-1]["action"] == Action.PERSON_EXPORTED
    for secret in (key, f"hf_user_{alice.username}", "digest-of-secret", alice.password):
        assert secret not in written


def run_in_process(*words):
    """Return what is written by commands that write to the process's own output."""
    said = StringIO()
    with redirect_stdout(said):
        call_command(*words, stderr=StringIO())
    return said.getvalue()


WORDS_OF_SECRETS = ("token", "secret", "digest", "password", "code", "checksum", "key")


def test_every_field_that_sounds_like_a_secret_is_left_out_of_exports():
    told = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if any(each.related_model is User for each in model._meta.concrete_fields)
        for field in model._meta.concrete_fields
        if any(word in field.name for word in WORDS_OF_SECRETS)
        and field.name not in SECRET_FIELDS
        and not field.is_relation
        and type(field).__name__ != "EncryptedTextField"
    }

    assert told == {
        *(f"alerts.Receiver.digest_{when}" for when in ("day", "hour", "due_at")),  # a weekly one
        "authorization.Application.hash_client_secret",  # whether it is hashed
        "authorization.Grant.code_challenge_method",
    }


def test_signing_out_ends_browsers_and_apps(alice, alice_client):
    run("sessions", "end", "--person", alice.username, "--yes")

    assert alice_client.get("/settings/").status_code == 302
    assert noted() == [(Action.SIGN_OUT_EVERYWHERE, alice.hf_id)]


def test_a_session_that_is_not_open_cannot_be_ended(db):
    with pytest.raises(CommandError, match="sessions list"):
        run("sessions", "end", "no-such", "--yes")


def test_rotation_of_keys_is_noted(alice):
    run("keys", "rotate")

    assert noted() == [(Action.KEYS_ROTATED, "")]


@pytest.mark.parametrize("command", ["people", "keys", "sessions", "audit", "spaces", "doctor"])
def test_every_command_explains_itself(command, tmp_path):
    program = "from hfmcp_site.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, command, "--help"],
        cwd=ROOT,
        env=env_of(tmp_path),
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 0, ended.stderr
    assert f"hfmcp {command}" in ended.stdout
