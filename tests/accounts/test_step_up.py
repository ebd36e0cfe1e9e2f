"""Letting this server do more on Hugging Face: asked for by our own form only, and for oneself."""

import pytest
from django.test import Client

from accounts.audit import Action, Outcome
from accounts.catalogue import Effect, catalogue
from accounts.models import AuditEvent, HubCredential
from tests.accounts.sign_in_by_hand import authorize, come_back, onward, parameters, sign_in
from tests.standins.hub.control import HubControl

pytestmark = pytest.mark.django_db

CONFIRM = "/settings/hugging-face/confirm/"
ASK = "/settings/hugging-face/ask/"
SECTION = "/settings/permissions/"


@pytest.fixture
def person(origin, visitor, new_user):
    """Somebody who signed in with Hugging Face."""
    person = new_user()
    sign_in(visitor, person.name)
    return person


def ask(visitor: Client, *scopes: str) -> str:
    """Confirm; return the address at Hugging Face."""
    return onward(visitor.post(ASK, {"scopes": list(scopes)}))


def asked_scopes(url: str) -> set[str]:
    return set(parameters(url)["scope"].split())


def allow(visitor: Client, name: str, *scopes: str) -> str:
    """Go all the way; return the text of the settings page after it."""
    answer = come_back(visitor, authorize(ask(visitor, *scopes), name))
    assert answer.headers["location"] == "/settings/permissions/"
    return visitor.get("/settings/permissions/").text


def granted() -> set[str]:
    return set(HubCredential.objects.get().scope.split())


def test_the_settings_say_what_is_allowed_and_offer_more(person, visitor):
    page = visitor.get("/settings/permissions/").text

    assert "What this server may do for you on Hugging Face." in page
    assert "Read your repositories" in page
    assert 'name="scopes" value="jobs"' in page
    assert 'name="scopes" value="read-repos"' not in page


def test_the_settings_say_which_tools_need_a_permission(person, visitor):
    page = visitor.get("/settings/permissions/").text

    offer = page.partition('name="scopes" value="jobs"')[2].partition("</li>")[0]
    assert "<code>hf_jobs</code>" in offer


def test_whatever_a_tool_needs_is_offered(settings):
    writing = [tool for tool in catalogue.tools if tool.effects & {Effect.WRITE, Effect.SPEND}]
    brought = {name for tool in writing for name in tool.brings}
    of_spaces = {"dynamic_space"}  # which act in nobody's name at Hugging Face

    lacking = {tool.name for tool in writing if not tool.hub_scopes} - brought - of_spaces
    assert lacking == set()
    assert {scope for tool in writing for scope in tool.hub_scopes} <= set(
        settings.HF_OAUTH_FURTHER_SCOPES
    )


def test_a_page_says_first_what_is_going_to_be_asked(person, visitor):
    page = visitor.post(CONFIRM, {"scopes": ["write-repos", "jobs"]}).text

    assert "Change your repositories" in page
    assert "Run jobs" in page
    assert 'type="hidden" name="scopes" value="jobs"' in page
    assert "read your repositories" in page
    assert "manage-repos" not in page


def test_exactly_what_was_chosen_is_asked_for_besides(person, visitor, settings):
    asked = parameters(ask(visitor, "jobs"))

    assert set(asked["scope"].split()) == {*settings.HF_OAUTH_SCOPES, "jobs"}
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"]
    assert asked["nonce"]


def test_what_was_granted_is_stored_shown_and_logged(person, visitor, settings):
    before = HubCredential.objects.get().access_token

    page = allow(visitor, person.name, "jobs", "write-repos")

    assert granted() == {*settings.HF_OAUTH_SCOPES, "jobs", "write-repos"}
    assert HubCredential.objects.get().access_token != before
    assert "This server may now: " in page
    assert 'name="scopes" value="jobs"' not in page
    event = AuditEvent.objects.get(action=Action.HUB_ACCESS_CHANGED)
    assert event.outcome == Outcome.OK
    assert set(event.detail["added"]) == {"jobs", "write-repos"}
    assert event.user.username == person.name


def test_nobody_is_signed_out_and_in_again_by_it(person, visitor):
    session = visitor.cookies["sessionid"].value

    allow(visitor, person.name, "jobs")

    assert visitor.cookies["sessionid"].value == session
    assert AuditEvent.objects.filter(action=Action.SIGN_IN).count() == 1
    assert not AuditEvent.objects.filter(action=Action.SIGN_OUT).exists()


def test_what_was_granted_before_is_asked_for_again(person, visitor, settings):
    allow(visitor, person.name, "jobs")

    assert asked_scopes(ask(visitor, "write-repos")) == {
        *settings.HF_OAUTH_SCOPES,
        "jobs",
        "write-repos",
    }


@pytest.mark.parametrize("path", [CONFIRM, ASK])
@pytest.mark.parametrize("scopes", [["email"], ["jobs", "webhooks"], ["jobs orgIds"], []])
def test_what_is_not_offered_is_not_asked_for(person, visitor, path, scopes):
    answer = visitor.post(path, {"scopes": scopes})

    assert answer.headers["location"] == SECTION
    assert (
        "socialaccount_states" not in visitor.session or not visitor.session["socialaccount_states"]
    )


