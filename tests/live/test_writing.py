"""Tools that write, at the endpoint of a live product: who has them, and what clients are told."""

import re
from contextlib import closing

import jsonschema
import pytest

from tests.accounts.authorization import live
from tests.live.people import let_urls_write, sign_in
from tests.mcpendpoint.wire import Wire, message_of, modern, modern_headers, request

WRITING = {"create_repo", "hf_fs_write"}
PATH = "/mcp?bouquet=write"


@pytest.fixture
def somebody(new_writer):
    return new_writer()


@pytest.fixture
def wire(product, somebody):
    return Wire(product.url + PATH, somebody.token)


@pytest.fixture
def app_wire(product, somebody):
    """Connect as an app that the person let in: `app_wire(scope="mcp:read")`."""
    with closing(sign_in(product, somebody.token)) as browser:

        def connect(scope):
            tokens = live.register(product.url).tokens(browser, scope=scope)
            return Wire(product.url + PATH, tokens["access_token"])

        yield connect


def creation(person):
    return {"uri": f"hf://models/{person.name}/notes"}


def call(tool, arguments):
    return "tools/call", {"name": tool, "arguments": arguments}


def in_both_eras(wire, method, params):
    body = modern(method, params)
    return wire.post(request(method, params)), wire.post(body, modern_headers(body))


def test_nobody_has_them_who_did_not_choose_them(product, somebody):
    assert not WRITING & set(Wire(f"{product.url}/mcp", somebody.token).tools())
    assert not WRITING & set(Wire(product.url + PATH).tools())


@pytest.mark.parametrize("bouquet", ["write", "research", "all"])
def test_who_lets_urls_choose_them_has_them(product, somebody, bouquet):
    tools = Wire(f"{product.url}/mcp?bouquet={bouquet}", somebody.token).tools()

    assert set(tools) >= WRITING


def test_an_app_needs_leave_to_write(app_wire, somebody):
    for answer in in_both_eras(app_wire("mcp:read"), *call("create_repo", creation(somebody))):
        challenge = answer.headers["WWW-Authenticate"]
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in challenge
        assert 'scope="mcp:read mcp:write"' in challenge
        assert answer.json()["error"]["data"]["reason"] == "insufficient_scope"

    written = app_wire("mcp:write").call("create_repo", creation(somebody))

    assert not written["result"].get("isError", False), written


def test_what_is_answered_is_what_was_promised_in_both_eras(wire, somebody):
    for number, list_answer in enumerate(in_both_eras(wire, "tools/list", {})):
        tools = {tool["name"]: tool for tool in list_answer.json()["result"]["tools"]}
        repo = f"hf://datasets/{somebody.name}/notes-{number}"
        calls = [
            ("create_repo", {"uri": repo}),
            ("create_repo", {"uri": f"{repo}-copy", "source_uri": repo, "private": True}),
            ("hf_fs_write", {"cmd": "put", "args": [f"{repo}/a.txt"], "content": "hello"}),
            ("hf_fs_write", {"cmd": "rm", "args": [f"{repo}/a.txt", "--create-pr"]}),
        ]
        for name, arguments in calls:
            method, params = call(name, arguments)
            body = modern(method, params)
            headers = modern_headers(body)
            answer = wire.post(body, headers) if number else wire.post(request(method, params))
            result = message_of(answer)["result"]
            assert not result.get("isError", False), result
            schema = tools[name]["outputSchema"]
            jsonschema.Draft202012Validator(schema).validate(result["structuredContent"])
            assert tools[name]["annotations"]["readOnlyHint"] is False


def test_what_was_written_is_read_at_once(wire, somebody):
    uri = f"hf://models/{somebody.name}/notes/a.txt"
    wire.call("create_repo", creation(somebody))
    read = {"operations": [{"cmd": "cat", "args": [uri]}]}
    for content in ("one", "two"):
        wire.call("hf_fs_write", {"cmd": "put", "args": [uri], "content": content})

        answer = wire.call("hf_fs", read)["result"]["structuredContent"]
        assert answer["results"][0]["result"]["content"] == content


def test_the_settings_page_says_which_tools_write(product, somebody):
    with closing(sign_in(product, somebody.token)) as browser:
        page = browser.get("/settings/tools/").text
    for name in WRITING:
        row = re.search(rf'value="{name}".*?</li>|value="{name}".*?</label>', page, re.S)[0]
        assert "Write" in row
        assert "checked" not in row.partition(">")[0]


def test_an_upload_needs_no_home_directory(make_product, somebody):
    product = make_product(HOME="/proc/nowhere")
    let_urls_write(product, somebody.token)
    wire = Wire(product.url + PATH, somebody.token)
    bucket = f"hf://buckets/{somebody.name}/things"
    wire.call("create_repo", {"uri": bucket})

    written = wire.call(
        "hf_fs_write", {"cmd": "put", "args": [f"{bucket}/a.txt"], "content": "hello"}
    )

    assert not written["result"].get("isError", False), written


def test_neither_tokens_nor_contents_are_logged(product, wire, somebody):
    secret = "a line that nobody else should read"
    uri = f"hf://models/{somebody.name}/notes/a.txt"
    wire.call("create_repo", creation(somebody))
    wire.call("hf_fs_write", {"cmd": "put", "args": [uri, "-m", secret], "content": secret})
    wire.call("hf_fs_write", {"cmd": "put", "args": [uri, "--base64"], "content": secret})

    log = product.log()
    assert secret not in log
    assert somebody.token not in log
