"""Real MCP clients written in TypeScript connect, list and call."""

import json
import subprocess

import mcp
import pytest
from mcp import StdioServerParameters

from accounts.clients.configuration import mcp_remote
from accounts.clients.guide import Address
from mcpendpoint.serving.prompts.registry import by_name as prompts
from mcpendpoint.serving.resources.registry import resource_by_uri, template_by_uri
from tests import node
from tests.clients.conftest import DEFAULT_TOOLS
from tests.needs import need
from tests.stdio_program import COMMAND

MODERN, LEGACY = "2026-07-28", "2025-11-25"
SECONDS = 60


@pytest.fixture(autouse=True)
def _needs_node():
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")


@pytest.fixture
def run_node(tmp_path):
    """Run a Node program with a home of its own; return what it printed, as JSON."""

    def run(*arguments):
        finished = subprocess.run(
            [node.find_node(), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return json.loads(finished.stdout)

    return run


def check(visit, account, version):
    assert visit["version"] == version
    assert visit["tools"] == account.tools
    assert not visit["result"].get("isError")
    assert account.name in str(visit["result"]["structuredContent"])
    assert visit["resources"] == list(resource_by_uri)
    assert visit["templates"] == list(template_by_uri)
    assert visit["prompts"] == list(prompts)
    assert visit["guide"].startswith("# ")


def test_the_typescript_sdk_1_connects_lists_and_calls(run_node, account):
    script = node.HERE / "clients" / "visit_with_sdk_1.mjs"

    visit = run_node(script, account.url, json.dumps(account.headers))

    check(visit, account, LEGACY)


@pytest.mark.parametrize(
    ("mode", "version"), [("legacy", LEGACY), ("auto", MODERN), (MODERN, MODERN)]
)
def test_the_typescript_sdk_2_connects_lists_and_calls(run_node, account, mode, version):
    script = node.HERE / "clients" / "visit_with_sdk_2.mjs"

    visit = run_node(script, account.url, json.dumps(account.headers), mode)

    check(visit, account, version)


def test_the_typescript_sdk_1_starts_the_program_and_lists_and_calls(run_node, program_account):
    script = node.HERE / "clients" / "visit_with_sdk_1.mjs"

    visit = run_node(script, json.dumps(program_account.program))

    check(visit, program_account, LEGACY)


@pytest.mark.parametrize(
    ("mode", "version"), [("legacy", LEGACY), ("auto", MODERN), (MODERN, MODERN)]
)
def test_the_typescript_sdk_2_starts_the_program_and_lists_and_calls(
    run_node, program_account, mode, version
):
    script = node.HERE / "clients" / "visit_with_sdk_2.mjs"

    visit = run_node(script, json.dumps(program_account.program), "{}", mode)

    check(visit, program_account, version)


@pytest.mark.parametrize("script", ["visit_with_sdk_1.mjs", "visit_with_sdk_2.mjs"])
def test_both_typescript_sdks_accept_every_tool_that_there_is(run_node, everything, script):
    visit = run_node(
        node.HERE / "clients" / script, everything.url, json.dumps(everything.headers), "auto"
    )

    assert visit["tools"] == everything.tools


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_connects_lists_and_calls(run_node, account, era):
    headers = [f"{name}: {value}" for name, value in account.headers.items()]
    inspect = [node.BIN / "inspector", "--cli", account.url, "--transport", "http"]
    inspect += ["--protocol-era", era, "--format", "json", "--quiet"]
    inspect += ["--header", *headers] if headers else []

    listed = run_node(*inspect, "--method", "tools/list")
    called = run_node(*inspect, "--method", "tools/call", "--tool-name", "hf_whoami")

    assert account.tools == [tool["name"] for tool in listed["result"]["tools"]]
    assert account.name in str(called["result"]["structuredContent"])


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_starts_the_program_and_lists(run_node, product_env, era):
    env = [part for name, value in product_env.items() for part in ("-e", f"{name}={value}")]
    inspect = [node.BIN / "inspector", "--cli", *env, "--protocol-era", era]
    inspect += ["--format", "json", "--quiet", "--method", "tools/list"]

    listed = run_node(*inspect, "--", *COMMAND, "--gradio", "none")

    assert [tool["name"] for tool in listed["result"]["tools"]] == DEFAULT_TOOLS


@pytest.mark.parametrize("program", node.MCP_REMOTES.values(), ids=node.MCP_REMOTES)
async def test_mcp_remote_connects_lists_and_calls(account, tmp_path, program):
    """As the guide to clients that start it says, but that npx is not to fetch it."""
    entry = mcp_remote(Address(account.url, account.token))
    assert entry["args"][:2] == ["-y", "mcp-remote"]
    bridge = StdioServerParameters(
        command=node.find_node(),
        args=[str(program), *entry["args"][2:]],
        env={
            "HOME": str(tmp_path),
            "MCP_REMOTE_CONFIG_DIR": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            **entry.get("env", {}),
        },
    )

    async with mcp.Client(bridge, mode="legacy", read_timeout_seconds=SECONDS) as client:
        listed = await client.list_tools()
        result = await client.call_tool("hf_whoami", {})

    assert [tool.name for tool in listed.tools] == account.tools
    assert account.name in str(result.structured_content)
