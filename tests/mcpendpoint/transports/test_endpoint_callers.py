"""Who is served: anonymous, an access key, a Hugging Face token; and who is refused, and how."""

import re
import sqlite3

import httpx
import pytest

from tests.live.people import post_form
from tests.mcpendpoint.wire import Wire, assert_well_formed, message_of, request
from tests.ports import free_port

LIST = request("tools/list")


def whoami(wire):
    return message_of(wire.legacy("tools/call", {"name": "hf_whoami", "arguments": {}}))["result"]


def create_key(client, name="laptop"):
    page = post_form(
        client, "/settings/keys/", {"name": name, "scopes": ["mcp:read", "mcp:spaces"]}
    ).text
    return re.search(r"hfmcp_[A-Za-z0-9_-]{20,}", page)[0]


def revoke_all_keys(client):
    page = client.get("/settings/apps/").text
    for path in set(re.findall(r"/settings/keys/\d+/revoke/", page)):
        assert post_form(client, path, {}).status_code == 200


def challenge_of(answer):
    """Return the fields of a Bearer challenge."""
    scheme, _, fields = answer.headers["WWW-Authenticate"].partition(" ")
    assert scheme == "Bearer"
    return dict(re.findall(r'(\w+)="([^"]*)"', fields))


def spoil_whoami(hub, token, **fault):
    """Let the Hub answer badly when asked about this token, and about no other."""
    answer = httpx.post(f"{hub.url}/_faults", json={"path": "whoami", "token": token, **fault})
    answer.raise_for_status()


def test_nobody_is_served_as_nobody(wire):
    assert "alice" not in str(whoami(wire))


def test_a_hugging_face_token_acts_as_its_owner(wire_of, new_user):
    person = new_user()

    assert person.name in str(whoami(wire_of("/mcp", person.token)))


def test_an_access_key_acts_as_its_owner(wire_of, settled_user):
    person, client = settled_user("hub_repo_search")
    wire = wire_of("/mcp", create_key(client))

    assert person.name in str(whoami(wire))
    assert wire.tools() == ["hf_whoami", "hub_repo_search"]


def test_a_revoked_key_is_refused_at_the_next_request(wire_of, settled_user):
    _, client = settled_user()
    wire = wire_of("/mcp", create_key(client))
    assert wire.post(LIST).status_code == 200

    revoke_all_keys(client)

    assert wire.post(LIST).status_code == 401


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer hf_wrong",
        "Bearer hf_expired",
        "Bearer hfmcp_wrong",
        "Bearer hfmcp_" + "x" * 5_000,
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer",
        "",
        "hf_alice",
        "Basic YWxpY2U6cGFzcw==",
        "Token hf_alice",
        "Bearer hf_alice hf_bob",
        "Bearer hf_alice,hf_bob",
        "Bearer HF_ALICE",
        "Bearer hf_ali\tce",
        "Bearer hf_alicé".encode("latin-1"),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", "/mcp?gradio=none&bouquet=all", "/u/alice/mcp"])
def test_a_wrong_credential_is_refused_and_never_anonymous(product, path, authorization):
    answer = Wire(product.url + path).post(LIST, {"Authorization": authorization})

    assert answer.status_code == 401
    assert challenge_of(answer)["error"] == "invalid_token"
    assert "result" not in answer.text


def test_a_scheme_is_read_in_any_case(wire_of):
    assert wire_of().post(LIST, {"Authorization": "bearer hf_alice"}).status_code == 200


@pytest.mark.parametrize("place", ["?access_token=hf_alice", "?token=hf_alice"])
def test_a_token_in_the_url_is_no_credential(wire_of, place):
    assert "alice" not in str(whoami(wire_of("/mcp" + place)))


def test_a_cookie_is_no_credential(wire_of, settled_user):
    person, client = settled_user()
    wire = wire_of()

    wire.client.cookies = client.cookies

    assert person.name not in str(whoami(wire))


