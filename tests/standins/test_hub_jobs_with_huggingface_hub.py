"""Jobs of the stand-in Hub, with the public client."""

import base64
import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from huggingface_hub import HfApi, JobInfo, Volume
from huggingface_hub.errors import HfHubHTTPError

from tests.standins.hub.control import HubControl
from tests.standins.hub.jobs import cron
from tests.standins.serve import Running


def run(api: HfApi, *command: str, **options: Any) -> str:
    return api.run_job(image="python:3.12", command=list(command), **options).id


def list_own(api: HfApi, **filters: Any) -> list[JobInfo]:
    # Without a namespace the client asks whose the token of this machine is, not this one.
    return list(api.list_jobs(namespace=api.whoami()["name"], **filters))


def output(api: HfApi, job_id: str) -> list[str]:
    """Follow the logs to their end, which whoever was in time is told by a line."""
    lines = list(api.fetch_job_logs(job_id=job_id, follow=True))
    return [line for line in lines if not line.startswith("===== Job finished: status=")]


def stage(api: HfApi, job_id: str) -> tuple[str, str | None]:
    status = api.inspect_job(job_id=job_id).status
    return status.stage, status.message


def test_runs_a_command_to_its_end(somebody: HfApi):
    job = somebody.run_job(
        image="python:3.12", command=["python", "-c", "print('Hello')"], flavor="t4-small"
    )

    assert job.status.stage == "SCHEDULING"
    assert output(somebody, job.id) == ["Hello"]
    done = somebody.inspect_job(job_id=job.id)
    assert (done.status.stage, done.docker_image, done.flavor) == (
        "COMPLETED",
        "python:3.12",
        "t4-small",
    )
    assert done.created_at <= done.started_at <= done.finished_at
    assert done.initiator.name == done.owner.name == somebody.whoami()["name"]


UV_SCRIPT = base64.b64encode(b"import time\nfor step in range(2):\n    print(f'step {step}')\n")


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (["echo", "$HOME", "&&", "x"], ["$HOME && x"]),
        (["sh", "-c", "echo 'a b' && false || echo c; echo $MODE"], ["a b", "c", "fast"]),
        (
            ["sh", "-lc", f"echo {UV_SCRIPT.decode()} | base64 -d | uv run --with rich -"],
            ["Installed 1 packages in 12ms", "step 0", "step 1"],
        ),
        (["python", "-c", "import os\nprint('mode', os.environ['MODE'])"], ["mode fast"]),
        (["seq", "3"], ["1", "2", "3"]),
    ],
)
def test_understands_small_programs(somebody: HfApi, command: list[str], lines: list[str]):
    assert output(somebody, run(somebody, *command, env={"MODE": "fast"})) == lines


@pytest.mark.parametrize(
    ("command", "code", "line"),
    [
        (["python", "-c", "raise RuntimeError('no')"], 1, "RuntimeError: no"),
        (["bash", "-c", "echo before; exit 3"], 3, "before"),
        (["no-such-program"], 127, "exec: no-such-program: not found"),
    ],
)
def test_commands_fail(somebody: HfApi, command: list[str], code: int, line: str):
    job_id = run(somebody, *command)

    assert output(somebody, job_id)[-1] == line
    assert stage(somebody, job_id) == ("ERROR", f"Job failed with exit code: {code}")


def test_logs_grow_while_the_job_runs(somebody: HfApi):
    job_id = run(somebody, "bash", "-c", "seq 1 5; sleep infinity")

    logs = somebody.fetch_job_logs(job_id=job_id, follow=True)
    first = list(itertools.islice(logs, 5))

    assert first == ["1", "2", "3", "4", "5"]
    assert stage(somebody, job_id)[0] == "RUNNING"
    tail = somebody.fetch_job_logs(job_id=job_id, follow=True, tail=2)
    assert list(itertools.islice(tail, 2)) == ["4", "5"]


def test_who_was_there_at_the_end_of_a_job_is_told_it_by_a_line(somebody: HfApi):
    job_id = run(somebody, "sh", "-c", "sleep 2; echo done")

    lines = list(somebody.fetch_job_logs(job_id=job_id, follow=True))

    assert lines == ["done", "===== Job finished: status=COMPLETED ====="]
    assert list(somebody.fetch_job_logs(job_id=job_id, follow=True)) == ["done"]


def test_a_job_ends_when_it_is_canceled(somebody: HfApi):
    job_id = run(somebody, "sleep", "infinity")

    somebody.cancel_job(job_id=job_id)
    somebody.cancel_job(job_id=job_id)

    assert stage(somebody, job_id) == ("CANCELED", None)


def test_a_job_ends_when_its_time_is_over(somebody: HfApi):
    job_id = run(somebody, "sleep", "infinity", timeout=1)

    assert output(somebody, job_id) == []
    assert stage(somebody, job_id) == ("ERROR", "Job timeout")


