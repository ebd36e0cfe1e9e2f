"""Signing in with Hugging Face: our side of OAuth against a certified provider."""

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.db import connection
from django.test import Client

from accounts.models import HubCredential, User
from tests.accounts.conftest import make_user
from tests.accounts.sign_in_by_hand import (
    BEGIN,
    CALLBACK,
    authorize,
    begin,
    come_back,
    parameters,
    sign_in,
)

pytestmark = pytest.mark.django_db


def token_requests(origin: str) -> list[dict[str, str]]:
    return list(httpx.delete(f"{origin}/oauth/_log").json())


def is_signed_in(visitor: Client) -> bool:
    return "_auth_user_id" in visitor.session


def test_whoever_authorizes_is_signed_in_with_an_encrypted_credential(
    origin, visitor, new_user, settings
):
    person = new_user()

    response = sign_in(visitor, person.name)

    user = User.objects.get(hf_id=person.hf_id)
    credential = user.hub_credential
    assert response.headers["location"] == "/"
    assert visitor.session["_auth_user_id"] == str(user.pk)
    assert user.username == person.name
    assert credential.kind == HubCredential.Kind.OAUTH
    assert credential.access_token.startswith(f"hf_oauth_{person.name}_")
    assert credential.refresh_token
    assert credential.expires_at is not None
    assert set(credential.scope.split()) == set(settings.HF_OAUTH_SCOPES)
    assert credential.access_token not in everything_stored()
    assert credential.refresh_token not in everything_stored()


