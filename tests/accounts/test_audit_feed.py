"""`hfmcp audit export`: nothing twice, nothing left out, however it is interrupted."""

import json
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit, audit_feed
from accounts.audit import Action
from accounts.models import AuditEvent


def export(*options):
    said = StringIO()
    call_command("audit", "export", *options, stdout=said, stderr=StringIO())
    return [json.loads(line) for line in said.getvalue().splitlines()]


def ids(lines):
    return [line["id"] for line in lines]


@pytest.mark.django_db
def test_an_export_goes_on_where_the_last_one_ended(alice):
    audit.record(Action.SIGN_OUT, alice)
    first = export()
    audit.record(Action.SIGN_IN, alice, detail={"with": "oauth"})

    second = export("--since", str(first[-1]["id"]))

    assert ids(first) == sorted(ids(first))
    assert [line["action"] for line in second] == [Action.AUDIT_EXPORTED, Action.SIGN_IN]
    assert second[-1]["user"] == alice.username
    assert export("--since", str(second[-1]["id"]))[0]["action"] == Action.AUDIT_EXPORTED


@pytest.mark.django_db
def test_an_export_since_a_time_leaves_out_what_was_before(alice):
    moment = timezone.now() + timedelta(hours=1)
    audit.write_tool_calls(
        [
            audit.ToolCall(at, alice.pk, "hf_fs", "ok", "", 1.0, "", {})
            for at in (moment, moment - timedelta(minutes=1), moment + timedelta(minutes=1))
        ]
    )

    lines = export("--since", moment.isoformat())

    assert [line["at"] for line in lines] == [
        moment.isoformat(),
        (moment + timedelta(minutes=1)).isoformat(),
    ]


@pytest.mark.django_db
def test_a_long_log_is_read_in_steps(alice, monkeypatch):
    monkeypatch.setattr(audit_feed, "ROWS_AT_ONCE", 3)
    for _ in range(10):
        audit.record(Action.SIGN_IN, alice)

    lines = export()

    stored = list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))
    assert len(lines) >= 10
    assert ids(lines) == stored[:-1]


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["yesterday", "-1", "2026-13-01"])
def test_a_place_that_is_none_is_an_error(since):
    with pytest.raises(CommandError, match="--since should be"):
        export(f"--since={since}")


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_still_being_written_is_waited_for(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("On PostgreSQL: see test_on_postgresql.py.")
    monkeypatch.setattr(audit_feed, "WAIT_SECONDS", 0.2)
    insert = (
        "INSERT INTO accounts_auditevent (at, hf_id, action, outcome, tool, client, address,"
        " detail) VALUES (now(), '', 'sign_in', 'ok', '', '', '', '{}') RETURNING id"
    )
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(
        **{name: parameters[name] for name in names if name in parameters}
    ) as other:
        (early,) = other.execute(insert).fetchone()
        audit.record(Action.SIGN_OUT)
        with pytest.raises(CommandError, match="try again"):
            export()
        other.commit()

        assert early in ids(export())


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_nowhere():
    class Changed(Exception):
        pass

    with pytest.raises(Changed), transaction.atomic():
        audit.record(Action.SIGN_OUT)
        raise Changed

    assert [line["action"] for line in export()] == []
