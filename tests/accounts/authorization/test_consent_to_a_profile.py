"""What the consent page says that an app will have, and the profile that it is held to."""

import re

import pytest

from accounts.authorization.models import Application, Connection, Grant
from accounts.preferences import save_tools
from accounts.profiles.changing import create_profile, delete_profile
from accounts.space_selection import add_space
from tests.accounts.authorization.flow import ISSUER, agree, decide, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(alice):
    return create_profile(alice, "team")


def options(page: str) -> list[str]:
    return re.findall(r'<option value="[^"]*"[^>]*>([^<]+)<', page)


def test_it_names_the_tools_and_spaces_that_the_app_will_have(alice_client, alice, app):
    save_tools(alice, ["hub_repo_search"], True)
    add_space(alice, "acme/painter", is_private=False, title="Painter", emoji="🎨")

    page = alice_client.get(app.authorize_url(scope="mcp:read mcp:spaces")).text

    assert "acme/painter" in page
    assert re.search(r"\d+ tools? and 1 Space\b", page)


def test_spaces_that_it_did_not_ask_to_run_are_not_among_them(alice_client, alice, app):
    add_space(alice, "acme/painter", is_private=False, title="Painter", emoji="🎨")

    assert "acme/painter" not in alice_client.get(app.authorize_url(scope="mcp:read")).text


def test_nobody_is_asked_for_a_profile_who_has_one_selection(alice_client, app):
    assert options(alice_client.get(app.authorize_url()).text) == []


def test_an_app_opens_the_profile_whose_address_it_uses_unless_told_otherwise(
    alice_client, app, team
):
    page = alice_client.get(app.authorize_url()).text

    assert options(page) == ["The one whose address it uses", "default alone", "team alone"]
    agree(alice_client, app.authorize_url())
    assert Connection.objects.get().profile is None


def test_an_app_is_held_to_the_profile_that_its_person_chooses(alice_client, app, team):
    decide(alice_client, app.authorize_url(), "allow", ["mcp:read"], profile=team.pk)

    assert Connection.objects.get().profile == team


def test_who_agrees_again_finds_the_profile_chosen_before(alice_client, app, team):
    decide(alice_client, app.authorize_url(), "allow", ["mcp:read"], profile=team.pk)

    page = alice_client.get(app.authorize_url()).text
    agree(alice_client, app.authorize_url())

    assert f'<option value="{team.pk}" selected>' in page
    assert Connection.objects.get().profile == team


def test_an_app_at_the_address_of_a_profile_cannot_be_held_to_another(
    alice_client, alice, app, team
):
    url = app.authorize_url(resource=f"{ISSUER}/u/{alice.username}/team/mcp")

    assert options(alice_client.get(url).text) == ["The one whose address it uses", "team alone"]


def test_an_app_that_is_held_to_one_profile_is_not_let_into_each_by_asking_for_another(
    alice_client, alice, app, team
):
    office = create_profile(alice, "office")
    decide(alice_client, app.authorize_url(), "allow", ["mcp:read"], profile=office.pk)

    url = app.authorize_url(resource=f"{ISSUER}/u/{alice.username}/team/mcp")

    assert f'<option value="{team.pk}" selected>' in alice_client.get(url).text


def test_the_profile_of_another_person_is_none(alice_client, app, team, stranger):
    theirs = create_profile(stranger, "theirs")

    answer = decide(alice_client, app.authorize_url(), "allow", ["mcp:read"], profile=theirs.pk)

    assert answer.status_code == 422
    assert not Grant.objects.exists()


def test_a_profile_that_was_deleted_meanwhile_is_chosen_anew(alice_client, alice, app, team):
    gone = team.pk
    delete_profile(alice, gone)

    answer = decide(alice_client, app.authorize_url(), "allow", ["mcp:read"], profile=gone)

    assert answer.status_code == 422
    assert "no such profile" in answer.text


def test_an_app_of_a_profile_gets_no_token_for_the_next_of_its_name(alice_client, alice, app, team):
    address = f"{ISSUER}/u/{alice.username}/team/mcp"
    tokens = app.tokens(alice_client, resource=address)
    code = app.code(alice_client, resource=address)

    delete_profile(alice, team.pk)
    create_profile(alice, "team")

    assert app.redeem(code).status_code == 400
    assert app.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("name", ["claude", "\uff23\uff4c\uff41\uff55\uff44\uff45"])
def test_a_registered_app_on_another_site_cannot_take_the_name_of_a_known_one(alice_client, name):
    Application.objects.create(
        name="Claude",
        client_id="https://claude.example/client",
        registration_source=Application.RegistrationSource.CIMD,
    )
    app = registered(client_name=name, redirect_uris=["https://evil.example/callback"])

    assert "this is not that one" in alice_client.get(app.authorize_url()).text
