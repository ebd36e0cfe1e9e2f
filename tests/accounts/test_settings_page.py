"""What a user sees and saves on the settings page."""

import json

import pytest

from accounts.catalogue import catalogue
from accounts.models import HubCredential, ToolSelection
from accounts.preferences import load_preferences, save_tools
from accounts.space_selection import add_space

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SEARCH = "hub_repo_search"


def test_nobody_sees_it_without_signing_in(client):
    assert client.get("/settings/").headers["location"] == "/sign-in/?next=/settings/"


def test_a_fragment_sends_the_whole_page_to_sign_in(client):
    response = client.post("/settings/tools/", headers=HTMX)

    assert response.headers["HX-Redirect"] == "/sign-in/?next=/settings/"


@pytest.mark.parametrize("path", ["/settings/activity/?outcome=ok", "/settings/account/remove/"])
def test_whoever_signs_in_for_a_page_gets_to_that_page(client, path):
    assert client.get(path, follow=True).context["next"] == path


def test_what_a_tool_brings_is_shown_as_selected(alice, alice_client):
    save_tools(alice, ["hf_sandbox"], include_images=True)

    rows = alice_client.get("/settings/tools/").context["tools_form"].rows()

    shown = {tool.name for tool, is_ticked in rows if is_ticked and not tool.is_always_on}
    assert shown == {"hf_sandbox", "hf_sandbox_exec", "hf_sandbox_fs"}


def test_it_shows_the_address_of_the_host_that_the_browser_uses(alice_client, alice):
    page = alice_client.get("/settings/").text

    assert f"http://localhost:8000/u/{alice.username}/mcp" in page


def test_it_shows_the_scheme_that_the_proxy_in_front_serves(alice_client, alice, settings):
    settings.PUBLIC_URL = "https://localhost:8000"

    page = alice_client.get("/settings/").text

    assert f"https://localhost:8000/u/{alice.username}/mcp" in page


def test_it_is_never_cached(alice_client):
    assert "no-store" in alice_client.get("/settings/tools/").headers["cache-control"]


def test_every_tool_is_offered_with_its_purpose(alice_client):
    page = alice_client.get("/settings/tools/")

    for tool in catalogue.tools:
        assert tool.title in page.text
        assert f'id="tool-{tool.name}"' in page.text


def test_the_defaults_are_ticked_for_whoever_never_chose(alice_client):
    form = alice_client.get("/settings/tools/").context["tools_form"]

    assert form.ticked == catalogue.default_tools


def test_tools_of_older_servers_are_folded_away_until_one_is_chosen(alice_client, alice):
    name = catalogue.bouquet("classic").tools[0]
    assert not group_of(alice_client, name).is_open

    save_tools(alice, [name], include_images=True)

    assert group_of(alice_client, name).is_open


def test_what_only_reads_is_never_folded_away(alice_client, alice):
    save_tools(alice, [], include_images=True)

    assert group_of(alice_client, SEARCH).is_open


def test_what_a_costly_tool_brings_is_beside_it(alice_client):
    assert group_of(alice_client, "hf_sandbox_fs") == group_of(alice_client, "hf_sandbox")


def group_of(client, name):
    groups = client.get("/settings/tools/").context["tool_groups"]
    (found,) = [group for group in groups if name in {row.tool.name for row in group.rows}]
    return found


def test_saved_tools_come_back_ticked(alice_client, alice):
    response = alice_client.post("/settings/tools/", {"tools": [SEARCH]})
    page = alice_client.get(response.headers["location"])

    assert load_preferences(alice.pk).tools == {SEARCH}
    assert load_preferences(alice.pk).include_images is False
    assert page.context["tools_form"].ticked == {SEARCH}
    assert "Your tools are saved." in page.text


def test_leave_for_urls_is_saved_shown_undone_and_gone_with_the_defaults(alice_client, alice):
    assert 'name="urls_may_write">' in alice_client.get("/settings/tools/").text
    leave = {"tools": [SEARCH], "urls_may_write": "on"}
    alice_client.post("/settings/tools/", leave)
    assert load_preferences(alice.pk).urls_may_write
    for path in ("/settings/tools/", "/settings/tools/?preset=docs"):
        assert 'name="urls_may_write" checked>' in alice_client.get(path).text

    alice_client.post("/settings/tools/", {"tools": [SEARCH]})
    assert not load_preferences(alice.pk).urls_may_write
    alice_client.post("/settings/tools/undo/")
    assert load_preferences(alice.pk).urls_may_write

    alice_client.post("/settings/tools/defaults/")
    assert not load_preferences(alice.pk).urls_may_write


