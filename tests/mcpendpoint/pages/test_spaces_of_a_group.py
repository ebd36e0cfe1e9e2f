"""Spaces on the settings page of somebody whose group offers only some."""

import json

import pytest
from django.urls import reverse

from accounts.groups import changing
from accounts.groups.models import Group
from accounts.preferences import load_preferences

pytestmark = pytest.mark.usefixtures("standins")


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def test_search_shows_what_a_group_offers_first(browser, alice, break_hub):
    names = ("acme/one", "acme/two", "acme/three")
    found = [{"id": name, "sdk": "gradio", "tags": ["mcp-server"]} for name in names]
    break_hub(path="^/api/spaces", status=200, body=json.dumps(found))
    changing.make(Group(name="Guests", is_for_others=True, spaces=["acme/three"]), alice)

    page = browser.get(reverse("spaces:search"), {"q": "number"}).content.decode()

    assert sorted(names, key=page.index) == ["acme/three", "acme/one", "acme/two"]


def test_a_space_added_from_the_list_of_a_group_is_told_of(browser, alice):
    form = {"space_id": "acme/image-maker", "from": "list"}

    answer = browser.post(reverse("spaces:add"), form, headers={"HX-Request": "true"})

    assert "acme/image-maker was added." in answer.text
    assert "HX-Trigger" in answer.headers
    assert [space.space_id for space in load_preferences(alice.pk).spaces] == ["acme/image-maker"]
