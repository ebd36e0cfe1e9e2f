"""A pasted token shows that somebody had it: it opens no more than it may do itself."""

import pytest

from accounts.access_keys import create_access_key, find_access_key
from accounts.authorization.scopes import ALL_SCOPES, Scope
from accounts.models import AccessKey, AuditEvent, HubCredential, User
from tests.accounts.conftest import make_user
from tests.accounts.sign_in_by_hand import sign_in, tokens_of
from tests.standins.hub.control import HubControl

pytestmark = pytest.mark.django_db

READING = {Scope.READ, Scope.SPACES}


@pytest.fixture(autouse=True)
def _hub(settings, hub):
    settings.HF_ENDPOINT = hub.url
    yield
    HubControl(hub.url).behave()


@pytest.fixture
def person(new_user):
    return new_user()


def paste(browser, token: str):
    return browser.post("/sign-in/", {"token": token})


def make_key(browser, *scopes: str, name: str = "Laptop"):
    return browser.post("/settings/keys/", {"name": name, "scopes": list(scopes), "days": ""})


def token(kind: str, person) -> str:
    return person.token.replace("hf_user_", f"hf_{kind}_")


@pytest.mark.parametrize(
    "made",
    ["hf_oauth_{}_1a2b", "hf_oauth_{}_1a2b.write-repos.jobs", "hf_space_{}", "hf_app_acme"],
)
def test_a_token_that_an_app_was_given_signs_nobody_in(visitor, person, made):
    response = paste(visitor, made.format(person.name))

    assert response.status_code == 422
    assert "_auth_user_id" not in visitor.session
    assert not User.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome) == ("sign_in", "denied")


def test_a_real_token_of_another_app_signs_nobody_in(origin, visitor, person):
    given = tokens_of(origin, person.name)["access_token"]

    assert "was given to an app" in paste(visitor, given).text
    assert not User.objects.exists()


def test_it_costs_its_owner_nothing_when_somebody_pastes_a_token_of_another_app(
    origin, visitor, person
):
    sign_in(visitor, person.name)
    before = HubCredential.objects.values().get()
    paste(visitor, tokens_of(origin, person.name)["access_token"])

    assert HubCredential.objects.values().get() == before


def test_where_there_is_a_proper_sign_in_pasting_can_be_off(visitor, person, settings):
    settings.SIGN_IN_WITH_TOKEN = False
    settings.HF_OAUTH_CLIENT_ID = "an-id"

    response = paste(visitor, person.token)

    assert response.status_code == 403
    assert "takes no pasted tokens" in response.text
    assert "Sign in with this token" not in visitor.get("/sign-in/").text
    assert not User.objects.exists()


@pytest.mark.parametrize("kind", ["read", "fine"])
def test_who_may_only_read_hands_out_nothing_that_writes(visitor, person, kind):
    paste(visitor, token(kind, person))

    refused = make_key(visitor, "mcp:read", "mcp:write")

    assert refused.status_code == 422
    assert "your own access does not allow it" in refused.text
    assert not AccessKey.objects.exists()
    assert 'value="mcp:write"' not in visitor.get("/settings/apps/").text
    assert make_key(visitor, "mcp:read", "mcp:spaces").status_code == 200


def test_who_may_write_hands_out_what_writes(visitor, person):
    paste(visitor, person.token)

    text = make_key(visitor, "mcp:write").context["new_key"].text

    assert Scope.WRITE in find_access_key(text).scopes


@pytest.mark.parametrize(("kind", "may"), [("read", READING), ("fine", set())])
def test_a_smaller_token_leaves_the_larger_one_and_hands_out_no_more_than_its_own(
    visitor, person, kind, may
):
    paste(visitor, person.token)
    visitor.post("/sign-out/")

    page = visitor.get(paste(visitor, token(kind, person)).headers["location"]).text

    assert "allows less than what you gave this server before" in page
    assert HubCredential.objects.get().access_token == person.token
    for scope in ALL_SCOPES:
        made = make_key(visitor, scope, name=f"Key for {scope}")
        assert made.status_code == (200 if scope in may else 422)


def test_a_larger_token_in_the_same_browser_lifts_that(visitor, person):
    paste(visitor, token("read", person))
    paste(visitor, person.token)

    assert make_key(visitor, "mcp:write").status_code == 200


def test_signing_in_at_hugging_face_lifts_that(origin, visitor, person):
    paste(visitor, person.token)
    paste(visitor, token("read", person))
    assert make_key(visitor, "mcp:write", name="One").status_code == 422

    sign_in(visitor, person.name)

    assert make_key(visitor, "mcp:write", name="Two").status_code == 200


def test_a_smaller_token_replaces_one_that_was_revoked(visitor, person, hub):
    paste(visitor, person.token)
    HubControl(hub.url).misbehave("", token=person.token, status=401)
    HubCredential.objects.update(access_token="hf_revoked")

    paste(visitor, token("read", person))

    credential = HubCredential.objects.get()
    assert (credential.access_token, credential.scope) == (token("read", person), "read")


def test_a_pasted_token_never_replaces_a_wider_sign_in(origin, visitor, person):
    sign_in(visitor, person.name)
    before = HubCredential.objects.get().access_token

    paste(visitor, token("fine", person))

    assert HubCredential.objects.get().access_token == before


def test_keys_act_no_wider_than_the_credential_that_is_there_now():
    user = make_user("ada")
    _, text = create_access_key(user, "Laptop", ALL_SCOPES)

    HubCredential.objects.update(scope="read")

    assert find_access_key(text).scopes == READING


def test_keys_of_a_small_credential_do_not_grow_with_it(visitor, person):
    paste(visitor, token("read", person))
    text = make_key(visitor, "mcp:read", "mcp:spaces").context["new_key"].text

    paste(visitor, person.token)

    assert HubCredential.objects.get().scope == "write"
    assert find_access_key(text).scopes == READING


def test_a_key_reads_and_runs_spaces_unless_more_is_said():
    _, text = create_access_key(make_user("ada"), "Laptop")

    assert find_access_key(text).scopes == READING
    assert set(AccessKey(user_id=1).scope.split()) == READING


def test_permissions_of_a_fine_grained_token_are_kept_with_it(visitor, person):
    paste(visitor, token("fine", person))

    role, *permissions = HubCredential.objects.get().scope.split()
    assert role == "fineGrained"
    assert [each.partition("@")[0] for each in permissions] == ["repo.content.read"]
    assert "what you ticked for it" in visitor.get("/settings/permissions/").text