def test_secrets_are_used_and_never_told(hub: Running, somebody: HfApi):
    secret = uuid4().hex
    command = ["sh", "-c", "echo token $HF_TOKEN"]

    job_id = run(somebody, *command, secrets={"HF_TOKEN": secret}, env={"MODE": "fast"})

    job = somebody.inspect_job(job_id=job_id)
    namespace = job.owner.name
    url = f"{hub.url}/api/jobs/{namespace}/{job_id}"
    shown = httpx.get(url, headers={"Authorization": f"Bearer {somebody.token}"}).text
    assert (job.secrets, job.environment) == ({"HF_TOKEN": None}, {"MODE": "fast"})
    assert secret not in shown
    assert output(somebody, job_id) == [f"token {secret}"]


def test_lists_by_stage_and_by_label(alice: HfApi):
    named = {job.labels.get("name"): job.status.stage for job in list_own(alice)}
    running = {job.labels.get("name") for job in list_own(alice, status=["running", "SCHEDULING"])}
    [failed] = list_own(alice, labels={"name": "fails"})

    assert named.items() >= {
        ("train", "COMPLETED"),
        ("fails", "ERROR"),
        ("canceled", "CANCELED"),
        ("never-ends", "RUNNING"),
        ("waits", "SCHEDULING"),
    }
    assert running >= {"never-ends", "waits"}
    assert failed.status.message == "Job failed with exit code: 1"


def test_lists_over_several_pages(alice: HfApi):
    jobs = list(alice.list_jobs(namespace="zuerich-nlp"))

    assert len({job.id for job in jobs}) == len(jobs) == 60
    assert [job.created_at for job in jobs] == sorted((j.created_at for j in jobs), reverse=True)


def test_a_new_job_is_the_first_of_the_list(somebody: HfApi):
    ids = [run(somebody, "true", labels={"run": number}) for number in ("1", "2")]

    assert [job.id for job in list_own(somebody)] == ids[::-1]
    assert [job.id for job in list_own(somebody, labels={"run": "1"})] == ids[:1]


def test_labels_can_be_replaced(somebody: HfApi):
    job_id = run(somebody, "true", labels={"a": "1"})

    job = somebody.update_job_labels(job_id=job_id, labels={"b": "2"})

    assert job.labels == {"b": "2"}
    assert not list_own(somebody, labels={"a": "1"})


def test_runs_the_same_again(somebody: HfApi):
    first = run(somebody, "echo", "again")

    second = somebody.rerun_job(job_id=first)

    assert (second.id != first, output(somebody, second.id)) == (True, ["again"])


def test_measures_a_running_job(alice: HfApi):
    [job] = list_own(alice, labels={"name": "never-ends"})

    [sample] = alice.fetch_job_metrics(job_id=job.id)

    assert sample["memory_used_bytes"] <= sample["memory_total_bytes"]


def test_mounts_what_the_caller_can_see(somebody: HfApi):
    volumes = [
        Volume(type="bucket", source="acme/files", mount_path="/data"),
        Volume(type="dataset", source="acme/squad", mount_path="/squad", read_only=True),
    ]

    job = somebody.run_job(image="a", command=["true"], volumes=volumes, expose=[8000])

    assert [volume.mount_path for volume in job.volumes] == ["/data", "/squad"]
    assert [url.rpartition("/")[2] for url in job.status.expose_urls] == [f"{job.id}--8000.hf.jobs"]
    hidden = Volume(type="model", source="alice/private", mount_path="/model")
    with pytest.raises(HfHubHTTPError, match="Repository not found"):
        somebody.run_job(image="a", command=["true"], volumes=[hidden])


def test_lists_hardware_with_prices(anonymous: HfApi):
    hardware = {item.name: item for item in anonymous.list_jobs_hardware()}

    assert hardware["cpu-basic"].accelerator is None
    assert hardware["h200x8"].accelerator.model == "H200"
    assert hardware["cpu-basic"].unit_cost_usd < hardware["h200x8"].unit_cost_usd


@pytest.mark.parametrize(
    "options",
    [
        {"flavor": "abacus"},
        {"timeout": -1},
        {"labels": {"a": "with space"}},
        {"env": {"A-B": "1"}},
        {"volumes": [Volume(type="model", source="acme/tiny-llm", mount_path="relative")]},
    ],
)
def test_refuses_what_cannot_run(somebody: HfApi, options: dict[str, Any]):
    with pytest.raises(HfHubHTTPError) as refusal:
        run(somebody, "true", **options)

    assert refusal.value.response.status_code == 400


def test_refuses_who_may_not_or_cannot_pay(hub: Running, bob: HfApi, somebody: HfApi):
    def attempt(api: HfApi, **options: Any) -> int:
        with pytest.raises(HfHubHTTPError) as refusal:
            run(api, "true", **options)
        return refusal.value.response.status_code

    statuses = [
        attempt(bob),
        attempt(HfApi(endpoint=hub.url, token="hf_finegrained")),
        attempt(HfApi(endpoint=hub.url, token="hf_oauth_somebody_1a2b.write-repos")),
        attempt(somebody, namespace="acme"),
        attempt(somebody, flavor="h200x8"),
        attempt(HfApi(endpoint=hub.url, token="hf_user_tanaka")),
        attempt(HfApi(endpoint=hub.url, token="hf_expired"), namespace="alice"),
    ]

    assert statuses == [403, 403, 403, 403, 402, 402, 401]
    assert run(HfApi(endpoint=hub.url, token="hf_oauth_somebody_1a2b.jobs"), "true")


