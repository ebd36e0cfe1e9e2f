"""Requests for authorization: which are put to the person, which are answered with an error."""

import re

import pytest

from accounts.authorization.models import AccessToken, Application, Grant
from tests.accounts.authorization.flow import (
    ISSUER,
    LOOPBACK,
    SHARED,
    VERIFIER,
    address_of,
    agree,
    answer_of,
    challenge_of,
    decide,
    make_browser,
    registered,
)

pytestmark = pytest.mark.django_db


def test_a_client_gets_a_code_with_state_and_issuer(alice_client, app):
    answer = answer_of(agree(alice_client, app.authorize_url()))

    assert answer.keys() == {"code", "state", "iss"}
    assert answer["state"] == "a-state"
    assert answer["iss"] == ISSUER


def test_a_person_who_is_not_signed_in_signs_in_first_and_comes_back(app):
    url = app.authorize_url()

    answer = make_browser().get(url)

    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith("/sign-in/?next=/oauth/authorize%3F")


def test_the_sign_in_page_says_which_app_asks(app):
    location = make_browser().get(app.authorize_url()).headers["location"]

    assert "<strong>Probe</strong> wants to connect" in make_browser().get(location).text


@pytest.mark.parametrize(
    ("onward", "said"),
    [
        ("/oauth/authorize?client_id=https://claude.ai/oauth/x", "<strong>claude.ai</strong>"),
        ("/oauth/authorize?client_id=unknown", None),
        ("/oauth/authorize?client_id=%00", None),
        ("/oauth/authorize?client_id=https://[", None),
        ("/oauth/authorize", None),
        ("/settings/?client_id=https://claude.ai/", None),
        ("https://evil.example/oauth/authorize?client_id=https://claude.ai/", None),
    ],
)
def test_the_sign_in_page_names_nobody_whom_it_does_not_know(onward, said):
    page = make_browser().get("/sign-in/", {"next": onward}).text

    assert ("wants to connect" in page) == (said is not None)
    assert (said or "") in page


def test_a_person_whose_credential_has_ended_signs_in_first(alice_client, app, alice):
    alice.hub_credential.needs_sign_in = True
    alice.hub_credential.save()

    answer = alice_client.get(app.authorize_url())

    assert answer.headers["location"].startswith("/sign-in/?next=/oauth/authorize%3F")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "unknown"},
        {"client_id": "\0"},
        {"client_id": ["a", "b"]},
        {"redirect_uri": "http://127.0.0.1:33418/other"},
        {"redirect_uri": "http://localhost:33418/callback"},
        {"redirect_uri": "https://127.0.0.1:33418/callback"},
        {"redirect_uri": "http://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:33418@evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:33418/callback?x=1"},
        {"redirect_uri": "http://127.0.0.1:33418/callback#x"},
        {"redirect_uri": "http://127.0.0.1:33418/callback/../x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "callback"},
        {"redirect_uri": [LOOPBACK, "https://evil.example"]},
        {"state": ["a", "b"]},
    ],
)
def test_nobody_is_sent_to_a_place_that_the_client_did_not_register(alice_client, app, changes):
    answer = alice_client.get(app.authorize_url(**changes))

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "http-equiv" not in answer.text
    assert "evil" not in answer.text


def test_a_local_program_may_listen_on_any_port(alice_client):
    app = registered(redirect_uris=["http://localhost/callback"])

    answer = agree(alice_client, app.authorize_url(redirect_uri="http://localhost:51234/callback"))

    assert address_of(answer).startswith("http://localhost:51234/callback?code=")


def test_a_site_may_not_use_another_port(alice_client):
    app = registered(redirect_uris=["https://client.example/callback"])

    answer = alice_client.get(
        app.authorize_url(redirect_uri="https://client.example:8443/callback")
    )

    assert answer.status_code == 400


