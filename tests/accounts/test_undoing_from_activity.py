"""A change of the tools is undone from the log, long after its message is gone."""

import pytest

from accounts.audit import Action
from accounts.consequences import JUST_DO_IT
from accounts.preferences import load_preferences, save_approvals, save_tools

pytestmark = pytest.mark.django_db

SEARCH, FILES, JOBS = "hub_repo_search", "hf_fs", "hf_jobs"


@pytest.fixture
def changed(alice):
    """Return the event of a change since which others were made."""
    save_tools(alice, [SEARCH, FILES], include_images=True)
    save_tools(alice, [SEARCH, JOBS], include_images=False)
    save_tools(alice, [SEARCH, JOBS, "create_repo"], include_images=False)
    return alice.audit_events.filter(action=Action.SELECTION_CHANGED).order_by("pk")[1]


def test_what_one_change_switched_is_shown_switched_back_and_then_saved(
    alice_client, alice, changed
):
    url = f"/settings/tools/?undo={changed.pk}"
    assert f'href="{url}"' in alice_client.get("/settings/activity/").text

    page = alice_client.get(url)

    preview = page.context["preview"]
    assert [tool.name for tool in preview.added] == [FILES]
    assert [tool.name for tool in preview.removed] == [JOBS]
    assert preview.options == ("Send images to the assistant",)
    form = page.context["tools_form"]
    assert form.ticked == {SEARCH, FILES, "create_repo"}
    assert form["include_images"].value()
    assert load_preferences(alice.pk).tools == {SEARCH, JOBS, "create_repo"}
    sent = {"tools": form.ticked, "include_images": "on", "version": page.context["version"]}
    alice_client.post("/settings/tools/", sent)
    assert load_preferences(alice.pk).tools == {SEARCH, FILES, "create_repo"}


def test_other_events_offer_nothing_to_undo(alice_client, alice):
    save_approvals(alice, JUST_DO_IT)

    assert "?undo=" not in alice_client.get("/settings/activity/").text


def test_nobody_undoes_a_change_of_somebody_else(client_of, stranger, changed):
    answer = client_of(stranger).get(f"/settings/tools/?undo={changed.pk}")

    assert answer.status_code == 422
    assert "There is no such change to undo." in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 40, "٣"])
def test_a_number_of_no_change_is_an_error(alice_client, number):
    assert alice_client.get("/settings/tools/", {"undo": number}).status_code == 422


def test_a_change_of_another_profile_says_which_to_edit(alice_client, changed):
    alice_client.post("/settings/profiles/", {"name": "work", "source": ""})

    answer = alice_client.get(f"/settings/tools/?undo={changed.pk}")

    assert answer.status_code == 422
    assert "That was changed in your default profile." in answer.text


def test_an_admin_reads_of_changes_of_others_without_undoing_them(client_of, boss, changed):
    page = client_of(boss).get("/dashboard/audit/")

    assert page.status_code == 200
    assert "?undo=" not in page.text