@pytest.mark.parametrize("query", ["login", "login=", "auth", "forceauth=1"])
def test_a_url_that_asks_for_a_credential_gets_one_or_says_so(wire_of, query):
    answer = wire_of(f"/mcp?{query}").post(LIST)

    assert answer.status_code == 401
    assert "error" not in challenge_of(answer)
    assert wire_of(f"/mcp?{query}", "hf_alice").post(LIST).status_code == 200


@pytest.mark.parametrize("path", ["/mcp", "/u/alice/mcp", "/mcp/", "/u/alice/mcp/"])
def test_a_challenge_leads_to_the_metadata_of_this_very_url(product, path):
    answer = Wire(f"{product.url}{path}?login").post(LIST)

    metadata_url = challenge_of(answer)["resource_metadata"]
    metadata = httpx.get(metadata_url)

    assert metadata_url == f"{product.url}/.well-known/oauth-protected-resource{path}"
    assert metadata.headers["Access-Control-Allow-Origin"] == "*"
    assert metadata.json()["resource"] == product.url + path
    assert metadata.json()["authorization_servers"] == [product.url]
    assert metadata.json()["bearer_methods_supported"] == ["header"]


def test_a_challenge_leads_to_the_metadata_of_a_url_with_odd_letters(product):
    url = f"{product.url}/u/a%20b%22/mcp"

    metadata_url = challenge_of(Wire(url).post(LIST))["resource_metadata"]

    assert httpx.get(metadata_url).json()["resource"] == url


@pytest.mark.parametrize("slash", ["", "/"])
def test_metadata_is_found_at_the_root_too(product, slash):
    metadata = httpx.get(f"{product.url}/.well-known/oauth-protected-resource{slash}").json()

    assert metadata["resource"] == f"{product.url}/mcp"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:1"])
def test_addresses_that_go_out_are_of_public_url_whatever_host_a_proxy_passes(product, host):
    url = f"{product.url}/.well-known/oauth-protected-resource/mcp"

    metadata = httpx.get(url, headers={"Host": host}).json()
    refused = Wire(f"{product.url}/mcp?login").post(LIST, {"Host": host})
    page = httpx.get(f"{product.url}/mcp", headers={"Host": host, "Accept": "text/html"})

    assert metadata["resource"] == f"{product.url}/mcp"
    assert challenge_of(refused)["resource_metadata"] == url
    assert f"{product.url}/mcp" in page.text


def test_without_public_url_they_are_of_the_host_that_was_asked(make_product):
    port = str(free_port())
    product = make_product(PUBLIC_URL="", PORT=port)
    base = f"http://127.0.0.1:{port}"

    refused = Wire(f"{base}/mcp?login").post(LIST)
    metadata = httpx.get(challenge_of(refused)["resource_metadata"]).json()

    assert product.url == ""
    assert metadata["resource"] == f"{base}/mcp"
    assert metadata["authorization_servers"] == [f"http://localhost:{port}"]


@pytest.mark.parametrize("path", ["settings", "mcp/x", "u/a/b/c/mcp", "u//mcp", "<script>"])
def test_there_is_no_metadata_of_what_is_no_endpoint(product, path):
    answer = httpx.get(f"{product.url}/.well-known/oauth-protected-resource/{path}")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "name", ['a"%22,error="x', "%0d%0aX-Evil: 1", "\u65e5\u672c", "%FF", "%00"]
)
def test_no_name_in_a_url_breaks_out_of_the_challenge(product, name):
    answer = Wire(f"{product.url}/u/{name}/mcp").post(LIST)

    assert answer.status_code == 401
    assert set(challenge_of(answer)) == {"resource_metadata", "scope"}
    assert "X-Evil" not in answer.headers


def test_a_personal_url_serves_its_owner_whatever_the_case(wire_of, new_user):
    person = new_user()

    assert wire_of(f"/u/{person.name}/mcp", person.token).post(LIST).status_code == 200
    assert wire_of(f"/u/{person.name.upper()}/mcp", person.token).post(LIST).status_code == 200


