"""What the pages say of profiles: which one they are about, what comes next, and what is lost."""

import re

import pytest

from accounts.access_keys import create_access_key, find_access_key
from accounts.profiles.changing import create_profile
from tests.accounts.profiles.conftest import FILES, SEARCH
from tests.accounts.profiles.test_pages import PAGE, text_of

pytestmark = pytest.mark.django_db

GUIDES = ("/connect/", "/connect/claude-code/", "/connect/url/")
NEW_KEY = {"name": "laptop", "scopes": ["mcp:read"], "days": "30"}


@pytest.mark.parametrize("page", ["/", "/settings/", *GUIDES])
def test_every_page_gives_the_address_of_the_profile_that_it_says_is_edited(
    page, alice, alice_client, team
):
    alice_client.post(f"{PAGE}team/edit/")

    shown = text_of(alice_client.get(page))

    assert f"/u/{alice.username}/team/mcp" in shown
    assert f"/u/{alice.username}/mcp" not in shown
    assert "editing your profile <strong>team" in shown


@pytest.mark.parametrize("page", ["/", "/connect/url/"])
def test_what_is_on_is_what_the_edited_profile_has(page, alice_client, team, save, alice):
    save(alice, SEARCH)
    save(alice, FILES, profile=team)
    alice_client.post(f"{PAGE}team/edit/")

    shown = text_of(alice_client.get(page))

    assert "Hugging Face Hub file system" in shown
    assert "Search the Hugging Face Hub" not in shown


@pytest.mark.parametrize("page", ["/", *GUIDES])
def test_pages_for_everybody_outlive_the_profile_that_was_edited(page, alice, alice_client, team):
    alice_client.post(f"{PAGE}team/edit/")
    team.delete()

    shown = text_of(alice_client.get(page))

    assert f"/u/{alice.username}/mcp" in shown


def test_no_role_and_no_choice_is_called_as_the_first_profile_is(alice, alice_client, team):
    words = re.sub(r"<[^>]+>", " ", text_of(alice_client.get(PAGE)))

    assert "Main" in words and "Make main" in words
    assert "Default" not in words
    assert not re.search(r"\bdefault tools|the default\b", words)


def test_who_made_a_profile_is_led_to_its_tools_and_spaces(alice_client):
    page = text_of(alice_client.post(PAGE, {"name": "team", "source": ""}, follow=True))

    row = page.partition("You are editing this")[2].partition("</li>")[0]
    for path in ("tools", "spaces", "approvals"):
        assert f'href="/settings/{path}/"' in row


def test_a_new_name_that_does_not_do_is_kept_where_it_was_typed(alice_client, team):
    answer = alice_client.post(f"{PAGE}{team.pk}/rename/", {"name": "Team One"})

    assert answer.status_code == 422
    page = text_of(answer)
    field = re.search(rf'<input id="name-{team.pk}"[^>]*>', page)
    assert field and 'value="Team One"' in field[0] and 'aria-invalid="true"' in field[0]
    assert page.count('role="alert"') == 1


def test_who_cannot_delete_a_profile_is_led_to_what_opens_it(alice, alice_client, team):
    key, _ = create_access_key(alice, "laptop")
    alice_client.post(f"{PAGE}keys/{key.pk}/", {"profile": team.pk})

    refused = text_of(alice_client.post(f"{PAGE}{team.pk}/delete/"))

    assert 'href="#bound"' in refused and 'id="bound"' in refused


def test_what_a_link_and_a_file_leave_out_is_said_where_they_are_made(alice_client, team):
    page = text_of(alice_client.get(PAGE))

    assert "no names that you gave to tools" in page
    assert "no names that somebody gave to tools" in page


@pytest.mark.parametrize("path", ["/settings/keys/", "/connect/claude-code/key/?with=key"])
def test_a_key_is_made_for_one_profile_only(path, alice, alice_client, team):
    form = alice_client.get("/connect/claude-code/?with=key")
    assert f'<option value="{team.pk}">team alone</option>' in text_of(form)

    made = alice_client.post(path, {**NEW_KEY, "profile": team.pk})

    assert made.status_code == 200
    key = re.search(r"hfmcp_[\w-]{20,}", text_of(made))
    assert key and find_access_key(key[0]).profile == "team"


def test_no_key_is_made_for_the_profile_of_another(alice, alice_client, team, stranger):
    others = create_profile(stranger, "theirs")

    refused = alice_client.post("/settings/keys/", {**NEW_KEY, "profile": others.pk})

    assert refused.status_code == 422
    assert "no such profile" in text_of(refused)
    assert not alice.access_keys.exists()


def test_who_has_no_profiles_is_not_asked_which_a_key_opens(alice_client):
    page = text_of(alice_client.get("/settings/apps/"))

    assert "It opens" not in page


@pytest.mark.parametrize("path", ["/settings/keys/", "/connect/claude-code/key/?with=key"])
def test_what_a_key_is_given_with_is_the_address_that_it_opens(path, alice, alice_client, team):
    create_profile(alice, "edited")
    alice_client.post(f"{PAGE}edited/edit/")

    made = text_of(alice_client.post(path, {**NEW_KEY, "profile": team.pk}))

    assert f"/u/{alice.username}/team/mcp" in made
    assert f"/u/{alice.username}/edited/mcp" not in made


def test_a_built_url_is_where_the_browser_goes_once_it_is_asked_for(client):
    page = text_of(client.get("/connect/url/"))

    target = re.search(r'<form[^>]* method="get"[^>]* action="#([\w-]+)"', page)
    assert target and f'id="{target[1]}"' in page


@pytest.mark.parametrize("path", ["1/rename/", "1/delete/", "1/default/", "keys/1/", "file/"])
def test_a_tab_that_is_loaded_anew_after_a_refusal_shows_the_profiles(path, alice_client):
    answer = alice_client.get(f"{PAGE}{path}")

    assert answer.status_code == 302
    assert answer.url == PAGE


@pytest.mark.parametrize("path", ["/connect/claude-code/key/", "/connect/chatgpt/client/"])
def test_a_tab_that_is_loaded_anew_after_a_key_was_made_shows_the_guide(path, alice_client):
    answer = alice_client.get(path)

    assert answer.status_code == 302
    assert answer.url == "/".join(path.split("/")[:3]) + "/"
