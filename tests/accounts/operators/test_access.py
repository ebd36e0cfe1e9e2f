"""Who may come in: ACCESS, the lists, invitations, and what anonymous callers get."""

import pytest

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.operators.access import AccessRefused, remove_invitation
from accounts.operators.models import Invitation, NameBinding, Role, RoleGrant
from accounts.operators.subjects import Organization, word_of
from accounts.people import Person, upsert_user
from tests.accounts.conftest import make_user

ACME = Organization("0" * 24, "acme")
ADA = Person("id-1", "ada", organizations=(ACME,))


@pytest.fixture
def invited(settings):
    settings.ACCESS = "invited"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Ada", "ada"),
        ("ID:Abc", "id:abc"),
        ("F" * 24, "id:" + "f" * 24),
        ("org:Acme", "org:acme"),
        ("org:" + "F" * 24, "org:" + "f" * 24),
    ],
)
def test_whom_is_meant_is_written_in_one_way(text, word):
    assert word_of(text) == word


@pytest.mark.parametrize(
    "text", ["", "a b", "@ada", "id:", "org:", "org:a/b", "id:a,b", "https://x"]
)
def test_what_means_nobody_is_no_subject(text):
    with pytest.raises(ValueError, match="no "):
        word_of(text)


def test_anonymous_callers_are_led_to_sign_in(settings, ask, alice, key_of):
    settings.ACCESS = "sign-in"

    refused = ask()
    assert refused.status_code == 401
    assert "resource_metadata=" in refused["WWW-Authenticate"]
    assert ask(key_of(alice)).status_code == 200


def test_anonymous_callers_can_be_given_no_tools(settings, ask, alice, key_of):
    assert ask().json()["result"]["tools"]

    settings.ANONYMOUS_TOOLS = "none"

    assert ask().json()["result"]["tools"] == []
    assert ask(key_of(alice)).json()["result"]["tools"]


def test_who_is_not_invited_gets_no_account(invited, db):
    with pytest.raises(AccessRefused, match="invited people"):
        upsert_user(ADA, None)

    assert not User.objects.exists()


@pytest.mark.parametrize("who", ["ada", "id:id-1", "org:acme", f"org:{ACME.hf_id}"])
@pytest.mark.parametrize("by", ["setting", "page"])
def test_who_is_invited_comes_in(invited, settings, db, who, by):
    if by == "setting":
        settings.ACCESS_ALLOWED = [who]
    else:
        Invitation.objects.create(subject=who)

    assert upsert_user(ADA, None).username == "ada"


def test_an_invitation_by_name_is_for_who_had_the_name_first(invited, db):
    Invitation.objects.create(subject="ada")
    upsert_user(ADA, None)
    upsert_user(Person("id-1", "ada-lovelace"), None)

    with pytest.raises(AccessRefused):
        upsert_user(Person("id-2", "ada"), None)


def test_an_invitation_that_is_removed_and_made_again_is_for_another(invited, boss):
    Invitation.objects.create(subject="ada")
    upsert_user(ADA, None)
    remove_invitation("ada", boss)
    assert not NameBinding.objects.filter(word="ada").exists()
    Invitation.objects.create(subject="ada")

    assert upsert_user(Person("id-2", "ada"), None).hf_id == "id-2"


def test_who_has_a_role_comes_in(invited, settings, db):
    settings.ADMIN_HF_USERS = ["id:id-1"]
    RoleGrant.objects.create(subject="bob", role=Role.VIEWER)

    upsert_user(ADA, None)
    upsert_user(Person("id-2", "bob"), None)


@pytest.mark.parametrize("who", ["ada", "id:id-1", "org:acme", f"org:{ACME.hf_id}"])
def test_who_is_denied_does_not_come_in_under_another_name_either(settings, db, who):
    settings.ACCESS_DENIED = [who]
    with pytest.raises(AccessRefused, match="not open to your account"):
        upsert_user(ADA, None)

    with pytest.raises(AccessRefused):
        upsert_user(Person("id-1", "somebody-else", organizations=(ACME,)), None)
    assert upsert_user(Person("id-2", "ada"), None)


def test_the_endpoint_refuses_who_is_not_invited_any_more(settings, alice, ask, key_of):
    key = key_of(alice)
    settings.ACCESS = "invited"
    settings.OPERATOR_CONTACT = "root@example.org"

    refused = ask(key)

    assert refused.status_code == 403
    message = refused.json()["error"]["message"]
    assert "invited people" in message
    assert "root@example.org" in message
    Invitation.objects.create(subject=f"id:{alice.hf_id}")


def test_pages_end_for_who_is_not_invited_any_more(settings, alice, client_of):
    browser = client_of(alice)
    settings.ACCESS = "invited"

    page = browser.get("/settings/")

    assert page.status_code == 403
    assert "invited people" in page.text
    assert "_auth_user_id" not in browser.session


def test_a_strangers_token_of_hugging_face_opens_what_its_owner_may(settings, hub, new_user, ask):
    settings.HF_ENDPOINT = hub.url
    person, other = new_user(), new_user()
    settings.ACCESS, settings.ACCESS_ALLOWED = "invited", [person.name]

    assert ask(person.token).status_code == 200
    assert ask(other.token).status_code == 403
    assert not User.objects.exists()


def test_a_pasted_token_of_who_is_not_invited_gets_a_page_that_says_why(
    settings, hub, new_user, visitor, db
):
    settings.HF_ENDPOINT = hub.url
    settings.ACCESS = "invited"

    page = visitor.post("/sign-in/", {"token": new_user().token})

    assert page.status_code == 403
    assert "invited people" in page.text
    assert AuditEvent.objects.get().action == Action.ACCESS_REFUSED


@pytest.mark.parametrize(("organization", "status"), [("zuerich-nlp", 302), ("acme", 403)])
def test_a_member_comes_in_who_has_done_what_the_organization_asks_for(
    settings, hub, visitor, db, organization, status
):
    """The stand-in's acme asks for a second factor that alice has not set up."""
    settings.HF_ENDPOINT = hub.url
    settings.ACCESS, settings.ACCESS_ALLOWED = "invited", [f"org:{organization}"]

    assert visitor.post("/sign-in/", {"token": "hf_user_alice"}).status_code == status


def test_an_admin_invites_and_removes_on_the_page(settings, boss, client_of):
    settings.ACCESS = "invited"
    browser = client_of(boss)
    path = "/dashboard/people/invitations/"

    browser.post(path, {"who": "org:Acme"})
    assert "org:acme" in browser.get(path).text
    assert browser.post(path, {"who": "@nobody"}).status_code == 422
    browser.post(f"{path}remove/", {"who": "org:acme"})

    assert not Invitation.objects.exists()
    actions = AuditEvent.objects.filter(user=boss, action__startswith="invit")
    assert actions.count() == 2


def test_an_open_server_asks_nothing_more_of_the_database(
    alice, ask, key_of, django_assert_num_queries
):
    key = key_of(alice)
    ask(key)

    with django_assert_num_queries(0):
        ask(key)


def test_somebody_signs_in_where_all_may(db):
    assert make_user("ada").pk