ERRORS = {
    "no_pkce": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "plain_pkce": (
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        "invalid_request",
    ),
    "pkce_without_method": ({"code_challenge_method": None}, "invalid_request"),
    "pkce_with_unknown_method": ({"code_challenge_method": "S512"}, "invalid_request"),
    "short_challenge": ({"code_challenge": "x"}, "invalid_request"),
    "empty_challenge": ({"code_challenge": ""}, "invalid_request"),
    "long_challenge": ({"code_challenge": "x" * 5_000}, "invalid_request"),
    "padded_challenge": ({"code_challenge": challenge_of(VERIFIER) + "="}, "invalid_request"),
    "implicit": ({"response_type": "token"}, "unsupported_response_type"),
    "hybrid": ({"response_type": "code id_token"}, "unauthorized_client"),
    "no_response_type": ({"response_type": None}, "invalid_request"),
    "foreign_resource": ({"resource": "https://evil.example/mcp"}, "invalid_target"),
    "resource_of_another_port": ({"resource": "http://localhost:9000/mcp"}, "invalid_target"),
    "resource_of_another_scheme": ({"resource": "https://localhost:8000/mcp"}, "invalid_target"),
    "resource_of_another_path": ({"resource": f"{ISSUER}/settings/"}, "invalid_target"),
    "resource_below": ({"resource": f"{SHARED}/x"}, "invalid_target"),
    "origin_of_another_port": ({"resource": "http://localhost:9000/"}, "invalid_target"),
    "origin_with_user": ({"resource": "http://x@localhost:8000/"}, "invalid_target"),
    "origin_with_fragment": ({"resource": f"{ISSUER}/#x"}, "invalid_target"),
    "origin_and_a_foreign_resource": (
        {"resource": [ISSUER, "https://evil.example"]},
        "invalid_target",
    ),
    "resource_with_user": ({"resource": "http://x@localhost:8000/mcp"}, "invalid_target"),
    "resource_with_fragment": ({"resource": f"{SHARED}#x"}, "invalid_target"),
    "malformed_resource": ({"resource": "http://[::1/mcp"}, "invalid_target"),
    "relative_resource": ({"resource": "/mcp"}, "invalid_target"),
    "one_foreign_resource": ({"resource": [SHARED, "https://evil.example"]}, "invalid_target"),
    "too_many_resources": ({"resource": [SHARED] * 6}, "invalid_target"),
    "resource_of_another_user": ({"resource": f"{ISSUER}/u/bob/mcp"}, "invalid_target"),
    "long_state": ({"state": "x" * 5_000}, "invalid_request"),
}


@pytest.mark.parametrize(("changes", "error"), ERRORS.values(), ids=ERRORS)
def test_a_wrong_request_is_answered_with_the_issuer(alice_client, app, changes, error):
    response = alice_client.get(app.authorize_url(**changes))

    answer = answer_of(response)
    assert response.status_code == 302
    assert address_of(response).startswith(LOOPBACK + "?")
    assert answer["error"] == error
    assert answer["iss"] == ISSUER
    assert answer.get("state") == ("a-state" if changes.keys() != {"state"} else None)
    assert not Grant.objects.exists()


@pytest.mark.parametrize(("changes", "error"), ERRORS.values(), ids=ERRORS)
def test_a_person_cannot_agree_to_a_wrong_request_either(alice_client, app, changes, error):
    response = decide(alice_client, app.authorize_url(**changes), "allow", ["mcp:read"])

    assert answer_of(response)["error"] == error
    assert not Grant.objects.exists()


def test_an_error_after_the_sign_in_form_goes_by_a_page_of_ours(alice_client, app):
    """Chromium would stop the redirect, because of the sign-in page's form-action."""
    response = alice_client.get(
        app.authorize_url(response_type="token"), headers={"sec-fetch-site": "same-origin"}
    )

    assert response.status_code == 200
    assert answer_of(response)["error"] == "unsupported_response_type"


@pytest.mark.parametrize("way", ["a link", "the sign-in form", "a decision"])
def test_a_wrong_request_sends_nobody_to_a_site_that_anybody_can_register(alice_client, way):
    app = registered(redirect_uris=["https://evil.example/callback"])
    url = app.authorize_url(response_type="token")
    came_from = {"Sec-Fetch-Site": "same-origin"} if way == "the sign-in form" else {}

    if way == "a decision":
        response = decide(alice_client, url, "allow", ["mcp:read"])
    else:
        response = alice_client.get(url, headers=came_from)

    assert response.status_code == 400
    assert "location" not in response.headers
    assert "http-equiv" not in response.text
    link = re.search(r'href="(https://evil.example/callback\?[^"]+)"', response.text)[1]
    assert "error=unsupported_response_type" in link
    assert "iss=http" in link
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_person_who_declines_sends_the_client_away(alice_client, app):
    answer = answer_of(decide(alice_client, app.authorize_url(), "deny", ["mcp:read"]))

    assert answer == {"error": "access_denied", "state": "a-state", "iss": ISSUER}
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "resource",
    [
        SHARED,
        f"{SHARED}/",
        "HTTP://LocalHost:8000/mcp",
        f"{SHARED}?bouquet=all",
        f"{ISSUER}/u/alice-of-accounts/mcp",
        f"{ISSUER}/u/Alice-Of-Accounts/mcp",
        f"{ISSUER}/u/alice-of-accounts/mcp/",
        [SHARED, f"{ISSUER}/u/alice-of-accounts/mcp"],
    ],
)
def test_the_shared_address_and_ones_own_are_resources(alice_client, app, resource):
    agree(alice_client, app.authorize_url(resource=resource))

    stored = Grant.objects.get().resource
    assert set(stored) <= {SHARED, f"{ISSUER}/u/alice-of-accounts/mcp"}
    assert stored