def test_a_personal_url_refuses_everybody_else(wire_of, new_user):
    answer = wire_of(f"/u/{new_user().name}/mcp", new_user().token).post(LIST)

    assert answer.status_code == 403
    assert "result" not in answer.text


def test_a_personal_url_says_the_same_of_users_that_exist_and_others(
    wire_of, settled_user, new_user
):
    known, _ = settled_user()
    stranger = new_user()

    known_answer = wire_of(f"/u/{known.name}/mcp", "hf_bob").post(LIST)
    stranger_answer = wire_of(f"/u/{stranger.name}/mcp", "hf_bob").post(LIST)

    assert known_answer.status_code == stranger_answer.status_code == 403
    assert known_answer.text == stranger_answer.text


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 503}, {"status": 429}, {"cut": True}]
)
def test_a_token_that_cannot_be_checked_now_is_asked_to_come_back(hub, wire_of, new_user, fault):
    person = new_user()
    spoil_whoami(hub, person.token, **fault)

    answer = wire_of("/mcp", person.token).post(LIST)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "WWW-Authenticate" not in answer.headers
    assert "result" not in answer.text


def test_a_token_that_was_checked_a_moment_ago_needs_no_hub(hub, wire_of, new_user):
    person = new_user()
    wire = wire_of("/mcp", person.token)
    assert wire.post(LIST).status_code == 200

    spoil_whoami(hub, person.token, status=503)

    assert wire.post(LIST).status_code == 200


def test_a_hub_that_is_back_is_asked_again(hub, wire_of, new_user):
    person = new_user()
    spoil_whoami(hub, person.token, status=503, times=1)
    wire = wire_of("/mcp", person.token)

    assert wire.post(LIST).status_code == 503
    assert wire.post(LIST).status_code == 200


def test_a_hub_that_is_not_there_leaves_anonymous_callers_served(make_product):
    product = make_product(HF_ENDPOINT="http://127.0.0.1:9")

    assert Wire(f"{product.url}/mcp?gradio=none").post(LIST).status_code == 200
    assert Wire(f"{product.url}/mcp", "hf_alice").post(LIST).status_code == 503


def test_a_server_that_takes_no_hugging_face_tokens_refuses_them(make_product):
    product = make_product(MCP_ACCEPT_HF_TOKENS="false")

    answer = Wire(f"{product.url}/mcp", "hf_alice").post(LIST)

    assert answer.status_code == 401
    assert "access key" in challenge_of(answer)["error_description"]


def test_a_database_that_fails_is_said_to_be_out_of_reach_and_no_credential_logged(
    make_product, tmp_path
):
    product = make_product(DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3")
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        database.execute("DROP TABLE accounts_accesskey")

    answer = Wire(f"{product.url}/mcp", "hfmcp_my-secret-key").post(LIST)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "OperationalError" in product.log()
    assert "accounts_accesskey" not in product.log() + answer.text
    assert "secret" not in product.log() + answer.text


def test_a_token_is_checked_once_however_many_ask_with_it(hub, product, new_user):
    person = new_user()
    wire = Wire(f"{product.url}/mcp?gradio=none", person.token)

    for _ in range(5):
        assert_well_formed(wire.post(LIST))

    from tests.standins.hub.journal import digest

    asked = httpx.get(f"{hub.url}/_log", params={"path": "whoami"}).json()
    assert len([entry for entry in asked if entry["token"] == digest(person.token)]) == 1


@pytest.mark.parametrize("name", ["alice%00", "%00", "a%0d%0ab", "a" * 200])
def test_a_url_of_a_name_that_is_none_belongs_to_another(wire_of, product, sign_in, new_user, name):
    person = new_user()
    sign_in(product, person.token)

    assert wire_of(f"/u/{name}/mcp", person.token).legacy("tools/list").status_code == 403
