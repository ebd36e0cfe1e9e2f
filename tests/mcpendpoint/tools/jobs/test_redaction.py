import base64

import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.jobs.redaction import MASK, Redactor, secret_variables
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.jobs.calling import jobs, start

SECRET = "s3cr3t/with+signs & spaces"
KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"it is {SECRET}, twice: {SECRET}",
        base64.b64encode(SECRET.encode()).decode(),
        "https://x.example/?key=s3cr3t%2Fwith%2Bsigns%20%26%20spaces",
        f'{{"key": "{SECRET}"}}',
    ],
)
def test_a_secret_is_taken_out_in_whatever_form(text):
    redacted = Redactor([SECRET])(text)

    assert MASK in redacted
    assert "s3cr3t" not in redacted and base64.b64encode(SECRET.encode()).decode() not in redacted


def test_a_secret_of_many_lines_is_taken_out_line_by_line():
    redact = Redactor([KEY])

    assert [redact(line) for line in KEY.splitlines()] == [MASK] * 4


def test_a_secret_within_a_longer_one_does_not_leave_its_rest():
    assert Redactor(["abcd", "abcdefgh"])("abcdefgh") == MASK


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("1", "flag=1, 11 of 100", f"flag={MASK}, 11 of 100"),
        ("yes", "yes and yesterday", f"{MASK} and yesterday"),
    ],
)
def test_a_short_secret_is_taken_out_where_it_stands_alone(secret, text, expected):
    assert Redactor([secret])(text) == expected


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_secret_takes_nothing_out(blank):
    assert Redactor([blank])("a b\nc") == "a b\nc"


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY=hunter2",
        'API_KEY="hunter2"',
        '{"API_KEY": "hunter2"}',
        "'API_KEY': 'hunter2'",
        "export API_KEY=hunter2;",
    ],
)
def test_what_is_assigned_to_the_name_of_a_secret_is_one(text):
    assert "hunter2" not in Redactor(names=["API_KEY"])(text)


@pytest.mark.parametrize(
    "text",
    [
        "hf_" + "A1b2" * 9,
        "hf_oauth_" + "eyJhbGciOi.J9" * 3,
        "sk-proj-" + "x" * 30,
        "ghp_" + "a" * 36,
        "AKIA" + "B" * 16,
        "postgres://admin:hunter2@db.example/app",
    ],
)
def test_what_looks_like_a_secret_is_taken_for_one(text):
    redacted = Redactor()(f"it is {text} .")

    assert MASK in redacted and "hunter2" not in redacted


@pytest.mark.parametrize(
    "text",
    [
        "from huggingface_hub import hf_hub_download",
        "https://user@host/a:b",
        "sk-learn",
        "key: value",
    ],
)
def test_ordinary_words_stay(text):
    assert Redactor(["other"], ["TOKEN"])(text) == text


def test_only_variables_whose_names_say_so_are_secret():
    environment = {
        "DEBUG": "1",
        "MODE": "production",
        "MAX_TOKENS": "512-and-more",
        "TOKENIZERS_PARALLELISM": "false-please",
        "API_KEY": "k-123456",
        "DB_PASSWORD": "correct-horse",
        "SHORT_KEY": "a",
    }

    assert secret_variables(environment) == ["k-123456", "correct-horse"]


async def test_a_secret_is_not_told_by_any_later_look_at_the_job(hub_side):
    token, secret = fresh_token(), "a-very-secret-value"
    job_id = await start(
        token, "sh", "-c", f"echo it is {secret} && echo $KEY", secrets={"KEY": secret}
    )

    for operation, args in (
        ("logs", {"job_id": job_id}),
        ("inspect", {"job_id": job_id}),
        ("ps", {"all": True}),
        ("update-labels", {"job_id": job_id, "labels": {"last": secret}}),
        ("inspect", {"job_id": job_id}),
    ):
        done = await jobs(operation, token, **args)
        assert secret not in f"{done.text}{done.content}", operation
        assert MASK in done.text


async def test_a_secret_of_a_schedule_is_not_told(hub_side):
    token, secret = fresh_token(), "a-very-secret-value"
    created = await jobs(
        "scheduled run",
        token,
        schedule="@daily",
        command=["echo", secret],
        secrets={"KEY": secret},
        labels={"of": secret},
    )
    scheduled_id = created.content["outcome"]["scheduled_job"]["id"]

    inspected = await jobs("scheduled inspect", token, scheduled_job_id=scheduled_id)
    listed = await jobs("scheduled ps", token)
    for done in (created, inspected, listed):
        assert secret not in f"{done.text}{done.content}"
        assert done.content["outcome"]


async def test_ordinary_values_are_left_as_they_are(hub_side):
    token = fresh_token()
    env = {"DEBUG": "1", "MODE": "fast"}

    done = await jobs("run", token, command=["sh", "-c", "seq 1 12 && echo fast $MODE"], env=env)

    assert done.content["outcome"]["logs"][-3:] == ["11", "12", "fast fast"]


async def test_the_hubs_own_words_do_not_tell_a_secret(hub_side):
    token, secret = fresh_token(), "a-very-secret-value"
    body = f'{{"error": "KEY={secret} is not allowed for {token}"}}'
    hub_side.break_at("^/api/jobs/visitor", method="POST", status=400, body=body)

    with pytest.raises(ToolError, match="is not allowed for <redacted>") as error:
        await jobs("run", token, command=["env"], secrets={"KEY": secret})

    assert secret not in str(error.value) and token not in str(error.value)


async def test_what_the_hub_remembers_in_plain_sight_is_taken_out_too(hub_side):
    """A job that was started elsewhere, and which prints its environment."""
    done = await jobs("ps", "hf_alice", all=True, labels={"name": "talks-too-much"})
    (job,) = done.content["outcome"]["jobs"]

    log = await jobs("logs", "hf_alice", job_id=job["id"])

    assert job["secret_names"] == ["HF_TOKEN"]
    printed = "\n".join(log.content["outcome"]["lines"])
    assert "hf_alice" not in printed and "secret_token" not in printed
    assert "MODE=1" in printed and "done" in printed


async def test_a_wrong_argument_does_not_tell_the_value_of_a_secret(hub_side):
    secret = "a-very-secret-value"

    with pytest.raises(ToolError) as error:
        await jobs(
            "run", fresh_token(), command=["a"], secrets={"not a name": secret, "B": [secret]}
        )

    assert secret not in str(error.value)