def test_without_public_url_any_of_our_hosts_is_one(alice_client, app, settings):
    settings.IS_PUBLIC_URL_SET = False

    agree(alice_client, app.authorize_url(resource="http://127.0.0.1:8000/mcp"))

    assert Grant.objects.get().resource == [SHARED]


@pytest.mark.parametrize("resource", [None, "", ISSUER, f"{ISSUER}/", "HTTP://LocalHost:8000?x"])
def test_no_path_in_the_resource_means_the_shared_address_and_ones_own(alice_client, app, resource):
    agree(alice_client, app.authorize_url(resource=resource))

    assert Grant.objects.get().resource == [SHARED, f"{ISSUER}/u/alice-of-accounts/mcp"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "mcp:read mcp:spaces"),
        ("", "mcp:read mcp:spaces"),
        (" ", "mcp:read mcp:spaces"),
        ("offline_access", "mcp:read mcp:spaces"),
        ("openid profile email", "mcp:read mcp:spaces"),
        ("mcp:read offline_access", "mcp:read"),
        ("MCP:WRITE mcp:read\tx mcp:spaces", "mcp:read mcp:spaces"),
        ("mcp:write  mcp:write", "mcp:write"),
        (["mcp:read", "mcp:spaces"], "mcp:read mcp:spaces"),
        ("é \0 \ud7ff", "mcp:read mcp:spaces"),
        ("x" * 5_000, "mcp:read mcp:spaces"),
    ],
)
def test_of_scopes_those_that_we_have_are_given(alice_client, app, asked, given):
    tokens = app.tokens(alice_client, scope=asked)

    assert tokens["scope"] == given


@pytest.mark.parametrize(
    "more",
    [
        {"approval_prompt": "auto"},
        {"prompt": "none"},
        {"prompt": "create"},
        {"skip_authorization": "true"},
        {"allow": "true"},
        {"decision": "allow", "scopes": "mcp:read"},
    ],
)
def test_no_client_skips_the_person(alice_client, app, more):
    app.tokens(alice_client)

    response = alice_client.get(app.authorize_url(**more))

    assert response.status_code == 200
    assert 'name="decision" value="allow"' in response.text
    assert not Grant.objects.exists()


def test_a_client_that_an_administrator_trusts_does_not_skip_the_person_either(alice_client, app):
    Application.objects.update(skip_authorization=True)

    assert "Authorize" in alice_client.get(app.authorize_url()).text


@pytest.mark.parametrize(
    "more",
    [
        {"response_mode": "fragment"},
        {"response_mode": "form_post"},
        {"nonce": "x" * 1_000},
        {"claims": "{"},
        {"scopes": "admin"},
        {"user": "1"},
        {"client": "x"},
        {"extra_credentials": "x"},
        {"request": "x"},
        {"request_uri": "https://evil.example"},
        {"client_secret": "x"},
        {"x\0": "%GG\0"},
    ],
)
def test_parameters_that_we_do_not_know_change_nothing(alice_client, app, more):
    answer = answer_of(agree(alice_client, app.authorize_url(**more)))

    assert answer.keys() == {"code", "state", "iss"}
    assert Grant.objects.get().nonce == ""


@pytest.mark.parametrize("query", ["%GG", "=", "&&&", "client_id", "client_id=%00", "a=%ff", "é"])
def test_a_query_that_is_none_is_an_error_page(alice_client, query):
    assert alice_client.get(f"/oauth/authorize?{query}").status_code == 400


def test_a_locked_out_client_is_unknown(alice_client, app):
    Application.objects.update(is_active=False)

    assert alice_client.get(app.authorize_url()).status_code == 400


def test_a_code_is_for_whoever_agreed(alice_client, app, alice):
    agree(alice_client, app.authorize_url())

    assert Grant.objects.get().user == alice
    assert not AccessToken.objects.exists()


def test_codes_are_new_each_time(alice_client, app):
    codes = {app.code(alice_client) for _ in range(3)}

    assert len(codes) == 3


def test_other_methods_are_refused(alice_client, app):
    assert alice_client.put(app.authorize_url()).status_code == 405


def test_no_code_is_in_the_log(alice_client, app, caplog):
    with caplog.at_level("INFO"):
        code = app.code(alice_client)
        app.redeem(code)
        app.redeem(code)

    assert code not in caplog.text
    assert not re.search(r"hfmcp_[ar]t_", caplog.text)
