"""Jobs and sandboxes at the endpoint of a live product: who has them, progress, what is told."""

from contextlib import closing
from types import SimpleNamespace

import jsonschema
import pytest

from tests.accounts.authorization import live
from tests.live.people import let_urls_write, post_form, sign_in
from tests.mcpendpoint.wire import (
    BOTH,
    Wire,
    events_of,
    message_of,
    modern,
    modern_headers,
    request,
)

SANDBOX = {"hf_sandbox", "hf_sandbox_exec", "hf_sandbox_fs"}
SCRIPT = "import os\nimport time\nfor i in range(3):\n    print(f'step {i}')\n    time.sleep(0.6)\n"
SECRET = "a-very-secret-value"


@pytest.fixture
def somebody(new_writer):
    return new_writer()


@pytest.fixture
def wire(product, somebody):
    return Wire(f"{product.url}/mcp?mix=jobs,sandbox&gradio=none", somebody.token)


def calls(wire, name, arguments):
    """Make a call in both eras; yield each answer."""
    params = {"name": name, "arguments": arguments}
    body = modern("tools/call", params)
    yield message_of(wire.post(request("tools/call", params)))["result"]
    yield message_of(wire.post(body, modern_headers(body)))["result"]


def job(wire, operation, **args):
    answer = wire.call("hf_jobs", {"operation": operation, "args": args})
    return answer["result"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", set()),
        ("?bouquet=jobs", {"hf_jobs"}),
        ("?bouquet=sandbox", SANDBOX),
        ("?mix=jobs,sandbox", {"hf_jobs", *SANDBOX}),
        ("?bouquet=all", {"hf_jobs"}),
    ],
)
def test_who_lets_urls_choose_them_has_them(product, somebody, query, names):
    tools = Wire(f"{product.url}/mcp{query}", somebody.token).tools()

    assert {*tools} & {"hf_jobs", *SANDBOX} == names


def test_nobody_has_them_without_signing_in(product):
    wire = Wire(f"{product.url}/mcp?bouquet=jobs&mix=sandbox")

    assert not {*wire.tools()} & {"hf_jobs", *SANDBOX}
    assert wire.call("hf_jobs", {})["error"]["data"]["reason"] == "sign_in_required"


def test_an_app_needs_leave_to_write(product, somebody):
    with closing(sign_in(product, somebody.token)) as browser:
        url = f"{product.url}/mcp?bouquet=jobs"
        for scope, may in (("mcp:read mcp:spaces", False), ("mcp:write", True)):
            tokens = live.register(product.url).tokens(browser, scope=scope)
            answer = Wire(url, tokens["access_token"]).call("hf_jobs", {"operation": "ps"})
            assert ("result" in answer) is may, answer


def test_whoever_saved_the_sandbox_has_all_of_its_tools(product, somebody):
    with closing(sign_in(product, somebody.token)) as browser:
        post_form(browser, "/settings/tools/", {"tools": ["hf_sandbox"]})

    assert {*Wire(f"{product.url}/mcp", somebody.token).tools()} >= SANDBOX


def test_what_is_answered_is_what_was_promised_in_both_eras(wire):
    listed = wire.legacy("tools/list").json()["result"]["tools"]
    schemas = {tool["name"]: tool["outputSchema"] for tool in listed}
    for operation, args in (
        (None, {}),
        ("run", {"help": True}),
        ("run", {"command": ["echo", "hi"], "wait_seconds": 20}),
        ("ps", {"all": True}),
        ("hardware", {}),
        ("inspect", {"job_id": "missing"}),
        ("scheduled run", {"schedule": "@daily", "command": ["echo"]}),
        ("scheduled ps", {}),
    ):
        arguments = {"operation": operation, "args": args} if operation else {}
        for result in calls(wire, "hf_jobs", arguments):
            validator = jsonschema.Draft202012Validator(schemas["hf_jobs"])
            validator.validate(result["structuredContent"])
            assert result.get("isError", False) is (operation == "inspect")


def test_progress_of_a_job_reaches_the_client(wire):
    arguments = {"operation": "uv", "args": {"script": SCRIPT, "wait_seconds": 30}}
    params = {"name": "hf_jobs", "arguments": arguments, "_meta": {"progressToken": "p"}}

    answer = wire.post(request("tools/call", params), {"Accept": BOTH})

    *notes, last = events_of(answer.text)
    values = [note["params"]["progress"] for note in notes]
    assert values == sorted(set(values)) and len(values) >= 2
    assert any("step" in note["params"]["message"] for note in notes)
    assert last["result"]["structuredContent"]["outcome"]["logs"] == ["step 0", "step 1", "step 2"]


def test_a_secret_is_told_by_no_later_call_and_is_in_no_log(product, wire):
    started = job(wire, "run", command=["env"], secrets={"KEY": SECRET}, detach=True)
    job_id = started["structuredContent"]["outcome"]["job"]["id"]

    told = [
        job(wire, "logs", job_id=job_id, wait_seconds=20),
        job(wire, "inspect", job_id=job_id),
        job(wire, "run", command=["env"], secrets={"KEY": SECRET}, flavor="none"),
        job(wire, "run", command=["env"], secrets={"KEY": [SECRET]}),
    ]

    assert "KEY=<redacted>" in str(told[0])
    assert SECRET not in str(told)
    assert SECRET not in product.log()


def test_what_is_done_in_a_sandbox_is_there_at_the_next_call(wire):
    made = wire.call("hf_sandbox", {"cmd": "create", "args": []})["result"]
    handle = made["structuredContent"]["handle"]
    write = {"cmd": "exec", "args": [handle, "echo hello > /tmp/a.txt"]}
    wire.call("hf_sandbox_exec", write)

    for result in calls(wire, "hf_sandbox_fs", {"cmd": "cat", "args": [handle, "/tmp/a.txt"]}):
        assert result["structuredContent"]["content"] == "hello\n"

    ended = wire.call("hf_sandbox", {"cmd": "terminate", "args": [handle]})["result"]
    assert ended["structuredContent"]["terminated"] is True


def test_another_worker_knows_the_secret_and_the_sandbox_too(workers, somebody):
    """Nothing about either is in the memory of the worker that started it."""
    let_urls_write(SimpleNamespace(url=workers[0]), somebody.token)
    first, second = (
        Wire(f"{url}/mcp?mix=jobs,sandbox&gradio=none", somebody.token) for url in workers
    )
    started = job(first, "run", command=["echo", SECRET], secrets={"KEY": SECRET}, detach=True)
    job_id = started["structuredContent"]["outcome"]["job"]["id"]
    made = first.call("hf_sandbox", {"cmd": "create", "args": []})["result"]
    handle = made["structuredContent"]["handle"]

    log = job(second, "logs", job_id=job_id, wait_seconds=20)
    done = second.call("hf_sandbox_exec", {"cmd": "exec", "args": [handle, "echo hi"]})["result"]

    assert log["structuredContent"]["outcome"]["lines"] == ["<redacted>"]
    assert done["structuredContent"]["stdout"] == "hi\n"
