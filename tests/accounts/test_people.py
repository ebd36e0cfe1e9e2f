"""Who somebody is: the Hugging Face id, whatever their name."""

import pytest

from accounts.models import AccessKey, HubCredential, ToolSelection, User
from accounts.people import HubTokenSet, Person, upsert_user
from accounts.preferences import save_tools
from accounts.space_models import SelectedSpace
from accounts.space_selection import add_space
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db


def test_a_renamed_person_stays_the_same_user():
    before = make_user("ada", hf_id="1")

    after = make_user("ada-lovelace", hf_id="1")

    assert after.pk == before.pk
    assert after.username == "ada-lovelace"
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["ada", "Ada"])
def test_whoever_holds_a_name_on_the_hub_now_gets_it_here(name):
    renamed = make_user("ada", hf_id="1")

    holder = make_user(name, hf_id="2")

    renamed.refresh_from_db()
    assert holder.username == name
    assert holder.pk != renamed.pk
    assert renamed.username == f"ada~{renamed.pk}"
    assert renamed.hf_id == "1"


def test_a_local_account_is_never_taken_over():
    local = User.objects.create_superuser("ada", password="a-password")

    person = make_user("ada", hf_id="1")

    local.refresh_from_db()
    assert person.pk != local.pk
    assert not person.is_superuser
    assert local.is_superuser


def test_a_new_credential_replaces_the_old_one():
    user = make_user("ada", hf_id="1")
    HubCredential.objects.update(needs_sign_in=True)

    upsert_user(
        Person("1", "ada"),
        HubTokenSet(HubCredential.Kind.OAUTH, "hf_oauth_ada", refresh_token="r", scope="openid"),
    )

    credential = HubCredential.objects.get(user=user)
    assert credential.kind == HubCredential.Kind.OAUTH
    assert (credential.access_token, credential.refresh_token) == ("hf_oauth_ada", "r")
    assert not credential.needs_sign_in


@pytest.mark.parametrize(
    ("picture", "kept"),
    [
        ("https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("/avatars/a.svg", "https://huggingface.co/avatars/a.svg"),
        ("javascript:alert(1)", ""),
        ("http://cdn.example/a.png", ""),
        ("https://cdn.example/" + "a" * 500, ""),
    ],
)
def test_only_pictures_that_a_page_can_show_are_kept(settings, picture, kept):
    settings.HF_ENDPOINT = "https://huggingface.co"

    user = upsert_user(Person("1", "ada", picture), HubTokenSet(HubCredential.Kind.TOKEN, "hf_a"))

    assert user.avatar_url == kept


def test_a_grant_does_not_show_its_tokens():
    grant = HubTokenSet(HubCredential.Kind.OAUTH, "hf_secret", refresh_token="refresh-secret")

    assert "secret" not in f"{grant!r} {grant}"


def test_removing_an_account_asks_first(alice_client, alice):
    page = alice_client.get("/settings/account/remove/")

    assert "Access Tokens" in page.text
    assert User.objects.filter(pk=alice.pk).exists()


def test_removing_an_account_deletes_everything_of_that_user_only(
    alice_client, client_of, alice, stranger, changed
):
    for user in (alice, stranger):
        save_tools(user, ["hf_whoami"], True)
        add_space(user, "acme/image-maker", is_private=False, title="", emoji="")
        client_of(user).post("/settings/keys/", {"name": "Laptop", "scopes": "mcp:read"})

    heard = changed(lambda: alice_client.post("/settings/account/remove/"))

    assert heard == [alice.pk]
    for model in (HubCredential, ToolSelection, SelectedSpace, AccessKey):
        assert [row.user_id for row in model.objects.all()] == [stranger.pk]
    assert alice_client.get("/settings/").status_code == 302
