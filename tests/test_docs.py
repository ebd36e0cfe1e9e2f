"""What README promises is what there is."""

import ast
import json
import re
import tomllib
from contextlib import suppress
from pathlib import Path

from mcpendpoint.serving.prompts.registry import PROMPTS
from mcpendpoint.tools.bouquets import BOUQUETS
from mcpendpoint.tools.classic.tools import CLASSIC_TOOLS
from mcpendpoint.tools.registry import TOOLS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def settings_source() -> str:
    files = ("deployment.py", "settings.py")
    return "\n".join((ROOT / "hfmcp_site" / name).read_text() for name in files)


def test_every_setting_is_in_the_readme():
    source = settings_source()
    names = set(re.findall(r'env\.(?:env\.)?\w+\(\s*"([A-Z_]+)"', source))

    assert {name for name in names if f"`{name}`" not in README} == set()


def test_every_setting_in_the_readme_exists():
    source = settings_source()
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    names = {
        name
        for row in re.findall(r"^\| (`.*?`) \|", table, re.M)
        for name in re.findall("`([A-Z_]+)`", row)
    }

    assert {name for name in names if f'"{name}"' not in source} == set()


def test_every_command_in_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()

    assert [c for c in re.findall(r"`?make (\w+)", README) if f"\n{c}:" not in makefile] == []


def test_every_tool_preset_and_prompt_is_in_the_readme():
    tools = {tool.name for tool in TOOLS} - {tool.name for tool in CLASSIC_TOOLS}
    names = tools.union((each.name for each in BOUQUETS), (each.name for each in PROMPTS))

    assert {name for name in names if f"`{name}`" not in README} == set()


def test_each_preset_in_the_readme_holds_its_tools():
    table = README.partition("| Preset | Tools |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.M)

    assert {name: tuple(re.findall("`(.*?)`", tools)) for name, tools in told} == {
        bouquet.name: bouquet.tools for bouquet in BOUQUETS
    }


def test_every_picture_in_the_readme_exists():
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)

    assert [path for path in pictures if not (ROOT / path).is_file()] == []


def test_every_classic_tool_is_in_the_table_of_what_became_of_it():
    table = (ROOT / "docs" / "classic-tools.md").read_text()

    assert [tool.name for tool in CLASSIC_TOOLS if f"`{tool.name}`" not in table] == []


IN_WORDS = {
    "SECRET_KEY": "generated",
    "FIELD_ENCRYPTION_KEYS": "generated",
    "PUBLIC_URL": "http://localhost:8000",  # of PORT
}


def test_every_default_in_the_readme_is_the_one_that_there_is():
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    promised = {
        name: default
        for names, default in re.findall(r"^\| (`[A-Z].*?`) \| (.*?) \|", table, re.M)
        for name in re.findall("`([A-Z0-9_]+)`", names)
    }

    assert [
        f"{name}: {promised[name]} in README, {default!r} in the settings"
        for name, default in defaults_of_settings().items()
        if not is_promised(promised[name], IN_WORDS.get(name, default))
    ] == []


def defaults_of_settings() -> dict[str, object]:
    calls = [
        node
        for node in ast.walk(ast.parse(settings_source()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env.") and node.args
    ]
    found: dict[str, object] = {}
    for call in calls:
        name = ast.literal_eval(call.args[0])
        given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "default")]
        with suppress(ValueError):  # one that is not written down, but found out
            found.setdefault(name, ast.literal_eval(given[0]) if given else "")
    return found


def is_promised(words: str, default: object) -> bool:
    if words in {"none", "`0`"}:
        return default in {"", 0}
    text = str(default).lower() if isinstance(default, bool) else str(default)
    shown = words.strip("`").removesuffix(",…")
    return words == text or shown == text or ("…" in words and text.startswith(f"{shown},"))


def test_every_snippet_in_the_readme_is_what_it_says_it_is():
    for kind, text in re.findall(r"```(json|toml)\n(.*?)```", README, re.S):
        json.loads(text) if kind == "json" else tomllib.loads(text)


def test_every_snippet_that_starts_the_program_names_the_token():
    section = README.partition("(stdio)")[2].partition("\n### ")[0]
    snippets = re.findall(r"```\w+\n(.*?)```", section, re.S)
    snippets += re.findall(r"^    (claude .*)$", section, re.M)

    assert len(snippets) >= 5
    assert [snippet for snippet in snippets if "HF_TOKEN" not in snippet] == []
