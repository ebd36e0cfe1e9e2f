"""A tick of the Tools page that is saved by itself, as the script sends it."""

import json

import pytest

from accounts.catalogue import catalogue
from accounts.preferences import load_preferences, save_tools

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SEARCH, FILES, JOBS = "hub_repo_search", "hf_fs", "hf_jobs"


def page_of(client):
    """Return what a page would send of itself."""
    context = client.get("/settings/tools/").context
    on = [tool.name for tool, is_on in context["tools_form"].rows() if is_on]
    options = ("include_images", "urls_may_write")
    ticked = {name: "on" for name in options if context["tools_form"][name].value()}
    return {"version": context["version"], "of_profile": "default", "tools": on, **ticked}


def tick(client, page, name, *, on=True):
    others = [tool for tool in page["tools"] if tool != name]
    sent = {**page, "changed": name, "tools": [*others, name] if on else others}
    return client.post("/settings/tools/tick/", sent, headers=HTMX)


def ticked_by(response):
    return json.loads(response.headers["HX-Trigger"])["tools-saved"]["on"]


def test_a_tick_is_saved_and_no_other_box_of_the_page(alice_client, alice):
    save_tools(alice, [SEARCH, FILES], include_images=True)
    page = page_of(alice_client)

    response = tick(alice_client, {**page, "tools": []}, JOBS)

    assert load_preferences(alice.pk).tools == {SEARCH, FILES, JOBS}
    assert load_preferences(alice.pk).include_images
    assert {SEARCH, FILES, JOBS, "include_images"} <= set(ticked_by(response))
    assert "is on." in response.text
    assert 'form="undo-tools-form">Undo</button>' in response.text
    assert 'id="tools"' not in response.text


def test_an_option_is_saved_as_a_tool_is(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)

    response = alice_client.post(
        "/settings/tools/tick/",
        {**page_of(alice_client), "changed": "urls_may_write", "urls_may_write": "on"},
        headers=HTMX,
    )

    assert load_preferences(alice.pk).urls_may_write
    assert load_preferences(alice.pk).tools == {SEARCH}
    assert "urls_may_write" in ticked_by(response)


def test_the_first_tick_keeps_the_defaults_and_the_log_tells_of_it_alone(alice_client, alice):
    tick(alice_client, page_of(alice_client), JOBS)

    on_anyway = {tool.name for tool in catalogue.tools if tool.is_always_on}
    assert load_preferences(alice.pk).tools == (catalogue.default_tools - on_anyway) | {JOBS}
    event = alice.audit_events.get(action="selection_changed")
    assert event.detail["switched on"] == [JOBS]
    assert "switched off" not in event.detail


def test_each_tick_is_undone_by_itself_beginning_with_the_last(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    tick(alice_client, page_of(alice_client), FILES)
    tick(alice_client, page_of(alice_client), JOBS)

    alice_client.post("/settings/tools/undo/")
    assert load_preferences(alice.pk).tools == {SEARCH, FILES}
    alice_client.post("/settings/tools/undo/")
    assert load_preferences(alice.pk).tools == {SEARCH}
    assert not alice_client.get("/settings/tools/").context["can_undo"]


def test_a_second_click_on_undo_undoes_no_second_tick(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    tick(alice_client, page_of(alice_client), FILES)
    tick(alice_client, page_of(alice_client), JOBS)
    shown = page_of(alice_client)["version"]

    for _ in range(2):
        last = alice_client.post("/settings/tools/undo/", {"version": shown})

    assert last.status_code == 409
    assert load_preferences(alice.pk).tools == {SEARCH, FILES}


def test_undo_is_of_the_profile_that_is_edited(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    tick(alice_client, page_of(alice_client), JOBS)
    alice_client.post("/settings/profiles/", {"name": "work", "source": ""})
    alice_client.post("/settings/tools/", {"tools": [SEARCH, JOBS], "include_images": "on"})

    assert alice_client.post("/settings/tools/undo/").status_code == 302  # what was saved in it
    assert alice_client.post("/settings/tools/undo/").status_code == 409
    assert load_preferences(alice.pk).tools == {SEARCH, JOBS}


def test_a_page_of_another_profile_than_is_edited_by_now_saves_nothing(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    page = page_of(alice_client)
    alice_client.post("/settings/profiles/", {"name": "work", "source": ""})
    page["version"] = page_of(alice_client)["version"]

    response = tick(alice_client, page, JOBS)

    assert response.headers["HX-Redirect"] == "/settings/profiles/"
    assert load_preferences(alice.pk).tools == {SEARCH}
    assert "nothing was saved" in alice_client.get("/settings/profiles/").text
    assert JOBS not in page_of(alice_client)["tools"]


def test_a_page_that_is_older_than_the_last_save_is_told_what_is_saved_now(alice_client, alice):
    save_tools(alice, [SEARCH, FILES], include_images=True)
    page = page_of(alice_client)
    save_tools(alice, [SEARCH], include_images=False)

    response = tick(alice_client, page, JOBS)

    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "#tools"
    problem = response.context["problem"]
    titles = {tool.name: tool.title for tool in catalogue.tools}
    assert f"“{titles[FILES]}”, “Send images to the assistant” switched off" in problem
    assert f"“{titles[JOBS]}” was not switched on" in problem
    assert load_preferences(alice.pk).tools == {SEARCH}
    assert response.context["tools_form"].ticked == {SEARCH}


def test_a_tick_whose_answer_was_lost_is_no_conflict_when_it_is_made_again(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    page = page_of(alice_client)
    tick(alice_client, page, JOBS)

    again = tick(alice_client, page, JOBS)

    assert again.status_code == 200
    assert JOBS in ticked_by(again)
    assert load_preferences(alice.pk).tools == {SEARCH, JOBS}


def test_what_comes_with_another_tool_stays_on_and_says_why(alice_client, alice):
    save_tools(alice, ["hf_sandbox"], include_images=True)

    response = tick(alice_client, page_of(alice_client), "hf_sandbox_fs", on=False)

    assert "stays on: it comes with" in response.text
    assert "hf_sandbox_fs" in ticked_by(response)
    assert "Undo</button></p>" not in response.text


def test_a_tool_that_is_gone_is_refused_in_words(alice_client, alice):
    response = tick(alice_client, page_of(alice_client), "no_such_tool", on=False)

    assert response.status_code == 422
    assert "There is no tool named no_such_tool any more." in response.text
    assert load_preferences(alice.pk).tools is None


def test_saved_tools_that_are_gone_keep_no_tick_from_being_saved(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    alice.tool_selection.tools = [SEARCH, "of_an_older_version"]
    alice.tool_selection.save()

    assert tick(alice_client, page_of(alice_client), JOBS).status_code == 200
    assert {SEARCH, JOBS} <= load_preferences(alice.pk).tools