def test_a_page_from_before_leave_was_given_does_not_take_it_back(alice_client, alice):
    save_tools(alice, [SEARCH], include_images=True)
    version = alice_client.get("/settings/tools/").context["version"]
    save_tools(alice, [SEARCH], include_images=True, urls_may_write=True)

    form = {"tools": [SEARCH], "include_images": "on", "version": version}

    assert alice_client.post("/settings/tools/", form).status_code == 409
    assert load_preferences(alice.pk).urls_may_write


def test_no_tools_at_all_is_a_choice(alice_client, alice):
    alice_client.post("/settings/tools/", {"include_images": "on"})

    assert load_preferences(alice.pk).tools == frozenset()
    assert load_preferences(alice.pk).include_images is True


def test_an_unknown_tool_is_an_error_that_saves_nothing_and_keeps_the_ticks(alice_client, alice):
    response = alice_client.post("/settings/tools/", {"tools": [SEARCH, "<rm>"]})

    assert response.status_code == 422
    assert "There is no tool named &lt;rm&gt;." in response.text
    assert SEARCH in response.context["tools_form"].ticked
    assert not ToolSelection.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_preset_is_shown_before_anything_is_saved(alice_client, alice, headers):
    save_tools(alice, [SEARCH], include_images=False)

    page = alice_client.get("/settings/tools/?preset=all", headers=headers)

    assert page.context["tools_form"].ticked == set(catalogue.bouquet("all").tools)
    assert "not saved yet" in page.text
    assert "can change what is yours on Hugging Face, or cost money" in page.text
    assert load_preferences(alice.pk).tools == {SEARCH}


def test_a_preset_says_what_it_would_add_and_take_away(alice_client, alice):
    save_tools(alice, ["hf_jobs"], include_images=True)

    preview = alice_client.get("/settings/tools/?preset=docs").context["preview"]

    assert "hf_jobs" in {tool.name for tool in preview.removed}
    assert {tool.name for tool in preview.added} <= set(catalogue.bouquet("docs").tools)
    assert preview.risky == ()


def test_a_preset_can_be_added_to_what_is_saved(alice_client, alice):
    save_tools(alice, ["hf_jobs"], include_images=True)

    page = alice_client.get("/settings/tools/?added_preset=docs")

    wanted = {"hf_jobs", *catalogue.bouquet("docs").tools}
    assert page.context["tools_form"].ticked == wanted
    assert page.context["preview"].removed == ()
    assert "Replace your tools by it" in page.text
    assert "Keep yours too" in alice_client.get("/settings/tools/?preset=docs").text
    assert load_preferences(alice.pk).tools == {"hf_jobs"}


def test_an_unknown_preset_is_an_error(alice_client):
    response = alice_client.get("/settings/tools/?preset=nonsense")

    assert response.status_code == 422
    assert "There is no such preset." in response.text


def test_a_save_can_be_undone_once(alice_client, alice):
    save_tools(alice, ["hf_jobs"], include_images=False)
    alice_client.post("/settings/tools/", {"tools": [SEARCH], "include_images": "on"})
    assert alice_client.get("/settings/tools/").context["can_undo"]

    alice_client.post("/settings/tools/undo/")

    assert load_preferences(alice.pk).tools == {"hf_jobs"}
    assert load_preferences(alice.pk).include_images is False
    assert not alice_client.get("/settings/tools/").context["can_undo"]
    assert alice_client.post("/settings/tools/undo/").status_code == 409


def test_going_back_to_the_defaults_can_be_undone_and_undoing_leads_back_to_them(
    alice_client, alice
):
    save_tools(alice, [SEARCH], include_images=True)

    alice_client.post("/settings/tools/defaults/")
    alice_client.post("/settings/tools/undo/")
    assert load_preferences(alice.pk).tools == {SEARCH}

    ToolSelection.objects.all().delete()
    alice_client.post("/settings/tools/", {"tools": []})
    alice_client.post("/settings/tools/undo/")
    assert load_preferences(alice.pk).tools is None


