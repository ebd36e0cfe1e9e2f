"""Whose Hugging Face token the program acts with: the rules of huggingface_hub."""

import pytest

from tests.stdio_program import call, modern

WHOAMI = call(1, "hf_whoami")


def write(file, token):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{token}\n")


def guidance(program):
    return program.result_of(WHOAMI)["structuredContent"].get("guidance")


def name(program):
    return program.result_of(WHOAMI)["structuredContent"]["account"]["name"]


@pytest.mark.parametrize("variable", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
def test_a_variable_has_the_token(start_at_hub, variable):
    assert name(start_at_hub(**{variable: "hf_alice\n"})) == "alice"


@pytest.mark.parametrize(
    ("file", "env"),
    [
        (".cache/huggingface/token", {}),
        ("cache/huggingface/token", {"XDG_CACHE_HOME": "{home}/cache"}),
        ("hf/token", {"HF_HOME": "~/hf"}),
        ("secrets/hf", {"HF_TOKEN_PATH": "$HOME/secrets/hf", "HF_HOME": "~/hf"}),
    ],
)
def test_the_file_that_hf_auth_login_writes_has_it(start_at_hub, tmp_path, file, env):
    write(tmp_path / file, "hf_alice")

    program = start_at_hub(**{key: value.format(home=tmp_path) for key, value in env.items()})

    assert name(program) == "alice"


def test_a_variable_wins_over_the_file(start_at_hub, tmp_path, new_user):
    write(tmp_path / ".cache/huggingface/token", "hf_alice")
    person = new_user()

    assert name(start_at_hub(HF_TOKEN=person.token)) == person.name


def test_who_signs_in_while_it_runs_is_signed_in(start_at_hub, tmp_path):
    program = start_at_hub("--gradio", "none", "--mix", "jobs")
    assert "hf_jobs" not in program.tools()

    write(tmp_path / ".cache/huggingface/token", "hf_alice")

    assert name(program) == "alice"
    assert "hf_jobs" in program.ask(modern("again", "tools/list"))["result"]["tools"][-1]["name"]


def test_nobody_is_told_how_to_sign_in(start_at_hub):
    assert "hf auth login" in guidance(start_at_hub())


def test_a_file_that_cannot_be_read_is_nobody(start_at_hub, tmp_path):
    (tmp_path / ".cache/huggingface/token").mkdir(parents=True)

    assert "anonymous" in guidance(start_at_hub())


@pytest.mark.parametrize("token", ["hf_nobody_knows_it", "${HF_TOKEN}", "two words", "hf_ümlaut"])
def test_a_wrong_token_is_told_when_it_is_needed_and_not_before(start_at_hub, token):
    program = start_at_hub("--gradio", "none", HF_TOKEN=token)

    assert program.tools()
    result = program.result_of(call(2, "hub_repo_details", repo_ids=["acme/whisper-large"]))
    text = result["content"][0]["text"]

    assert "hf auth login" in text
    assert token not in text + program.errors.read_text()
    assert "hf auth login" in guidance(program)
