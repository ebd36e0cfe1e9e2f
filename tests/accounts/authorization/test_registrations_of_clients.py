"""What clients send to register, and what they get: nobody is refused for knowing more than we do.

Bodies as they are in the clients' source or issue trackers, or as others captured them.
"""

import pytest

from accounts.authorization.models import Application
from tests.accounts.authorization.flow import App, agree, answer_of, make_browser

pytestmark = pytest.mark.django_db

CODE = {"response_types": ["code"], "grant_types": ["authorization_code", "refresh_token"]}
PUBLIC = CODE | {"token_endpoint_auth_method": "none"}

CLIENTS = {
    # elmohq/elmo#684, captured from Claude Code 2.1
    "Claude Code": PUBLIC
    | {
        "client_name": "Claude Code (huggingface)",
        "redirect_uris": ["http://localhost:3118/callback"],
        "application_type": "native",
    },
    "Claude": CODE
    | {
        "client_name": "Claude",
        "redirect_uris": [
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ],
        "token_endpoint_auth_method": "client_secret_post",
        "scope": "mcp:read offline_access",
    },
    "Claude Desktop": PUBLIC
    | {"client_name": "Claude", "redirect_uris": ["claude://oauth/callback"]},
    # elmohq/elmo#684, captured from Codex 0.147
    "Codex": PUBLIC
    | {
        "client_name": "Codex",
        "redirect_uris": ["http://127.0.0.1:37819/callback/abc"],
        "application_type": "native",
        "scope": "mcp:read offline_access",
    },
    # PrefectHQ/fastmcp#1868
    "VS Code": {
        "client_name": "Visual Studio Code",
        "client_uri": "https://code.visualstudio.com",
        "grant_types": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "response_types": ["code"],
        "redirect_uris": [
            "https://insiders.vscode.dev/redirect",
            "https://vscode.dev/redirect",
            "http://localhost/",
            "http://127.0.0.1/",
            "http://localhost:33418/",
            "http://127.0.0.1:33418/",
        ],
        "scope": "read:data",
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    },
    # jentic/jentic-one#1245 and its like: three kinds of address at once, no application_type
    "Cursor": PUBLIC
    | {
        "client_name": "Cursor",
        "redirect_uris": [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
    },
    # gemini-cli, packages/core/src/mcp/oauth-provider.ts: the scopes may be none
    "gemini-cli": PUBLIC
    | {
        "client_name": "Gemini CLI MCP Client",
        "redirect_uris": ["http://localhost:65290/oauth/callback"],
        "scope": "",
    },
    "mcp-remote": PUBLIC
    | {
        "client_name": "MCP CLI Proxy",
        "client_uri": "https://github.com/modelcontextprotocol/mcp-cli",
        "redirect_uris": ["http://localhost:3334/oauth/callback"],
        "software_id": "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
        "software_version": "0.1.16",
    },
    "ChatGPT": CODE
    | {
        "client_name": "ChatGPT",
        "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
        "token_endpoint_auth_method": "client_secret_basic",
    },
    "LibreChat": CODE
    | {
        "client_name": "LibreChat MCP Client",
        "redirect_uris": ["https://chat.example/api/mcp/huggingface/oauth/callback"],
        "token_endpoint_auth_method": "client_secret_basic",
        "logo_uri": None,
        "tos_uri": None,
    },
    "open-webui": CODE
    | {
        "client_name": "Open WebUI",
        "redirect_uris": ["https://webui.example/oauth/clients/mcp:hf/callback"],
        "token_endpoint_auth_method": "client_secret_post",
    },
    "n8n": CODE
    | {
        "client_name": "n8n",
        "client_uri": "https://n8n.example",
        "redirect_uris": ["https://n8n.example/rest/oauth2-credential/callback"],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    },
    # anomalyco/opencode, packages/opencode/src/mcp/oauth-provider.ts
    "opencode": PUBLIC
    | {
        "client_name": "OpenCode",
        "client_uri": "https://opencode.ai",
        "redirect_uris": ["http://127.0.0.1:19876/mcp/oauth/callback"],
    },
    # block/goose, by rmcp's AuthorizationManager
    "goose": PUBLIC
    | {"client_name": "goose", "redirect_uris": ["http://localhost:41000/oauth_callback"]},
    "Inspector": PUBLIC
    | {
        "client_name": "MCP Inspector",
        "client_uri": "https://github.com/modelcontextprotocol/inspector",
        "redirect_uris": ["http://localhost:6274/oauth/callback"],
        "scope": "",
    },
    # mcp.shared.auth.OAuthClientMetadata of the Python SDK 1.x, sent without leaving out None
    "Python SDK 1": PUBLIC
    | {
        "client_name": "fastmcp",
        "redirect_uris": ["http://localhost:53121/callback"],
        "scope": None,
        "client_uri": None,
        "logo_uri": None,
        "contacts": None,
        "tos_uri": None,
        "policy_uri": None,
        "jwks_uri": None,
        "jwks": None,
        "software_id": None,
        "software_version": None,
    },
    "TypeScript SDK": {"redirect_uris": ["http://127.0.0.1:8090/callback"], "client_name": "sdk"},
    # A scheme made of a domain name, RFC 8252 section 7.1
    "a phone": PUBLIC | {"client_name": "Phone", "redirect_uris": ["com.example.phone:/oauth"]},
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_registers_as_it_does_and_gets_all_the_way(alice_client, name):
    sent = CLIENTS[name]

    answer = make_browser().post("/oauth/register", sent, content_type="application/json")

    about = answer.json()
    assert answer.status_code == 201
    assert about["redirect_uris"] == sent["redirect_uris"]
    assert about["grant_types"] == ["authorization_code", "refresh_token"]
    assert about["client_name"] == sent["client_name"]
    for uri in about["redirect_uris"]:
        app = App(about["client_id"], about.get("client_secret"), uri)
        tokens = app.tokens(alice_client, scope=sent.get("scope"))
        assert app.refresh(tokens["refresh_token"]).status_code == 200


OURS = "http://127.0.0.1:33418/callback"
USABLE = {"redirect_uris": [OURS], "client_name": "Probe"}
ANY_SCOPE, DEFAULT_SCOPE = "mcp:read mcp:spaces mcp:write", "mcp:read mcp:spaces"

REPLACED = {
    "everything left out": ({}, {"token_endpoint_auth_method": "client_secret_basic"}),
    "everything null": (
        {
            "client_name": None,
            "scope": None,
            "grant_types": None,
            "response_types": None,
            "token_endpoint_auth_method": None,
            "application_type": None,
        },
        {"client_name": "", "scope": ANY_SCOPE},
    ),
    "one redirect of several": (
        {"redirect_uris": ["http://evil.example/x", OURS, "javascript:alert(1)", 7, None]},
        {"redirect_uris": [OURS]},
    ),
    "a redirect twice": ({"redirect_uris": [OURS, OURS]}, {"redirect_uris": [OURS]}),
    "a redirect without a list": ({"redirect_uris": OURS}, {"redirect_uris": [OURS]}),
    "too many redirects": (
        {"redirect_uris": [f"{OURS}/{n}" for n in range(50)]},
        {"redirect_uris": [f"{OURS}/{n}" for n in range(10)]},
    ),
    "a method of another kind": (
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}},
        {"token_endpoint_auth_method": "client_secret_basic"},
    ),
    "no method": (
        {"token_endpoint_auth_method": ["none"]},
        {"token_endpoint_auth_method": "client_secret_basic"},
    ),
    "other grants": ({"grant_types": ["implicit", "password", 1]}, {}),
    "no grants": ({"grant_types": []}, {}),
    "grants as text": ({"grant_types": "authorization_code"}, {}),
    "other responses": ({"response_types": ["token", "id_token"]}, {}),
    "foreign scopes": ({"scope": "openid mcp:read offline_access"}, {"scope": "mcp:read"}),
    "only foreign scopes": ({"scope": "openid offline_access"}, {"scope": DEFAULT_SCOPE}),
    "no scopes": ({"scope": ""}, {"scope": DEFAULT_SCOPE}),
    "scopes as a list": ({"scope": ["mcp:write", "x"]}, {"scope": "mcp:write"}),
    "scopes as a number": ({"scope": 1}, {"scope": DEFAULT_SCOPE}),
    "a localized name": (
        {"client_name": None, "client_name#de": "Sonde", "client_name#fr": "Sonde"},
        {"client_name": "Sonde"},
    ),
    "names in an object": ({"client_name": {"en": "Probe"}}, {"client_name": ""}),
    "a long name": ({"client_name": "x" * 9_000}, {"client_name": "x" * 255}),
    "half a character": ({"client_name": "Pro\ud83d\0be"}, {"client_name": "Probe"}),
    "a long logo": ({"logo_uri": "data:image/png;base64," + "x" * 50_000}, {}),
    "unknown fields": ({"skip_authorization": True, "is_active": False, "x": [[[]]]}, {}),
    "another type": ({"application_type": "browser-extension"}, {}),
    "wrong types all over": (
        {"contacts": "me", "jwks": [], "client_uri": 1, "software_id": {}, "require_pkce": "yes"},
        {},
    ),
}


@pytest.mark.parametrize(("changes", "holds"), REPLACED.values(), ids=REPLACED)
def test_what_we_cannot_do_is_replaced_and_the_answer_says_so(alice_client, changes, holds):
    sent = USABLE | changes

    answer = make_browser().post("/oauth/register", sent, content_type="application/json")

    about = answer.json()
    assert answer.status_code == 201
    assert {name: about[name] for name in holds} == holds
    assert about["response_types"] == ["code"]
    assert about["grant_types"] == ["authorization_code", "refresh_token"]
    row = Application.objects.get()
    assert (row.is_active, row.skip_authorization) == (True, False)
    app = App(about["client_id"], about.get("client_secret"), about["redirect_uris"][0])
    assert answer_of(agree(alice_client, app.authorize_url()))["code"]
