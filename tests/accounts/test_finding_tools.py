"""The filter of the Tools page, as it works without JavaScript."""

import pytest

from accounts.catalogue import catalogue
from accounts.preferences import save_tools

pytestmark = pytest.mark.django_db

SEARCH = "hub_repo_search"


def found_by(client, query):
    page = client.get("/settings/tools/", {"q": query})
    rows = [row for group in page.context["tool_groups"] for row in group.rows]
    return {row.tool.name for row in rows if row.is_found}


def test_tools_are_found_by_words_of_their_names_titles_and_effects(alice_client):
    everything = {tool.name for tool in catalogue.tools}
    assert found_by(alice_client, "") == everything
    assert SEARCH in found_by(alice_client, "REPO  search")
    spending = {tool.name for tool in catalogue.tools if "spend" in tool.effects}
    assert spending <= found_by(alice_client, "spend") < everything
    assert found_by(alice_client, "<no such tool>") == set()


def test_a_search_hides_ticks_and_does_not_take_them_out_of_the_form(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)

    page = alice_client.get("/settings/tools/", {"q": "no such tool"})

    assert "0 of " in page.text
    assert 'id="tools-none">No tool has all of these words.' in page.text
    assert f'id="tool-{SEARCH}" name="tools" value="{SEARCH}" checked>' in page.text
