"""What a list of tools costs is told, and what comes of it in common clients."""

import pytest
from django.urls import reverse
from mcp_types import Tool

from accounts.preferences import save_tools
from accounts.space_selection import add_space
from mcpendpoint.pages.list_cost import MANY_TOOLS, MOST_TOOLS, Cost, cost_of

pytestmark = pytest.mark.usefixtures("standins")


def told(client):
    return client.get(reverse("spaces:cost")).content.decode()


def test_the_tools_of_spaces_count_as_those_of_this_server(client, alice):
    client.force_login(alice)
    save_tools(alice, ["hub_repo_search"], include_images=True)
    few = told(client)
    add_space(alice, "acme/image-maker", is_private=False, title="Space", emoji="")

    assert "told of 2 tools, in about " in few  # with hf_whoami
    assert "told of 2 tools" not in told(client)


def test_it_is_the_profile_that_is_edited_whose_list_is_told_of(client, alice):
    client.force_login(alice)
    save_tools(alice, ["hub_repo_search", "hf_fs"], include_images=True)
    client.post(reverse("profiles:list"), {"name": "team", "source": ""})
    client.post(reverse("accounts:tools"), {"tools": ["hf_fs"], "include_images": "on"})

    assert "told of 2 tools, in about " in told(client)


def test_others_sign_in_first(client, db):
    assert client.get(reverse("spaces:cost")).status_code == 302


def test_about_four_bytes_are_a_token():
    tool = Tool(name="x", description="a" * 4_000, input_schema={"type": "object"})

    cost = cost_of([tool] * 10)

    assert cost.tools == 10
    assert 10_000 < cost.tokens < 10_500


@pytest.mark.parametrize(
    ("cost", "client"),
    [
        (Cost(MANY_TOOLS, 20_000), ""),
        (Cost(MANY_TOOLS + 1, 20_000), "Cursor"),
        (Cost(10, 20_100), "Claude Code"),
        (Cost(MOST_TOOLS + 1, 100_000), "VS Code"),
    ],
)
def test_what_common_clients_do_not_take_is_warned_of(cost, client):
    assert client in cost.warning
    assert bool(cost.warning) is bool(client)
