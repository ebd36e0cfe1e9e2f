"""The settings page of somebody in a group: what is not offered is shown, and says why."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.catalogue import catalogue
from accounts.consequences import JUST_DO_IT
from accounts.preferences import load_preferences, save_approvals, save_tools
from accounts.space_selection import add_space
from tests.accounts.groups.conftest import FILES, JOBS, SEARCH

pytestmark = pytest.mark.django_db

WHY = "Not offered to your group “Students”. Ask whoever runs this server about it."


@pytest.fixture
def students(alice, make_group):
    return make_group(alice.username, tools=[SEARCH], spaces=["acme/demo"], approve_spend="ask")


def save(client: Client, *tools: str, **fields: str):
    return client.post("/settings/tools/", {"tools": tools, "include_images": "on", **fields})


def row_of(page: str, tool: str) -> str:
    return page.partition(f'for="tool-{tool}"')[2].partition("</li>")[0]


def test_a_tool_that_is_not_offered_is_shown_unticked_with_the_reason(
    alice, alice_client, students
):
    save_tools(alice, [SEARCH, JOBS], include_images=True)

    page = alice_client.get("/settings/tools/").text

    row = row_of(page, JOBS)
    assert WHY in row and "disabled" in row and "checked" not in row
    assert WHY not in row_of(page, SEARCH) and "checked" in row_of(page, SEARCH)


def test_what_was_chosen_before_outlives_what_is_saved_meanwhile(alice, alice_client, students):
    save_tools(alice, [JOBS], include_images=True)

    assert save(alice_client, SEARCH).status_code == 302

    assert load_preferences(alice.pk).tools == {SEARCH, JOBS}


def test_what_is_not_offered_cannot_be_chosen(alice, alice_client, students):
    save_tools(alice, [SEARCH], include_images=True)

    refused = save(alice_client, SEARCH, FILES)

    assert refused.status_code == 422
    assert WHY in refused.text
    assert load_preferences(alice.pk).tools == {SEARCH}


def test_a_laxer_rule_than_the_groups_cannot_be_chosen(alice, alice_client, students):
    save_tools(alice, [SEARCH], include_images=True)
    save_approvals(alice, JUST_DO_IT)

    shown = alice_client.get("/settings/approvals/").context["approval_rows"]
    refused = alice_client.post("/settings/approvals/", {"approve_spend": "allow"})
    stricter = alice_client.post("/settings/approvals/", {"approve_spend": "never"})

    options = {row.field: row.options for row in shown}
    assert options["approve_spend"] == (
        ("ask", "Ask me", True, False),
        ("allow", "Just do it", False, True),
        ("never", "Never", False, False),
    )
    assert not any(is_ruled_out for *_, is_ruled_out in options["approve_delete"])
    assert (refused.status_code, stricter.status_code) == (422, 302)
    assert WHY in refused.text


def test_a_preset_says_what_it_leaves_out(alice, alice_client, students):
    page = alice_client.get("/settings/tools/?preset=all")

    assert {tool.name for tool in page.context["preview"].left_out} >= {FILES, JOBS}
    assert FILES not in {tool.name for tool in page.context["preview"].added}
    assert "It leaves out" in page.text and WHY in page.text


def test_a_space_that_is_not_offered_is_not_added(alice, alice_client, students):
    answer = alice_client.post("/settings/spaces/add/", {"space_id": "acme/other"}, follow=True)

    assert WHY in answer.text
    assert load_preferences(alice.pk).spaces == ()


def test_a_space_from_before_stays_and_says_that_it_has_no_effect(alice, alice_client, students):
    for space_id in ("acme/demo", "acme/other"):
        add_space(alice, space_id, is_private=False, title="", emoji="")

    rows = alice_client.get("/settings/spaces/").context["spaces"]

    assert {row.space.space_id: row.why_not for row in rows} == {
        "acme/demo": "",
        "acme/other": WHY,
    }


def test_who_chose_no_space_yet_has_those_of_the_group(alice, alice_client, make_group):
    make_group(alice.username, default_spaces=["acme/demo", "acme/other"])

    shown = alice_client.get("/settings/spaces/").context["default_spaces"]
    alice_client.post("/settings/spaces/remove/", {"space_id": "acme/other"})

    assert [space_id for space_id, *_ in shown] == ["acme/demo", "acme/other"]
    assert [each.space_id for each in load_preferences(alice.pk).spaces] == ["acme/demo"]


def test_one_reads_what_the_group_offers(alice, alice_client, students):
    pages = [alice_client.get(f"/settings/{name}/").text for name in ("tools", "spaces")]

    for page in pages:
        assert "Your group “Students” offers 1 tool and the Space acme/demo." in page
    assert "Every Gradio Space" not in pages[1]


def test_several_groups_are_named_together(alice, alice_client, students, make_group):
    make_group(alice.username, name="Staff", tools=[], spaces=["lab/*"])

    page = alice_client.get("/settings/tools/").text

    assert "“Staff”, “Students” offer 1 tool, the Space acme/demo and all Spaces of lab." in page


def test_offered_spaces_are_there_to_add_until_they_are_added(alice, alice_client, make_group):
    make_group(alice.username, spaces=["acme/demo", "acme/parts", "lab/*"])
    add_space(alice, "Acme/Demo", is_private=False, title="", emoji="")

    page = alice_client.get("/settings/spaces/")

    assert page.context["spaces_to_add"] == ["acme/parts"]
    assert 'aria-label="Add acme/parts"' in page.text


def test_who_is_offered_no_space_is_not_asked_to_find_one(alice, alice_client, make_group):
    make_group(alice.username, spaces=[])

    page = alice_client.get("/settings/spaces/").text

    assert "offers all tools and no Space." in page
    assert "Add a Space" not in page and "Find one below" not in page


def test_a_preset_of_which_nothing_is_offered_is_not_listed(alice, alice_client, students):
    presets = alice_client.get("/settings/tools/").context["bouquets"]

    offered = {"search", "all"}
    assert {preset.name for preset in presets} >= offered
    assert all(SEARCH in preset.tools for preset in presets)
    assert len(presets) < len(catalogue.bouquets)


def test_a_space_that_is_not_offered_is_refused_once(alice, alice_client, students):
    for space_id in ("acme/demo", "acme/other"):
        add_space(alice, space_id, is_private=False, title="", emoji="")

    page = alice_client.get("/settings/spaces/").text

    # What would be said of it there is the refusal, again.
    assert reverse("spaces:status", args=["acme", "demo"]) in page
    assert reverse("spaces:status", args=["acme", "other"]) not in page


def test_home_says_of_which_space_one_chose_that_it_is_not_offered(alice, alice_client, students):
    save_tools(alice, [SEARCH, JOBS], include_images=True)
    for space_id in ("acme/demo", "acme/other"):
        add_space(alice, space_id, is_private=False, title="", emoji="")

    page = alice_client.get("/")

    rows = {space.space_id: space.why_not for space in page.context["spaces"]}
    assert rows == {"acme/demo": "", "acme/other": WHY}
    assert page.text.count(WHY) == 1
    names = {tool.name for tool in page.context["tools_on"].tools}
    assert SEARCH in names and JOBS not in names


def test_home_shows_what_the_group_begins_with(alice, alice_client, make_group, settings):
    settings.DEFAULT_SPACES = ["acme/demo"]
    make_group(alice.username, default_spaces=["acme/parts"], default_tools=[FILES])

    page = alice_client.get("/")

    assert [space.space_id for space in page.context["spaces"]] == ["acme/parts"]
    names = {tool.name for tool in page.context["tools_on"].tools}
    assert FILES in names and SEARCH not in names


def test_who_is_in_no_group_reads_of_none(alice, alice_client, make_group):
    make_group("somebody-else", tools=[SEARCH])

    page = alice_client.get("/settings/tools/").text
    page += alice_client.get("/settings/spaces/").text

    assert "Not offered" not in page and "Your group" not in page
    assert "Every Gradio Space" in page


def test_a_row_tells_the_stricter_of_a_rule_of_the_group_and_one_s_own(
    alice, alice_client, make_group
):
    make_group(alice.username, approve_spend="never", approve_delete="allow")
    save_approvals(alice, JUST_DO_IT)

    row = row_of(alice_client.get("/settings/tools/").text, JOBS)

    never, _, at_once = row.partition("Done at once: ")
    assert "Never done: " in never and "spending</a>" in never
    assert "deleting and overwriting</a>" in at_once


def test_an_admin_is_led_from_what_is_not_offered_to_the_groups(boss, client_of, make_group):
    make_group(tools=[SEARCH])

    row = row_of(client_of(boss).get("/settings/tools/").text, JOBS)

    assert f'href="{reverse("groups:list")}">Change the group</a>' in row


def test_others_are_told_whom_to_ask_about_what_is_not_offered(alice_client, students):
    row = row_of(alice_client.get("/settings/tools/").text, JOBS)

    assert WHY in row and "Change the group" not in row
