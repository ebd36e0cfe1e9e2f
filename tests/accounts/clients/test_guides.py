"""The guides say what each client needs, in the form that the client itself reads."""

import ast
import json
import shlex
import tomllib
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator

from accounts.clients.directory import CLIENTS, find_client, grouped_clients, guides_with_key
from accounts.clients.guide import Address, Client, CodeBlock, Step, Way, numbered

URL = "https://mcp.example/u/alice/mcp"
SIGN_IN, WITH_KEY = Address(URL), Address(URL, "hfmcp_secret")
HEADERS = {"Authorization": "Bearer hfmcp_secret"}
FORMS = Path(__file__).parents[2] / "recorded" / "client_forms"

both_ways = pytest.mark.parametrize("address", [SIGN_IN, WITH_KEY], ids=["sign-in", "key"])
of_every_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)


def steps_of(slug: str, address: Address = WITH_KEY) -> list[Step]:
    client = find_client(slug)
    assert client is not None
    return client.steps(address)


def blocks_of(slug: str, address: Address = WITH_KEY) -> list[CodeBlock]:
    return [block for step in steps_of(slug, address) for block in step.blocks]


def text_of(slug: str, label: str, address: Address = WITH_KEY) -> str:
    (text,) = [block.text for block in blocks_of(slug, address) if block.label == label]
    return text


def link_of(slug: str, address: Address = WITH_KEY) -> str:
    (href,) = [step.link.href for step in steps_of(slug, address) if step.link]
    return href


def server_in(form: str, text: str) -> dict[str, Any]:
    """Read a client's file; return the one server that is in it."""
    match form:
        case "codex":
            servers = tomllib.loads(text)["mcp_servers"]
        case "goose":
            servers = yaml.safe_load(text)["extensions"]
        case "librechat":
            servers = yaml.safe_load(text)["mcpServers"]
        case "opencode":
            mcp = json.loads(text)["mcp"]
            servers = mcp.get("servers", mcp)
        case "vs-code":
            servers = json.loads(text)["servers"]
        case _:
            servers = json.loads(text)["mcpServers"]
    assert list(servers) == ["huggingface"]
    return dict(servers["huggingface"])


FILES = [
    ("cursor", "mcp.json", "cursor", "url", "headers"),
    ("lm-studio", "mcp.json", "cursor", "url", "headers"),
    ("vs-code", "mcp.json", "vs-code", "url", "headers"),
    ("vs-code-insiders", "mcp.json", "vs-code", "url", "headers"),
    ("goose", "config.yaml", "goose", "uri", "headers"),
    ("codex", "config.toml", "codex", "url", "http_headers"),
    ("gemini", "settings.json", "gemini", "httpUrl", "headers"),
    ("copilot", "mcp-config.json", "copilot", "url", "headers"),
    ("opencode", "opencode.json", "opencode", "url", "headers"),
    ("opencode", "opencode.json of version 1", "opencode", "url", "headers"),
    ("librechat", "librechat.yaml", "librechat", "url", "headers"),
]


@both_ways
@pytest.mark.parametrize(("slug", "label", "form", "url_key", "headers_key"), FILES)
def test_files_have_the_form_that_the_client_publishes(
    slug, label, form, url_key, headers_key, address
):
    server = server_in(form, text_of(slug, label, address))

    Draft202012Validator(json.loads((FORMS / f"{form}.json").read_text())).validate(server)
    assert server[url_key] == URL
    assert server.get(headers_key, {}) == address.headers


def test_every_recorded_form_is_one_of_a_guide():
    assert {file.stem for file in FORMS.glob("*.json")} == {form for _, _, form, *_ in FILES}


@both_ways
@pytest.mark.parametrize("slug", ["cursor", "lm-studio"])
def test_install_links_carry_the_same_configuration_as_the_file(slug, address):
    query = parse_qs(urlsplit(link_of(slug, address)).query)

    assert query["name"] == ["huggingface"]
    config = json.loads(b64decode(query["config"][0]))
    assert config == server_in("cursor", text_of(slug, "mcp.json", address))


@both_ways
@pytest.mark.parametrize(
    ("slug", "scheme"), [("vs-code", "vscode"), ("vs-code-insiders", "vscode-insiders")]
)
def test_install_links_of_vs_code_are_json_in_the_query(slug, scheme, address):
    config = json.loads(unquote(link_of(slug, address).removeprefix(f"{scheme}:mcp/install?")))

    server = server_in("vs-code", text_of(slug, "mcp.json", address))
    assert config == {"name": "huggingface", **server}


@both_ways
def test_the_install_link_of_goose_says_the_same_as_its_file(address):
    query = parse_qs(urlsplit(link_of("goose", address)).query)

    # As its deeplink.ts reads them: a header is a name, one "=", and a value decoded once more.
    pairs = [header.split("=") for header in query.get("header", [])]
    server = server_in("goose", text_of("goose", "config.yaml", address))
    assert {name: unquote(value) for name, value in pairs} == server.get("headers", {})
    assert query["type"] == [server["type"]]
    assert query["url"] == [server["uri"]]
    assert query["name"] == [server["name"]]
    assert query["timeout"] == [str(server["timeout"])]