def test_undo_takes_back_nothing_that_another_tab_saved_since(alice_client, alice):
    alice_client.post("/settings/tools/", {"tools": [SEARCH]})
    save_tools(alice, ["hf_jobs"], include_images=True)

    assert alice_client.post("/settings/tools/undo/").status_code == 409
    assert load_preferences(alice.pk).tools == {"hf_jobs"}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_page_older_than_the_last_save_overwrites_nothing(alice_client, alice, headers):
    version = alice_client.get("/settings/tools/").context["version"]
    save_tools(alice, ["hf_jobs"], include_images=True)

    response = alice_client.post(
        "/settings/tools/", {"tools": [SEARCH], "version": version}, headers=headers
    )

    assert response.status_code == 409
    assert "changed in another tab" in response.text
    assert SEARCH in response.context["tools_form"].ticked
    assert load_preferences(alice.pk).tools == {"hf_jobs"}

    again = {"tools": [SEARCH], "version": response.context["version"]}
    alice_client.post("/settings/tools/", again, headers=headers)

    assert load_preferences(alice.pk).tools == {SEARCH}


def test_back_to_defaults_forgets_the_choice(alice_client, alice):
    save_tools(alice, [], include_images=False)

    alice_client.post("/settings/tools/defaults/")

    assert load_preferences(alice.pk).tools is None


def test_htmx_gets_the_section_and_a_word_that_it_is_saved(alice_client):
    response = alice_client.post("/settings/tools/", {"tools": [SEARCH]}, headers=HTMX)

    assert response.status_code == 200
    assert "<html" not in response.text
    assert 'id="tools"' in response.text
    assert "Your tools are saved." in response.text


def test_only_a_save_that_changed_something_offers_to_undo_it_in_its_message(alice_client):
    undo = 'form="undo-tools-form">Undo</button>'
    form = {"tools": [SEARCH]}

    assert undo in alice_client.post("/settings/tools/", form, headers=HTMX).text
    assert undo not in alice_client.post("/settings/tools/", form, headers=HTMX).text


def test_htmx_gets_errors_in_the_section(alice_client):
    response = alice_client.post("/settings/tools/", {"tools": ["nonsense"]}, headers=HTMX)

    assert response.status_code == 422
    assert "<html" not in response.text
    assert "There is no tool named nonsense." in response.text


def test_everybody_sees_their_own_spaces_only(alice_client, client_of, alice, stranger):
    add_space(alice, "acme/of-alice", is_private=False, title="", emoji="")
    add_space(stranger, "acme/of-the-stranger", is_private=True, title="", emoji="")

    page = alice_client.get("/settings/spaces/").text
    page_of_stranger = client_of(stranger).get("/settings/spaces/").text

    assert "acme/of-alice" in page
    assert "acme/of-the-stranger" not in page
    assert "acme/of-alice" not in page_of_stranger
    assert "grp1_" in page_of_stranger


def test_saving_tools_leaves_the_default_spaces_alone(alice_client, alice, settings):
    settings.DEFAULT_SPACES = ["acme/image-maker"]

    alice_client.post("/settings/tools/", {"tools": [SEARCH]})

    assert "Remove acme/image-maker" in alice_client.get("/settings/spaces/").text
    assert not load_preferences(alice.pk).has_chosen_spaces


def test_a_space_is_added_to_the_default_ones(alice, settings):
    settings.DEFAULT_SPACES = ["acme/image-maker"]

    add_space(alice, "acme/asleep", is_private=False, title="", emoji="")

    spaces = load_preferences(alice.pk).spaces
    assert [(each.space_id, each.slot) for each in spaces] == [
        ("acme/image-maker", 1),
        ("acme/asleep", 2),
    ]


def test_a_default_space_can_be_removed(alice_client, alice, settings):
    settings.DEFAULT_SPACES = ["acme/image-maker", "acme/other"]

    alice_client.post("/settings/spaces/remove/", {"space_id": "acme/image-maker"})

    preferences = load_preferences(alice.pk)
    assert preferences.has_chosen_spaces
    assert [space.space_id for space in preferences.spaces] == ["acme/other"]


def test_a_space_links_to_its_state(alice_client, alice):
    add_space(alice, "acme/image-maker", is_private=False, title="Image maker", emoji="🎨")

    page = alice_client.get("/settings/spaces/").text

    assert 'href="/settings/spaces/acme/image-maker/"' in page
    assert "🎨" in page


def test_the_banner_asks_for_a_new_sign_in_when_the_credential_is_gone(alice_client):
    assert "Sign in again" not in alice_client.get("/settings/tools/").text

    HubCredential.objects.update(needs_sign_in=True)

    assert "Sign in again" in alice_client.get("/settings/tools/").text


def test_the_page_has_no_inline_code_and_says_so_to_htmx(alice_client):
    response = alice_client.get("/settings/tools/")
    config = response.text.split("content='", 1)[1].split("'", 1)[0]

    assert "<style" not in response.text
    assert " onclick" not in response.text
    assert json.loads(config)["includeIndicatorStyles"] is False
    assert json.loads(config)["allowEval"] is False