def everything_stored() -> str:
    """Return all rows of all tables, the sessions decoded too."""
    from django.contrib.sessions.models import Session

    rows = [str(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(str(cursor.fetchall()))
    return "\n".join(rows)


def test_nothing_is_kept_in_allauths_tables_and_no_email_anywhere(origin, visitor, new_user):
    sign_in(visitor, new_user().name)

    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    assert not EmailAddress.objects.exists()
    assert User.objects.get().email == ""


def test_the_second_sign_in_finds_the_same_user(origin, visitor, new_user):
    person = new_user()

    sign_in(visitor, person.name)
    first = HubCredential.objects.get().access_token
    sign_in(Client(headers={"host": "localhost:8000"}), person.name)

    assert User.objects.count() == 1
    assert HubCredential.objects.get().access_token != first


def test_who_first_came_with_a_pasted_token_is_the_same_user(origin, visitor, new_user):
    person = new_user()
    user = make_user(person.name, hf_id=person.hf_id, scope="read")

    sign_in(visitor, person.name)

    assert visitor.session["_auth_user_id"] == str(user.pk)
    assert HubCredential.objects.get(user=user).kind == HubCredential.Kind.OAUTH


def test_signing_in_as_somebody_else_leaves_the_first_user_alone(
    origin, client_of, alice, new_user
):
    browser = client_of(alice)
    person = new_user()

    sign_in(browser, person.name)

    assert browser.session["_auth_user_id"] == str(User.objects.get(hf_id=person.hf_id).pk)
    assert HubCredential.objects.get(user=alice).access_token == f"hf_user_{alice.username}"


def test_sign_in_goes_on_to_where_the_person_wanted(origin, visitor, new_user):
    response = sign_in(visitor, new_user().name, next="/dashboard/")

    assert response.headers["location"] == "/dashboard/"


def test_sign_in_never_goes_on_to_another_server(origin, visitor, new_user):
    response = sign_in(visitor, new_user().name, next="https://evil.example/")

    assert response.headers["location"] == "/"


def test_we_ask_with_pkce_a_nonce_and_the_scopes_of_the_settings(origin, visitor, settings):
    url = begin(visitor)

    asked = parameters(url)
    assert url.startswith(f"{origin}/oauth/authorize?")
    assert asked["redirect_uri"] == f"http://localhost:8000{CALLBACK}"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["nonce"]
    assert asked["state"]
    assert set(asked["scope"].split()) == set(settings.HF_OAUTH_SCOPES)


def test_nothing_in_the_url_changes_what_we_ask_for(origin, visitor, settings):
    asked = parameters(
        begin(
            visitor,
            "?scope=manage-repos&auth_params=orgIds%3Dx%26redirect_uri%3Dhttp%3A%2F%2Fevil"
            "&process=connect&action=reauthenticate",
        )
    )

    assert set(asked["scope"].split()) == set(settings.HF_OAUTH_SCOPES)
    assert "orgIds" not in asked
    assert asked["redirect_uri"] == f"http://localhost:8000{CALLBACK}"


def test_a_link_does_not_begin_a_sign_in(origin, visitor):
    assert visitor.get(BEGIN).headers["location"] == "/sign-in/"


def test_another_site_cannot_begin_a_sign_in(origin):
    assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403


def test_the_answer_of_another_issuer_is_refused_before_its_code_is_sent(origin, visitor, new_user):
    back = authorize(begin(visitor), new_user().name)
    token_requests(origin)

    response = come_back(visitor, back, iss="https://evil.example")

    assert response.headers["location"] == "/sign-in/"
    assert not is_signed_in(visitor)
    assert token_requests(origin) == []


def test_an_answer_belongs_to_the_browser_that_asked(origin, visitor, new_user):
    back = authorize(begin(visitor), new_user().name)
    victim = Client(headers={"host": "localhost:8000"})

    response = come_back(victim, back)

    assert response.headers["location"] == "/sign-in/"
    assert not is_signed_in(victim)


def test_the_code_of_another_sign_in_is_refused(origin, visitor, new_user):
    attacker = Client(headers={"host": "localhost:8000"})
    code = parameters(authorize(begin(attacker), new_user().name))["code"]
    back = authorize(begin(visitor), new_user().name)

    come_back(visitor, back, code=code)

    assert not is_signed_in(visitor)
    assert not User.objects.exists()


def test_an_id_token_for_another_sign_in_is_refused(origin, visitor, new_user):
    back = authorize(begin(visitor), new_user().name)
    session = visitor.session
    for state, *_ in session["socialaccount_states"].values():
        state["nonce"] = "of another sign-in"
    session.save()

    come_back(visitor, back)

    assert not is_signed_in(visitor)
    assert not User.objects.exists()


def test_an_answer_counts_once(origin, visitor, new_user):
    back = authorize(begin(visitor), new_user().name)
    come_back(visitor, back)
    visitor.post("/sign-out/")

    come_back(visitor, back)

    assert not is_signed_in(visitor)


def test_whoever_refuses_is_told_so(origin, visitor, new_user):
    back = authorize(begin(visitor), new_user().name, decision="deny")

    page = visitor.get(come_back(visitor, back).headers["location"]).text

    assert "You did not give access" in page
    assert not User.objects.exists()


def test_a_disabled_account_stays_out(origin, visitor, new_user):
    person = new_user()
    make_user(person.name, hf_id=person.hf_id)
    User.objects.update(is_active=False)

    page = visitor.get(sign_in(visitor, person.name).headers["location"]).text

    assert "has been disabled" in page
    assert not is_signed_in(visitor)


def test_a_wrong_secret_is_a_failed_sign_in_and_nothing_leaks_into_the_log(
    origin, visitor, new_user, settings, caplog
):
    back = authorize(begin(visitor), new_user().name)
    settings.HF_OAUTH_CLIENT_SECRET = "wrong"

    page = visitor.get(come_back(visitor, back).headers["location"]).text

    assert "did not work" in page
    assert "OAuth2Error" in caplog.text
    assert parameters(back)["code"] not in caplog.text


def test_an_app_without_a_secret_signs_people_in_too(origin, visitor, new_user, settings):
    settings.HF_OAUTH_CLIENT_ID += "-public"
    settings.HF_OAUTH_CLIENT_SECRET = ""

    sign_in(visitor, new_user().name)

    assert is_signed_in(visitor)


@pytest.mark.parametrize("path", [BEGIN, CALLBACK])
def test_without_oauth_configured_there_is_no_such_sign_in(visitor, path):
    method = visitor.post if path == BEGIN else visitor.get

    assert method(path).status_code == 404