COMMANDS = {
    "claude-code": ["claude", "mcp", "add", "--transport", "http", "huggingface", URL],
    "gemini": ["gemini", "mcp", "add", "--transport", "http", "huggingface", URL],
    "copilot": ["copilot", "mcp", "add", "--transport", "http", "huggingface", URL],
    "opencode": ["opencode", "mcp", "add", "huggingface", "--global", "--url", URL],
    "mcp-remote": ["npx", "-y", "mcp-remote", URL],
}


@pytest.mark.parametrize("slug", COMMANDS)
def test_commands_are_one_line_with_the_address_and_the_key(slug):
    words = shlex.split(text_of(slug, "Terminal"))

    at = words.index("--header")
    equals = slug == "opencode"
    assert words[at + 1] == f"Authorization{'=' if equals else ': '}Bearer hfmcp_secret"
    assert words[:at] + words[at + 2 :] == COMMANDS[slug]
    assert shlex.split(text_of(slug, "Terminal", SIGN_IN)) == COMMANDS[slug]


def test_a_header_is_in_quotes_that_every_shell_knows():
    for slug in COMMANDS:
        assert "'" not in text_of(slug, "Terminal")


def test_codex_is_added_by_a_command_that_signs_in_and_by_its_file_with_a_key():
    add, login = (b.text for b in blocks_of("codex", SIGN_IN) if b.label == "Terminal")

    assert shlex.split(add) == ["codex", "mcp", "add", "huggingface", "--url", URL]
    assert shlex.split(login) == ["codex", "mcp", "login", "huggingface"]
    assert [block.label for block in blocks_of("codex")] == ["config.toml"]


@pytest.mark.parametrize(
    ("slug", "label"),
    [
        ("claude-desktop", "claude_desktop_config.json"),
        ("mcp-remote", "The client’s configuration"),
    ],
)
def test_mcp_remote_gets_the_header_out_of_a_variable(slug, label):
    server = json.loads(text_of(slug, label))["mcpServers"]["huggingface"]

    assert server["command"] == "npx"
    assert server["args"] == ["-y", "mcp-remote", URL, "--header", "Authorization:${MCP_HEADER}"]
    assert server["env"] == {"MCP_HEADER": "Bearer hfmcp_secret"}


@pytest.mark.parametrize(
    ("url", "needs_flag"),
    [(URL, False), ("http://localhost:8000/mcp", False), ("http://mcp.lan/mcp", True)],
)
def test_mcp_remote_is_told_about_plain_http(url, needs_flag):
    for slug in ("mcp-remote", "claude-desktop"):
        text = "".join(block.text for block in blocks_of(slug, Address(url)))
        assert ("--allow-http" in text) is needs_flag


@pytest.mark.parametrize("slug", ["langchain", "smolagents"])
def test_code_is_python(slug):
    ast.parse(text_of(slug, "Python"))
    assert "hfmcp_secret" not in text_of(slug, "Python", Address(URL, is_open=True))


def test_the_program_is_started_with_a_token_and_no_address():
    server = json.loads(text_of("hfmcp-stdio", "The client’s configuration"))["mcpServers"]
    assert server["huggingface"]["args"] == ["stdio"]
    assert "HF_TOKEN" in server["huggingface"]["env"]
    assert all(URL not in block.text for block in blocks_of("hfmcp-stdio"))


@of_every_client
def test_what_needs_no_key_shows_none_and_what_takes_one_shows_it(client: Client):
    def all_text(address: Address) -> str:
        steps = client.steps(address)
        links = [step.link.href for step in steps if step.link]
        return "\n".join([block.text for step in steps for block in step.blocks] + links)

    assert "Bearer" not in all_text(SIGN_IN)
    if Way.KEY in client.ways and client.slug not in {"cursor", "lm-studio"}:
        assert "hfmcp_secret" in all_text(WITH_KEY)


@of_every_client
def test_nobody_is_told_to_sign_in_where_nothing_asks_them_to(client: Client):
    for address in (WITH_KEY, Address(URL, is_open=True)):
        text = " ".join(step.text for step in client.steps(address)).lower()
        assert "sign in" not in text


@of_every_client
def test_a_guide_begins_with_a_step_and_says_where_it_is_from(client: Client):
    steps = client.steps(SIGN_IN)

    assert not steps[0].is_instead
    assert sum(1 + len(instead) for _, instead in numbered(steps)) == len(steps)
    assert client.documentation.startswith("https://") or not client.ways


def test_each_client_is_in_one_group():
    groups = [group for group, _ in grouped_clients()]

    assert len(groups) == len(set(groups))
    assert [client for _, clients in grouped_clients() for client in clients] == list(CLIENTS)


def test_clients_that_take_no_key_are_not_offered_one():
    offered = {client.slug for client, _ in guides_with_key(WITH_KEY)}

    assert "claude-ai" not in offered
    assert "chatgpt" not in offered
    assert "cursor" in offered