@pytest.mark.parametrize("path", [CONFIRM, ASK])
def test_no_link_begins_it(person, visitor, path):
    assert visitor.get(f"{path}?scopes=jobs&scope=jobs").headers["location"] == SECTION


@pytest.mark.parametrize("path", [CONFIRM, ASK])
def test_no_other_site_begins_it(person, visitor, path):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visitor.cookies

    assert strict.post(path, {"scopes": ["jobs"]}).status_code == 403


@pytest.mark.parametrize("path", [CONFIRM, ASK])
def test_strangers_are_sent_to_sign_in(origin, visitor, path):
    answer = visitor.post(path, {"scopes": ["jobs"]})

    assert answer.headers["location"].startswith("/sign-in/")


def test_the_address_adds_nothing_to_what_was_chosen(person, visitor, settings):
    page = visitor.post(f"{ASK}?scope=manage-repos&scopes=manage-repos", {"scopes": ["jobs"]})

    assert asked_scopes(onward(page)) == {*settings.HF_OAUTH_SCOPES, "jobs"}


def test_another_account_changes_nothing(person, visitor, new_user):
    before = HubCredential.objects.values().get()
    other = new_user()

    page = allow(visitor, other.name, "jobs")

    assert f"signed in as {other.name}" in page
    assert HubCredential.objects.values().get() == before
    assert AuditEvent.objects.get(action=Action.HUB_ACCESS_CHANGED).outcome == Outcome.DENIED


def test_whoever_refuses_keeps_what_they_had(person, visitor):
    before = HubCredential.objects.values().get()

    come_back(visitor, authorize(ask(visitor, "jobs"), person.name, decision="deny"))
    page = visitor.get("/settings/permissions/").text

    assert "You did not give access on Hugging Face. Nothing has changed." in page
    assert HubCredential.objects.values().get() == before


def test_an_app_that_may_not_ask_for_it_is_said_to(person, visitor, settings):
    settings.HF_OAUTH_CLIENT_ID += "-public"
    settings.HF_OAUTH_CLIENT_SECRET = ""
    before = granted()

    come_back(visitor, authorize(ask(visitor, "jobs"), person.name))

    assert "HF_OAUTH_FURTHER_SCOPES" in visitor.get("/settings/permissions/").text
    assert granted() == before


def test_signing_in_elsewhere_takes_nothing_away(person, visitor):
    allow(visitor, person.name, "jobs")

    sign_in(Client(headers={"host": "localhost:8000"}), person.name)

    assert "jobs" in granted()


def test_a_credential_that_hugging_face_no_longer_takes_is_replaced(
    person, visitor, origin, settings
):
    allow(visitor, person.name, "jobs")
    token = HubCredential.objects.get().access_token
    HubControl(origin).misbehave("whoami", token=token, status=401, times=1)

    sign_in(Client(headers={"host": "localhost:8000"}), person.name)

    assert granted() == set(settings.HF_OAUTH_SCOPES)


def test_who_signs_in_again_without_a_page_in_mind_gets_home(person, visitor):
    HubCredential.objects.update(needs_sign_in=True)

    assert sign_in(visitor, person.name).headers["location"] == "/"


def test_signing_in_again_asks_for_what_was_allowed_before(person, visitor, settings):
    allow(visitor, person.name, "jobs")
    HubCredential.objects.update(needs_sign_in=True)

    answer = sign_in(visitor, person.name, next="/settings/activity/")

    assert answer.headers["location"] == "/settings/activity/"
    assert granted() == {*settings.HF_OAUTH_SCOPES, "jobs"}
    assert HubCredential.objects.get().needs_sign_in is False


def test_what_the_server_no_longer_offers_is_not_asked_for_again(person, visitor, settings):
    allow(visitor, person.name, "jobs")
    settings.HF_OAUTH_FURTHER_SCOPES = ["write-repos"]

    assert asked_scopes(ask(visitor, "write-repos")) == {*settings.HF_OAUTH_SCOPES, "write-repos"}


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("read", "only read"),
        ("write", "read and change"),
        ("fineGrained", "what you ticked for it"),
        ("", "did not say"),
    ],
)
def test_whoever_pasted_a_token_sees_what_it_may_do_and_how_to_change_it(
    alice, alice_client, role, words
):
    HubCredential.objects.update(scope=role)

    page = alice_client.get("/settings/permissions/").text

    assert words in page
    assert "/settings/tokens" in page
    assert "Use another token" in page
    assert "confirm" not in page


def test_whoever_pasted_a_token_can_sign_in_and_choose_instead(origin, visitor, new_user, settings):
    person = new_user()
    visitor.post("/sign-in/", {"token": person.token})

    page = allow(visitor, person.name, "jobs")

    assert "This server may now: " in page
    assert HubCredential.objects.get().kind == HubCredential.Kind.OAUTH
    assert granted() == {*settings.HF_OAUTH_SCOPES, "jobs"}


def test_without_an_oauth_app_there_is_nothing_to_ask(alice_client):
    assert "confirm" not in alice_client.get("/settings/permissions/").text
    assert alice_client.post(ASK, {"scopes": ["jobs"]}).headers["location"] == SECTION
