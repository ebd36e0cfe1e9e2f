import base64
import json

import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.whoami.scopes import oauth_scopes
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Context, call, call_in


async def test_a_user_is_told_account_organizations_and_token(hub_side):
    who = await call("hf_whoami", "hf_alice")

    assert who.content["status"] == "authenticated"
    assert who.content["account"]["name"] == "alice"
    assert who.content["account"]["is_pro"] is True
    assert [org["name"] for org in who.content["organizations"]] == ["acme", "zuerich-nlp"]
    assert who.content["organizations"][0]["resource_groups"][0]["name"] == "research"
    assert who.content["credential"] == {
        "type": "personal_access_token",
        "role": "write",
        "created_at": "2026-01-01T00:00:00Z",
    }
    assert "@alice" in who.text


async def test_a_fine_grained_token_says_what_it_allows(hub_side):
    who = await call("hf_whoami", "hf_finegrained")

    credential = who.content["credential"]
    assert credential["role"] == "fine_grained"
    assert credential["permissions"]["global"] == ["discussion.write"]
    assert credential["permissions"]["can_read_gated_repos"] is True
    (grant,) = credential["permissions"]["scoped"]
    assert grant["entity"]["name"] == "alice/private"
    assert "`alice/private`" in who.text


async def test_an_oauth_token_is_told_from_a_personal_one(hub_side):
    who = await call("hf_whoami", "hf_oauth_bob_1")

    assert who.content["credential"] == {"type": "oauth", "expires_at": "2030-01-01T00:00:00Z"}


async def test_an_app_is_told_what_it_may_reach(hub_side):
    who = await call("hf_whoami", "hf_app_acme")

    assert who.content["account"]["type"] == "app"
    assert who.content["credential"] == {
        "type": "app_token",
        "role": "write",
        "entities": [{"type": "model", "name": "acme/tiny-llm"}, {"name": "acme/squad"}],
    }
    assert "acme/squad" in who.text


async def test_nobody_is_told_where_to_sign_in(hub_side):
    who = await call("hf_whoami")

    assert who.content["status"] == "anonymous"
    assert who.content["account"] is None
    assert "http://localhost:8000/settings/" in who.content["guidance"]
    assert "http://localhost:8000/settings/" in who.text
    assert hub_side.asked() == []


async def test_a_refused_token_is_unverified(hub_side):
    who = await call("hf_whoami", "hf_expired")

    assert who.content["status"] == "authentication_unverified"
    assert "sign in again" in who.content["guidance"]


async def test_a_hub_that_is_down_is_not_an_error(hub_side):
    hub_side.break_at("whoami", status=500)

    who = await call("hf_whoami", fresh_token())

    assert not who.is_error
    assert who.content["status"] == "authentication_unverified"
    assert "Try again" in who.text


async def test_a_connection_that_has_ended_is_unverified_and_says_why(hub_side):
    class Ended(Context):
        async def hub_token(self):
            raise ToolError("Sign in again.")

    who = await call_in(Ended("gone"), "hf_whoami")

    assert who.content["status"] == "authentication_unverified"
    assert who.content["guidance"] == "Sign in again."


async def test_no_token_nor_its_name_nor_an_address_is_shown(hub_side):
    who = await call("hf_whoami", "hf_alice")

    for secret in ("hf_alice", "laptop", "example.org"):
        assert secret not in who.text
        assert secret not in json.dumps(who.content)


def jwt(payload):
    text = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    return f"hf_oauth_head.{text}.signature"


@pytest.mark.parametrize(
    ("token", "scopes"),
    [
        (jwt({"scope": "openid read-repos"}), ["openid", "read-repos"]),
        (jwt({"scope": ["openid"]}), ["openid"]),
        (jwt({"scope": 7}), None),
        (jwt({}), None),
        (jwt([1]), None),
        (jwt({"scope": "x" * 20_000}), None),
        ("hf_oauth_a.!!!.c", None),
        ("hf_oauth_a.b\xfc.c", None),
        ("hf_oauth_opaque", None),
        ("", None),
    ],
)
def test_scopes_are_read_from_a_token_if_they_are_in_it(token, scopes):
    assert oauth_scopes(token) == scopes
