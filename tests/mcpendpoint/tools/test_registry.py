from accounts.catalogue import Catalogue, ToolChoice
from mcpendpoint.tools.bouquets import BOUQUETS, SANDBOX
from mcpendpoint.tools.classic.tools import CLASSIC_TOOLS
from mcpendpoint.tools.registry import TOOLS, by_name

OLD_NAMES = {tool.name for tool in CLASSIC_TOOLS}


def test_every_tool_is_found_by_its_name():
    assert [by_name[tool.name] for tool in TOOLS] == list(TOOLS)


def test_bouquets_name_tools_that_there_are():
    catalogue = Catalogue()
    choices = [ToolChoice(t.name, t.title, t.purpose, t.effects) for t in TOOLS]

    catalogue.register(choices, BOUQUETS)

    assert catalogue.bouquets == BOUQUETS


def test_all_is_every_tool_that_is_chosen_but_the_old_names_of_others():
    chosen = (
        {tool.name for tool in TOOLS if not tool.is_always_on}
        - {*SANDBOX, "dynamic_space"}
        - OLD_NAMES
    )

    assert {"all": chosen} == {b.name: set(b.tools) for b in BOUQUETS if b.name == "all"}


def test_a_purpose_is_one_sentence():
    for tool in TOOLS:
        assert tool.purpose.endswith(".")
        assert len(tool.purpose) < 120
