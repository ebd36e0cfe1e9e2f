"""Assistants in a terminal. Pure: no I/O."""

from dataclasses import replace

from accounts.clients.configuration import (
    SERVER_NAME,
    as_json,
    as_toml,
    mcp_servers,
    server,
    shell,
)
from accounts.clients.guide import Address, Client, CodeBlock, Group, Step, in_home


def _claude_code(address: Address) -> list[Step]:
    command = ("claude", "mcp", "add", "--transport", "http", SERVER_NAME, address.url)
    steps = [Step("Run this.", (CodeBlock("Terminal", shell(*command, address=address)),))]
    if address.signs_in:
        steps.append(Step("In Claude Code enter /mcp, choose huggingface, and sign in."))
    return steps


def _codex(address: Address) -> list[Step]:
    entry = {
        "url": address.url,
        **({"http_headers": address.headers} if address.headers else {}),
    }
    file = Step(
        "Add this to the file.",
        (CodeBlock("config.toml", as_toml(f"mcp_servers.{SERVER_NAME}", entry)),),
        in_home(".codex/config.toml"),
    )
    if address.key:
        return [file]
    # The command keeps a key in a variable only, so with a key there is the file.
    add = shell("codex", "mcp", "add", SERVER_NAME, "--url", address.url)
    login = shell("codex", "mcp", "login", SERVER_NAME)
    sign_in = Step("Sign in, if it did not lead you there.", (CodeBlock("Terminal", login),))
    return [
        Step("Run this.", (CodeBlock("Terminal", add),)),
        replace(file, text="Or add this to the file.", is_instead=True),
        *([sign_in] if address.signs_in else []),
    ]


def _gemini(address: Address) -> list[Step]:
    command = ("gemini", "mcp", "add", "--transport", "http", SERVER_NAME, address.url)
    steps = [
        Step("Run this.", (CodeBlock("Terminal", shell(*command, address=address)),)),
        Step(
            "Or add the server to the file.",
            (CodeBlock("settings.json", mcp_servers(server("httpUrl", address))),),
            in_home(".gemini/settings.json"),
            is_instead=True,
        ),
    ]
    if address.signs_in:
        steps.append(Step("In Gemini CLI enter /mcp auth huggingface, and sign in."))
    return steps


def _copilot(address: Address) -> list[Step]:
    options = ("--header", address.header_line) if address.key else ()
    command = ("copilot", "mcp", "add", "--transport", "http", *options, SERVER_NAME, address.url)
    entry = {**server("url", address, type="http"), "tools": ["*"]}
    return [
        Step("Run this.", (CodeBlock("Terminal", _with_double_quotes(shell(*command))),)),
        Step(
            "Or add the server to the file.",
            (CodeBlock("mcp-config.json", mcp_servers(entry)),),
            in_home(".copilot/mcp-config.json"),
            is_instead=True,
        ),
    ]


def _opencode(address: Address) -> list[Step]:
    command = ("opencode", "mcp", "add", SERVER_NAME, "--global", "--url", address.url)
    # packages/opencode/src/cli/cmd/mcp.ts of anomalyco/opencode: a header is KEY=VALUE there.
    headers = [f' --header "{name}={value}"' for name, value in address.headers.items()]
    entry = server("url", address, type="remote")
    return [
        Step("Run this.", (CodeBlock("Terminal", shell(*command) + "".join(headers)),)),
        Step(
            "Or add the server to the file. Version 2 has it in mcp.servers, version 1 in mcp.",
            (
                CodeBlock("opencode.json", _opencode_file({"servers": {SERVER_NAME: entry}})),
                CodeBlock("opencode.json of version 1", _opencode_file({SERVER_NAME: entry})),
            ),
            in_home(".config/opencode/opencode.json"),
            is_instead=True,
        ),
        *(
            [Step("In opencode enter /mcps, choose huggingface, sign in.")]
            if address.signs_in
            else []
        ),
    ]


def _opencode_file(mcp: dict[str, object]) -> str:
    return as_json({"$schema": "https://opencode.ai/config.json", "mcp": mcp})


def _with_double_quotes(line: str) -> str:
    # As cmd.exe wants them, too; a header and an address have none of their own.
    return line.replace("'", '"')


TERMINAL = (
    Client(
        "claude-code",
        "Claude Code",
        Group.TERMINAL,
        "https://code.claude.com/docs/en/mcp",
        _claude_code,
    ),
    Client("codex", "Codex", Group.TERMINAL, "https://developers.openai.com/codex/mcp", _codex),
    Client(
        "gemini",
        "Gemini CLI",
        Group.TERMINAL,
        "https://geminicli.com/docs/tools/mcp-server/",
        _gemini,
    ),
    Client(
        "copilot",
        "Copilot CLI",
        Group.TERMINAL,
        "https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers",
        _copilot,
    ),
    Client(
        "opencode", "opencode", Group.TERMINAL, "https://opencode.ai/docs/mcp-servers/", _opencode
    ),
)
