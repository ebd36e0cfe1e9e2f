"""The secrets of jobs are remembered for as long as somebody may ask; what is not is withheld."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts import job_secrets
from accounts.job_secrets import find_secrets, forget_secrets_of, keep_secrets
from accounts.models import JobSecrets
from accounts.people import remove_account
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.jobs.redaction import MASK, WITHHELD
from tests.accounts.conftest import make_user
from tests.loopback import shared as loopback
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.jobs.calling import jobs, start

SECRET = "a-very-secret-value"
LATER = timezone.now() + timedelta(days=1)


def name_of(token):
    return token.removeprefix("hf_user_")


async def start_elsewhere(hub_side, token, command, secrets, path="jobs", **more):
    """Start something with another program; return its ID."""
    spec = {"dockerImage": "python:3.12", "command": command, "flavor": "cpu-basic"}
    spec |= {"environment": {}, "secrets": secrets}
    body = {"jobSpec": spec, **more} if more else spec
    answer = loopback.post(
        f"{hub_side.url}/api/{path}/{name_of(token)}",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.raise_for_status().json()["id"]


async def forget_everything():
    await sync_to_async(JobSecrets.objects.all().delete)()


async def test_a_log_is_told_after_a_restart_without_its_secrets(hub_side):
    token = fresh_token()
    job_id = await start(token, "sh", "-c", "echo it is $KEY", secrets={"KEY": SECRET})
    await cache.aclear()

    done = await jobs("logs", token, job_id=job_id)

    assert done.content["outcome"]["lines"] == [f"it is {MASK}"]


async def test_a_log_is_withheld_when_its_secrets_are_forgotten(hub_side):
    token = fresh_token()
    job_id = await start(token, "sh", "-c", "echo $KEY", secrets={"KEY": SECRET})
    await forget_everything()

    with pytest.raises(ToolError, match=r"withheld: .* its secrets \(KEY\)") as caught:
        await jobs("logs", token, job_id=job_id)

    assert job_id in str(caught.value)


async def test_a_log_is_withheld_when_only_some_of_its_secrets_are_known(hub_side):
    token = fresh_token()
    secrets = {"KEY": SECRET, "OTHER": "another-secret"}
    job_id = await start(token, "sh", "-c", "echo $OTHER", secrets=secrets)
    await forget_everything()
    await sync_to_async(keep_secrets)("id", job_id, {"KEY": SECRET}, LATER)

    with pytest.raises(ToolError, match=r"its secrets \(OTHER\)"):
        await jobs("logs", token, job_id=job_id)


async def test_a_log_is_withheld_when_no_key_opens_its_secrets(hub_side, settings):
    token = fresh_token()
    job_id = await start(token, "sh", "-c", "echo $KEY", secrets={"KEY": SECRET})
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(ToolError, match="withheld"):
        await jobs("logs", token, job_id=job_id)


@pytest.mark.parametrize("operation", ["inspect", "ps", "update-labels"])
async def test_a_command_line_that_may_hold_unknown_secrets_is_withheld(hub_side, operation):
    token = fresh_token()
    command = ["curl", "-u", SECRET, "https://example.org"]
    job_id = await start_elsewhere(hub_side, token, command, {"KEY": SECRET})
    args = {
        "inspect": {"job_id": job_id},
        "ps": {"all": True},
        "update-labels": {"job_id": job_id, "labels": {"a": "b"}},
    }

    done = await jobs(operation, token, **args[operation])

    assert SECRET not in f"{done.text}{done.content}"
    assert WITHHELD in str(done.content) and "'curl'" in str(done.content)


async def test_a_command_line_of_a_schedule_that_may_hold_unknown_secrets_is_withheld(hub_side):
    token = fresh_token()
    scheduled_id = await start_elsewhere(
        hub_side,
        token,
        ["echo", SECRET],
        {"KEY": SECRET},
        path="scheduled-jobs",
        schedule="@daily",
    )

    for operation, args in (
        ("scheduled ps", {}),
        ("scheduled inspect", {"scheduled_job_id": scheduled_id}),
    ):
        done = await jobs(operation, token, **args)
        assert SECRET not in f"{done.text}{done.content}"
        assert WITHHELD in str(done.content)


@pytest.mark.parametrize("secrets", [{}, {"HF_TOKEN": "hf_" + "a" * 34}])
async def test_what_has_no_secrets_or_tokens_alone_is_told(hub_side, secrets):
    """Tokens are known by their form, whoever gave them."""
    token = fresh_token()
    words = "so $HF_TOKEN" if secrets else "so"
    job_id = await start_elsewhere(hub_side, token, ["sh", "-c", f"echo {words}"], secrets)

    log = await jobs("logs", token, job_id=job_id)
    seen = await jobs("inspect", token, job_id=job_id)

    assert log.content["outcome"]["lines"] == [f"so {MASK}" if secrets else "so"]
    assert f"echo {words}" in str(seen.content)


async def test_a_job_is_started_although_its_secrets_cannot_be_remembered(
    hub_side, monkeypatch, caplog
):
    monkeypatch.setattr(job_secrets, "MAX_BYTES", 10)
    token = fresh_token()

    job_id = await start(token, "env", secrets={"KEY": SECRET})

    assert job_id and SECRET not in caplog.text
    with pytest.raises(ToolError, match="withheld"):
        await jobs("logs", token, job_id=job_id)


async def test_nothing_is_told_of_a_job_while_its_secrets_cannot_be_known(hub_side, caplog):
    token = fresh_token()
    job_id = await start(token, "echo", "hi", secrets={"KEY": SECRET})
    await sync_to_async(_rename)("accounts_jobsecrets", "away")
    try:
        for operation in ("logs", "inspect"):
            with pytest.raises(ToolError, match="what is secret") as error:
                await jobs(operation, token, job_id=job_id)
            assert error.value.is_retryable and error.value.retry_after_seconds
        assert await start(token, "echo", "hi", secrets={"KEY": SECRET})
    finally:
        await sync_to_async(_rename)("away", "accounts_jobsecrets")

    assert SECRET not in caplog.text


def _rename(table, other):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {other}")


def stored():
    with connection.cursor() as cursor:
        cursor.execute('SELECT "values" FROM accounts_jobsecrets')
        return [value for (value,) in cursor.fetchall()]


def test_what_is_remembered_cannot_be_read_in_the_database(db):
    assert keep_secrets("1", "a", {"KEY": SECRET}, LATER)

    assert SECRET not in str(stored()) and "KEY" not in str(stored())
    assert find_secrets(["a", "b"]) == {"a": {"KEY": SECRET}}


def test_a_new_encryption_key_reaches_it(db, settings):
    keep_secrets("1", "a", {"KEY": SECRET}, LATER)
    new_key = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new_key, *settings.FIELD_ENCRYPTION_KEYS]

    call_command("keys", "rotate")
    settings.FIELD_ENCRYPTION_KEYS = [new_key]

    assert find_secrets(["a"]) == {"a": {"KEY": SECRET}}


def test_of_one_person_the_newest_are_kept_and_of_others_all(db, monkeypatch):
    monkeypatch.setattr(job_secrets, "MAX_JOBS_PER_PERSON", 3)
    keep_secrets("2", "other", {"KEY": SECRET}, LATER)

    for number in range(5):
        keep_secrets("1", f"job-{number}", {"KEY": SECRET}, LATER)

    kept = find_secrets(["other", *(f"job-{number}" for number in range(5))])
    assert sorted(kept) == ["job-2", "job-3", "job-4", "other"]


def test_one_person_keeps_so_many_bytes(db, monkeypatch):
    monkeypatch.setattr(job_secrets, "MAX_BYTES_PER_PERSON", 100)

    for number in range(5):
        keep_secrets("1", f"job-{number}", {"KEY": "x" * 30}, LATER)

    assert sorted(find_secrets(f"job-{number}" for number in range(5))) == ["job-3", "job-4"]


def test_what_has_expired_is_forgotten(db):
    keep_secrets("1", "old", {"KEY": SECRET}, LATER - timedelta(days=2))
    keep_secrets("1", "new", {"KEY": SECRET}, LATER)

    assert job_secrets.forget_expired(timezone.now()) == 1
    assert sorted(find_secrets(["old", "new"])) == ["new"]


def test_they_go_with_the_account(db, client):
    user = make_user("leaving", hf_id="77")
    keep_secrets("77", "a", {"KEY": SECRET}, LATER)
    keep_secrets("78", "b", {"KEY": SECRET}, LATER)

    remove_account(user, client.session)

    assert sorted(find_secrets(["a", "b"])) == ["b"]
    forget_secrets_of("78")
    assert not JobSecrets.objects.exists()