def test_others_see_no_job(bob: HfApi, alice: HfApi):
    job = list_own(alice)[0]

    for ask in (
        lambda: bob.inspect_job(job_id=job.id, namespace="alice"),
        lambda: list(bob.list_jobs(namespace="alice")),
        lambda: list(bob.fetch_job_logs(job_id=job.id, namespace="alice")),
    ):
        with pytest.raises(HfHubHTTPError) as refusal:
            ask()
        assert refusal.value.response.status_code == 403
    with pytest.raises(HfHubHTTPError) as refusal:
        bob.inspect_job(job_id=job.id)
    assert refusal.value.response.status_code == 404


def test_schedules_jobs(somebody: HfApi):
    scheduled = somebody.create_scheduled_job(
        image="python:3.12",
        command=["echo", "tick"],
        schedule="30 4 * * *",
        secrets={"KEY": "hidden"},
        labels={"kind": "clock"},
    )

    assert (scheduled.status.next_job_run_at.hour, scheduled.job_spec.secrets) == (4, {"KEY": None})
    job = somebody.trigger_scheduled_job(scheduled_job_id=scheduled.id)
    assert output(somebody, job.id) == ["tick"]
    somebody.suspend_scheduled_job(scheduled_job_id=scheduled.id)
    seen = somebody.inspect_scheduled_job(scheduled_job_id=scheduled.id)
    assert (seen.suspend, seen.status.last_job.id, seen.status.next_job_run_at) == (
        True,
        job.id,
        None,
    )
    somebody.resume_scheduled_job(scheduled_job_id=scheduled.id)
    somebody.update_scheduled_job_schedule(scheduled_job_id=scheduled.id, schedule="@hourly")
    somebody.update_scheduled_job_labels(scheduled_job_id=scheduled.id, labels={"kind": "bell"})
    [listed] = somebody.list_scheduled_jobs(labels={"kind": "bell"})
    assert (listed.schedule, listed.suspend) == ("@hourly", False)
    somebody.delete_scheduled_job(scheduled_job_id=scheduled.id)
    assert somebody.list_scheduled_jobs() == []


@pytest.mark.parametrize("schedule", ["@sometimes", "* * * *", "61 * * * *", "a * * * *"])
def test_refuses_a_bad_schedule(somebody: HfApi, schedule: str):
    with pytest.raises(HfHubHTTPError, match="Invalid schedule"):
        somebody.create_scheduled_job(image="a", command=["true"], schedule=schedule)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("@hourly", "2026-02-28T23:00"),
        ("*/20 * * * *", "2026-02-28T22:40"),
        ("0 9-17/4 * * 1", "2026-03-02T09:00"),
        ("15 10 29 2 *", "2028-02-29T10:15"),
        ("0 0 30 2 *", None),
        ("0 12 * * 7", "2026-03-01T12:00"),
    ],
)
def test_knows_when_a_schedule_is_due(schedule: str, due: str | None):
    moment = cron.next_run(schedule, datetime(2026, 2, 28, 22, 31, tzinfo=UTC))

    assert (moment and moment.strftime("%Y-%m-%dT%H:%M")) == due


@pytest.fixture
def control(hub: Running):
    control = HubControl(hub.url)
    yield control
    control.behave()


def test_a_fault_keeps_a_log_open_after_the_end_of_its_job(
    hub: Running, control: HubControl, somebody: HfApi
):
    job_id = run(somebody, "seq", "3")
    assert output(somebody, job_id) == ["1", "2", "3"]
    url = f"{hub.url}/api/jobs/{somebody.whoami()['name']}/{job_id}/logs"
    headers = {"Authorization": f"Bearer {somebody.token}"}
    control.misbehave("/logs", hold=True, times=1, token=somebody.token)

    with httpx.stream("GET", url, headers=headers, timeout=2) as log:
        lines = log.iter_lines()
        assert len([next(lines) for _ in range(8)]) == 8
        with pytest.raises(httpx.ReadTimeout):
            next(lines)


def test_faults_cut_and_stall_streams_that_have_no_end(
    hub: Running, control: HubControl, somebody: HfApi
):
    job_id = run(somebody, "sleep", "infinity")
    url = f"{hub.url}/api/jobs/{somebody.whoami()['name']}/{job_id}/logs"
    headers = {"Authorization": f"Bearer {somebody.token}"}

    control.misbehave("/logs", cut=True, times=1, token=somebody.token)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url, headers=headers)
    control.misbehave("/logs", stall=True, times=1, token=somebody.token)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(url, headers=headers, timeout=0.5)
