"""What the program takes from its arguments and its client's environment, and what not."""

import json
import re

import pytest

from tests.mcpendpoint.transports.stdio.conftest import SECRETS
from tests.mcpendpoint.transports.stdio.test_stdio import DEFAULT_TOOLS
from tests.stdio_program import call, initialize, modern


def test_a_bouquet_replaces_the_default_tools(start):
    assert start("--gradio", "none", "--bouquet", "search").tools() == [
        "hf_whoami",
        "hub_repo_search",
        "hf_fs",
    ]


def test_who_chose_the_arguments_selects_what_writes_and_spends_too(start):
    program = start("--gradio", "none", "--mix", "jobs,write", "--mix", "sandbox", HF_TOKEN="hf_x")

    assert {"hf_jobs", "create_repo", "hf_fs_write", "hf_sandbox_exec"} < set(program.tools())


def test_what_needs_a_token_is_not_there_without_one(start):
    program = start("--gradio", "none", "--mix", "jobs")

    error = program.ask(call(1, "hf_jobs"))["error"]

    assert program.tools() == DEFAULT_TOOLS
    assert error["data"]["reason"] == "sign_in_required"
    assert "hf auth login" in error["message"]


def test_a_tool_that_is_not_selected_is_told_how_to_select(start):
    error = start(HF_TOKEN="hf_x").ask(call(1, "hf_jobs"))["error"]

    assert "--mix" in error["message"]
    assert "http" not in error["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["acme/image-maker"],
        ["--gradio", "acme/image-maker"],
        ["--bouquet", "search", "https://huggingface.co/spaces/acme/image-maker"],
    ],
)
def test_spaces_are_selected_by_name(start_at_hub, space, arguments):
    tools = start_at_hub(*arguments, DEFAULT_SPACES=",").tools()

    assert [tool for tool in tools if tool.endswith("_make_image")]


def test_spaces_that_do_not_exist_are_told(start_at_hub):
    error = start_at_hub("acme/no-such-space").ask(modern(1, "tools/list"))["error"]

    assert error["data"] == {"reason": "space_not_found", "spaces": ["acme/no-such-space"]}


def test_images_may_be_left_out(start_at_hub, space):
    contents = []
    for arguments in ([], ["--no-image-content"]):
        program = start_at_hub("acme/image-maker", *arguments)
        (make,) = [name for name in program.tools() if name.endswith("_make_image")]
        result = program.result_of(call(1, make, prompt="a hill"))
        contents.append({block["type"] for block in result["content"]})

    assert "image" in contents[0]
    assert "image" not in contents[1]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--bouquet", "serch"], "search"),
        (["--mix", "serch"], "search"),
        (["--gradio", "none,acme/x"], "none"),
        (["no-space"], "owner/name"),
        (["--account"], "HF_TOKEN"),
        (["--no-such-option"], "usage"),
    ],
)
def test_wrong_arguments_end_the_start_with_a_reason(start, arguments, word):
    ended = start(*arguments, **SECRETS).end()

    assert ended.code != 0
    assert word in ended.errors
    assert "Traceback" not in ended.errors


def test_settings_of_a_deployment_that_apply_hold(start):
    program = start(DISABLE_TOOLS="hf_fs", DEFAULT_SPACES="a/b,c/d", MCP_MAX_SPACES="2")

    assert program.tools() == ["hf_whoami", "hub_repo_search", "hub_repo_details"]
    assert "MCP_MAX_SPACES" in start(MCP_MAX_SPACES="0").end().errors


def test_a_call_has_its_time(start, silent_hub):
    program = start(HF_ENDPOINT=silent_hub.url, MCP_CALL_TIMEOUT_SECONDS="5")

    result = program.result_of(call(1, "hub_repo_search", query="whisper"))

    assert "No answer within 5 seconds" in result["content"][0]["text"]


def test_settings_that_are_of_other_programs_are_none_of_ours(start):
    program = start(
        "--gradio",
        "none",
        DEBUG="*",
        DATABASE_URL="mysql://user@host/name",
        REDIS_URL="nonsense",
        LOG_LEVEL="trace",
        PORT="http",
        SECRET_KEY="",
        PUBLIC_URL="here",
    )

    assert program.result_of(initialize())
    assert program.tools() == DEFAULT_TOOLS


def test_secrets_of_a_job_are_not_told_though_there_is_no_database(start_at_hub, new_user):
    program = start_at_hub("--gradio", "none", "--mix", "jobs", HF_TOKEN=new_user().token)
    secret = "a-very-secret-value"
    run = {"command": ["sh", "-c", f"echo it is {secret}"], "secrets": {"KEY": secret}}

    started = program.result_of(call(1, "hf_jobs", operation="run", args=run))
    job_id = re.findall(r'"id": ?"(\w+)"', json.dumps(started["structuredContent"]))[0]
    told = program.result_of(call(2, "hf_jobs", operation="logs", args={"job_id": job_id}))

    assert not told.get("isError")
    assert "it is" in str(told)
    assert secret not in str(started) + str(told)
