"""What README promises is what there is."""

import re
from pathlib import Path

from mcpendpoint.serving.prompts.registry import PROMPTS
from mcpendpoint.tools.bouquets import BOUQUETS
from mcpendpoint.tools.classic.tools import CLASSIC_TOOLS
from mcpendpoint.tools.registry import TOOLS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_every_setting_is_in_the_readme():
    source = (ROOT / "hfmcp_site" / "settings.py").read_text()
    names = set(re.findall(r'env\.(?:env\.)?\w+\(\s*"([A-Z_]+)"', source))

    assert {name for name in names if f"`{name}`" not in README} == set()


def test_every_setting_in_the_readme_exists():
    source = (ROOT / "hfmcp_site" / "settings.py").read_text()
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


def test_every_picture_in_the_readme_exists():
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)

    assert [path for path in pictures if not (ROOT / path).is_file()] == []


def test_every_classic_tool_is_in_the_table_of_what_became_of_it():
    table = (ROOT / "docs" / "classic-tools.md").read_text()

    assert [tool.name for tool in CLASSIC_TOOLS if f"`{tool.name}`" not in table] == []
