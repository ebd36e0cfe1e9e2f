"""A client that started the program hears that its list of tools is another one."""

import pytest

from tests.mcpendpoint.conftest import save_tools
from tests.stdio_program import META, initialize, modern, request

LIST_CHANGED = "notifications/tools/list_changed"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
SUBSCRIPTION = {f"{META}subscriptionId": "listen:0"}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def listen(request_id="listen:0", **kinds):
    return modern(request_id, "subscriptions/listen", notifications=kinds)


@pytest.fixture
def account(start_at_hub, deployment, new_user, sign_in):
    """A program that acts for a person, and the browser in which they save tools."""
    product, env = deployment
    person = new_user()
    browser = sign_in(product, person.token)
    save_tools(browser, "hub_repo_search")
    program = start_at_hub("--account", "--gradio", "none", HF_TOKEN=person.token, **env)
    return program, browser


def test_a_legacy_client_is_told_of_what_was_saved(account):
    program, browser = account
    capabilities = program.result_of(initialize())["capabilities"]
    program.send(INITIALIZED)
    program.result_of(request("list", "tools/list"))

    save_tools(browser, "hub_repo_search", "create_repo")

    assert capabilities["tools"] == {"listChanged": True}
    assert program.receive() == {"jsonrpc": "2.0", "method": LIST_CHANGED}
    listed = program.result_of(request("again", "tools/list"))["tools"]
    assert "create_repo" in [tool["name"] for tool in listed]


def test_a_subscription_is_told_of_it_until_it_is_cancelled(account):
    program, browser = account
    capabilities = program.result_of(modern("discover", "server/discover"))["capabilities"]
    program.send(listen(toolsListChanged=True, promptsListChanged=True))
    acknowledged = program.receive()

    save_tools(browser, "hub_repo_search", "create_repo")
    told = program.receive()
    cancelled = {"requestId": "listen:0"}
    program.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
    save_tools(browser, "hub_repo_search")
    program.close()

    assert capabilities["tools"] == {"listChanged": True}
    asked = {"toolsListChanged": True, "promptsListChanged": True}
    params = {"notifications": asked, "_meta": SUBSCRIPTION}
    assert acknowledged == {"jsonrpc": "2.0", "method": ACKNOWLEDGED, "params": params}
    assert told == {"jsonrpc": "2.0", "method": LIST_CHANGED, "params": {"_meta": SUBSCRIPTION}}
    assert program.rest() == []


def test_a_subscription_ends_with_its_result_when_the_program_ends(start):
    program = start("--gradio", "none")
    program.send(listen())
    acknowledged = program.receive()

    program.process.terminate()

    assert acknowledged["params"]["notifications"] == {}
    result = {"resultType": "complete", "_meta": SUBSCRIPTION}
    assert program.rest() == [{"jsonrpc": "2.0", "id": "listen:0", "result": result}]
    assert program.end().code == 0


def test_open_subscriptions_do_not_keep_it_when_its_input_ends(start):
    program = start("--gradio", "none")
    program.send(listen())
    program.receive()

    program.close()

    assert [message["id"] for message in program.rest()] == ["listen:0"]
    assert program.end().code == 0


def test_a_client_can_subscribe_before_anything_else(start):
    program = start("--gradio", "none")

    program.send(listen(toolsListChanged=True), modern("list", "tools/list"))

    assert program.receive()["method"] == ACKNOWLEDGED
    assert program.answer_to("list")["result"]["tools"]


@pytest.mark.parametrize("kinds", ["all", {"resourceSubscriptions": 7}])
def test_a_filter_that_is_none_is_refused(start, kinds):
    program = start("--gradio", "none")

    answer = program.ask(modern(1, "subscriptions/listen", notifications=kinds))

    assert answer["error"]["code"] == -32602


def test_only_so_many_subscriptions_are_held(start):
    program = start("--gradio", "none")
    program.send(*(listen(f"listen:{number}") for number in range(40)))

    refused = program.answer_to("listen:39")["error"]

    assert "subscriptions" in refused["message"]
    assert program.tools()


def test_a_legacy_client_cannot_subscribe(start):
    program = start("--gradio", "none")
    program.result_of(initialize())

    answer = program.ask(request(1, "subscriptions/listen", notifications={}))

    assert answer["error"]["code"] == -32601
