"""The ready-made snippets say what each client needs, in the client's own format."""

import json
import shlex
import tomllib
from base64 import b64decode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from accounts.clients import ClientSnippet, client_snippets

URL = "https://mcp.example/u/alice/mcp"
HEADER = "Authorization: Bearer hfmcp_secret"
HEADERS = {"Authorization": "Bearer hfmcp_secret"}


def snippets(url: str = URL, header: str | None = HEADER) -> dict[str, ClientSnippet]:
    return {snippet.slug: snippet for snippet in client_snippets(url, header)}


def text_of(slug: str, block: int = 0, **kwargs: str | None) -> str:
    return snippets(**kwargs)[slug].blocks[block].text


@pytest.mark.parametrize("slug", ["claude-code", "gemini", "mcp-remote"])
def test_commands_carry_the_address_and_the_header(slug):
    words = shlex.split(text_of(slug))

    assert URL in words
    assert words[-2:] == ["--header", HEADER]


@pytest.mark.parametrize(
    ("slug", "block", "key"),
    [("cursor", 0, "url"), ("lm-studio", 0, "url"), ("gemini", 1, "httpUrl")],
)
def test_files_are_json_with_the_address_and_the_header(slug, block, key):
    config = json.loads(text_of(slug, block))

    assert config == {"mcpServers": {"huggingface": {key: URL, "headers": HEADERS}}}


def test_the_file_of_vs_code_has_its_own_form():
    config = json.loads(text_of("vs-code"))

    assert config == {"servers": {"huggingface": {"type": "http", "url": URL, "headers": HEADERS}}}


def test_the_file_of_codex_is_toml():
    config = tomllib.loads(text_of("codex"))

    assert config == {"mcp_servers": {"huggingface": {"url": URL, "http_headers": HEADERS}}}


def test_claude_desktop_starts_mcp_remote_with_the_header_out_of_the_arguments():
    server = json.loads(text_of("claude-desktop"))["mcpServers"]["huggingface"]

    assert server["command"] == "npx"
    assert server["args"] == ["-y", "mcp-remote", URL, "--header", "Authorization:${MCP_HEADER}"]
    assert server["env"] == {"MCP_HEADER": "Bearer hfmcp_secret"}


@pytest.mark.parametrize("slug", ["cursor", "lm-studio"])
def test_install_links_carry_the_same_configuration(slug):
    link = snippets()[slug].link
    query = parse_qs(urlsplit(link.href).query)

    assert query["name"] == ["huggingface"]
    assert json.loads(b64decode(query["config"][0])) == {"url": URL, "headers": HEADERS}


def test_the_install_link_of_vs_code_is_json_in_the_query():
    href = snippets()["vs-code"].link.href
    config = json.loads(unquote(href.removeprefix("vscode:mcp/install?")))

    assert config == {"name": "huggingface", "type": "http", "url": URL, "headers": HEADERS}


def test_a_url_that_needs_no_credential_gets_no_header():
    for snippet in client_snippets(URL, None):
        for block in snippet.blocks:
            assert "header" not in block.text.lower()
            assert "Authorization" not in block.text


def test_only_claude_on_the_web_is_told_that_it_cannot_send_a_key():
    told = [snippet.slug for snippet in client_snippets(URL, HEADER) if "key" in snippet.note]

    assert told == ["claude-ai"]
    assert "key" not in snippets(header=None)["claude-ai"].note


def test_claude_on_the_web_cannot_reach_this_computer():
    assert "this computer" in snippets("http://localhost:8000/mcp")["claude-ai"].note
    assert "this computer" not in snippets()["claude-ai"].note


@pytest.mark.parametrize(
    ("url", "needs_flag"),
    [(URL, False), ("http://localhost:8000/mcp", False), ("http://mcp.lan/mcp", True)],
)
def test_mcp_remote_is_told_about_plain_http(url, needs_flag):
    assert ("--allow-http" in text_of("mcp-remote", url=url)) is needs_flag
    assert ("--allow-http" in text_of("claude-desktop", url=url)) is needs_flag
