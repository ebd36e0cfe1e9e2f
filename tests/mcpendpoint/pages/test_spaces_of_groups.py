"""Finding and adding a Space, for who is in a group."""

import json

import pytest
from django.urls import reverse

from accounts.groups import changing
from accounts.groups.models import Group
from accounts.preferences import load_preferences

MAKER = "acme/image-maker"

pytestmark = pytest.mark.usefixtures("standins")


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def offer(admin, *spaces):
    changing.make(Group(name="Guests", is_for_others=True, spaces=list(spaces)), admin)


def test_search_shows_what_a_group_offers_first(browser, alice, break_hub):
    names = ("acme/one", "acme/two", "acme/three")
    found = [{"id": name, "sdk": "gradio", "tags": ["mcp-server"]} for name in names]
    break_hub(path="^/api/spaces", status=200, body=json.dumps(found))
    offer(alice, "acme/three")

    page = browser.get(reverse("spaces:search"), {"q": "number"}).text

    assert sorted(names, key=page.index) == ["acme/three", "acme/one", "acme/two"]


def test_a_space_added_from_the_list_of_a_group_is_told_of(browser, alice):
    offer(alice, MAKER)
    form = {"space_id": MAKER, "from": "list"}

    answer = browser.post(reverse("spaces:add"), form, headers={"HX-Request": "true"})

    assert f"{MAKER} was added." in answer.text
    assert "HX-Trigger" in answer.headers
    assert [space.space_id for space in load_preferences(alice.pk).spaces] == [MAKER]
