"""The person who started the program is asked before a call deletes, publishes or spends."""

import pytest

from tests.mcpendpoint.conftest import save_tools
from tests.mcpendpoint.transports.stdio.conftest import SECRETS
from tests.stdio_program import META, call, initialize, modern

TAKES_FORMS = {"elicitation": {}}
WRITES = ("--mix", "write", "--gradio", "none")


@pytest.fixture
def start_writer(start_at_hub, new_user):
    """Start a program for somebody new; return it, and what has it create a public repository."""

    def start(*arguments, **env):
        person = new_user()
        program = start_at_hub(*WRITES, *arguments, HF_TOKEN=person.token, **env)
        return program, {"uri": f"hf://models/{person.name}/things"}

    return start


def introduce(program, capabilities):
    hello = initialize()
    hello["params"]["capabilities"] = capabilities
    program.ask(hello)


def test_a_legacy_client_is_asked_on_its_connection(start_writer):
    program, repo = start_writer("--ask", "always")
    introduce(program, TAKES_FORMS)

    for action in ("decline", "accept"):
        program.send(call(action, "create_repo", **repo))
        question = program.receive()
        assert question["method"] == "elicitation/create"
        assert question["params"]["message"].startswith(f"Create {repo['uri']}")
        program.send({"jsonrpc": "2.0", "id": "question-99", "result": {"action": "accept"}})
        program.send({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action}})

        result = program.answer_to(action)["result"]
        assert result["isError"] is (action == "decline"), result


def test_a_client_of_2026_07_28_is_asked_by_an_answer_that_counts_once(start_writer):
    program, repo = start_writer()
    declared = {f"{META}clientCapabilities": TAKES_FORMS}
    asked = program.result_of(
        modern(1, "tools/call", name="create_repo", arguments=repo, _meta=declared)
    )
    assert asked["resultType"] == "input_required"
    (key,) = asked["inputRequests"]
    again = {
        "name": "create_repo",
        "requestState": asked["requestState"],
        "inputResponses": {key: {"action": "accept", "content": {}}},
        "_meta": declared,
    }

    done = program.result_of(modern(2, "tools/call", arguments=repo, **again))
    replayed = program.result_of(modern(3, "tools/call", arguments=repo, **again))

    assert not done.get("isError"), done
    assert "used already" in replayed["content"][0]["text"]


@pytest.mark.parametrize(
    ("arguments", "is_done"), [((), True), (("--ask", "never"), True), (("--ask", "always"), False)]
)
def test_the_arguments_decide_about_a_client_that_cannot_ask(start_writer, arguments, is_done):
    program, repo = start_writer(*arguments)

    result = program.result_of(call(1, "create_repo", **repo))

    assert result.get("isError", False) is not is_done, result
    if not is_done:
        assert "--ask" in result["content"][0]["text"]


def test_with_account_the_saved_choice_holds_and_the_page_is_the_sites(
    start_at_hub, deployment, new_user, sign_in
):
    product, env = deployment
    person = new_user()
    ask = {"approve_publish": "ask", "approve_delete": "never"}
    save_tools(sign_in(product, person.token), "create_repo", "hf_fs_write", **ask)
    env |= {"PUBLIC_URL": product.url}
    program = start_at_hub("--account", "--gradio", "none", HF_TOKEN=person.token, **env)
    uri = f"hf://models/{person.name}/things"

    created = program.result_of(call(1, "create_repo", uri=uri))
    removed = program.result_of(call(2, "hf_fs_write", cmd="rm", args=[f"{uri}/a.txt"]))

    assert f"{product.url}/approvals/" in created["content"][0]["text"]
    assert f"{product.url}/settings/approvals/" in removed["content"][0]["text"]


def test_what_was_saved_and_an_argument_do_not_go_together(start_at_hub):
    arguments = ("--account", "--ask", "never")
    ended = start_at_hub(*arguments, HF_TOKEN="hf_alice", **SECRETS).end()

    assert ended.code != 0
    assert "--ask" in ended.errors
