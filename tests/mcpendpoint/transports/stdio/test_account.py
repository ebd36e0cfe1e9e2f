"""`--account`: what the token's owner saved on the settings page holds, and what they do counts."""

import re
import time
from itertools import count, takewhile

import httpx

from tests.mcpendpoint.conftest import save_tools
from tests.mcpendpoint.transports.stdio.conftest import SECRETS
from tests.stdio_program import SECONDS, call, modern, request


def test_the_saved_selection_holds_and_changes_at_once(start_at_hub, deployment, new_user, sign_in):
    product, env = deployment
    person = new_user()
    browser = sign_in(product, person.token)
    save_tools(browser, "hub_repo_search")
    program = start_at_hub("--account", "--gradio", "none", HF_TOKEN=person.token, **env)
    assert program.tools() == ["hf_whoami", "hub_repo_search"]

    save_tools(browser, "hub_repo_search", "create_repo")

    names = {"hf_whoami", "hub_repo_search", "create_repo"}
    assert _eventually(program, names)


def _eventually(program, names):
    """A save is seen within a second."""
    deadline = time.monotonic() + SECONDS
    for number in takewhile(lambda _: time.monotonic() < deadline, count()):
        listed = program.result_of(modern(f"list {number}", "tools/list"))["tools"]
        if {tool["name"] for tool in listed} == names:
            return True
    return False


def test_arguments_add_to_what_is_saved(start_at_hub, deployment, new_user, sign_in):
    product, env = deployment
    person = new_user()
    save_tools(sign_in(product, person.token), "hub_repo_search")

    program = start_at_hub(
        *("--account", "--gradio", "none", "--mix", "jobs"), HF_TOKEN=person.token, **env
    )

    assert program.tools() == ["hf_whoami", "hub_repo_search", "hf_jobs"]
    error = program.ask(call(1, "create_repo"))["error"]
    assert error["data"]["settings"] == "http://localhost:8000/settings/"


def test_who_never_signed_in_there_has_the_defaults(start_at_hub, deployment, new_user):
    _, env = deployment

    program = start_at_hub("--account", "--gradio", "none", HF_TOKEN=new_user().token, **env)

    assert len(program.tools()) == 4


def test_a_call_is_in_the_persons_activity(start_at_hub, deployment, new_user, sign_in):
    product, env = deployment
    person = new_user()
    browser = sign_in(product, person.token)
    program = start_at_hub("--account", "--gradio", "none", HF_TOKEN=person.token, **env)

    program.result_of(call(1, "hub_repo_search", query="whisper"))
    program.close()

    assert program.end().code == 0
    assert "hub_repo_search" in activity_of(browser)


def activity_of(browser: httpx.Client) -> str:
    return re.sub(r"<[^>]+>", " ", browser.get("/settings/activity/").raise_for_status().text)


def test_a_token_that_the_hub_does_not_know_is_told(start_at_hub, deployment):
    _, env = deployment
    program = start_at_hub("--account", "--gradio", "none", HF_TOKEN="hf_nobody_knows_it", **env)

    error = program.ask(modern(1, "tools/list"))["error"]
    called = program.result_of(call(2, "hub_repo_search", query="whisper"))

    assert error["code"] == 401
    assert "hf auth login" in error["message"]
    assert called["isError"]
    assert program.result_of(request(3, "ping")) == {}


def test_it_needs_the_database_of_the_server(start_at_hub, tmp_path):
    database = f"sqlite:///{tmp_path}/nothing.sqlite3"

    ended = start_at_hub("--account", HF_TOKEN="hf_alice", DATABASE_URL=database, **SECRETS).end()

    assert ended.code != 0
    assert "DATABASE_URL" in ended.errors
    assert "Traceback" not in ended.errors
