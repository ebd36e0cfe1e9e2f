"""What a client finds before it has anything."""

import pytest

from tests.accounts.authorization.flow import ISSUER, make_browser

DOCUMENTS = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/",
    "/.well-known/openid-configuration/",
]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_issuer_is_the_public_url_to_the_letter(path):
    assert make_browser().get(path).json()["issuer"] == ISSUER


def test_the_metadata_says_what_the_server_does_and_nothing_else():
    metadata = make_browser().get("/.well-known/oauth-authorization-server").json()

    assert metadata == {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/oauth/authorize",
        "token_endpoint": f"{ISSUER}/oauth/token",
        "registration_endpoint": f"{ISSUER}/oauth/register",
        "revocation_endpoint": f"{ISSUER}/oauth/revoke",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            "none",
            "client_secret_post",
            "client_secret_basic",
        ],
        "revocation_endpoint_auth_methods_supported": [
            "none",
            "client_secret_post",
            "client_secret_basic",
        ],
        "scopes_supported": ["mcp:read", "mcp:spaces", "mcp:write"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "service_documentation": f"{ISSUER}/mcp",
    }


def test_the_openid_document_has_what_such_a_document_must_have():
    metadata = make_browser().get("/.well-known/openid-configuration").json()

    assert metadata["subject_types_supported"] == ["public"]
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]
    assert make_browser().get("/oauth/jwks").json() == {"keys": []}


def test_another_host_gets_the_same_issuer():
    client = make_browser()

    answer = client.get(DOCUMENTS[0], headers={"host": "127.0.0.1:8000"})

    assert answer.json()["issuer"] == ISSUER


@pytest.mark.parametrize("suffix", ["/mcp", "/u/alice/mcp"])
@pytest.mark.parametrize("path", DOCUMENTS)
def test_there_is_no_second_issuer_below_a_path(path, suffix):
    assert make_browser().get(path + suffix).status_code == 404


@pytest.mark.parametrize("path", [*DOCUMENTS, "/.well-known/oauth-protected-resource/mcp"])
async def test_a_page_of_any_origin_may_read_it(path, async_client):
    answer = await async_client.get(
        path, headers={"host": "localhost:8000", "origin": "https://client.example"}
    )

    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["token", "register", "revoke"])
def test_a_page_of_any_origin_may_ask_beforehand(path):
    answer = make_browser().options(
        f"/oauth/{path}",
        headers={
            "origin": "https://client.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,mcp-protocol-version,authorization",
        },
    )

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "mcp-protocol-version" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/oauth/authorize", "/settings/", "/sign-in/"])
def test_no_other_origin_reads_what_is_for_people(path, db):
    answer = make_browser().get(path, headers={"origin": "https://client.example"})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/oauth/applications/",
        "/oauth/introspect/",
        "/oauth/introspect",
        "/oauth/device-authorization/",
        "/oauth/userinfo/",
        "/oauth/register/some-client/",
    ],
)
def test_nothing_else_of_the_library_is_served(path):
    assert make_browser().get(path).status_code == 404
