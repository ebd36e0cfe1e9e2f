"""hf_whoami says the same of whose credential it is, and what it allows."""

import base64
import json
from datetime import datetime

import pytest

from tests.parity.servers import Both
from tests.standins.serve import Running


def oauth_token(**claims):
    head, body, signature = (
        base64.urlsafe_b64encode(part).decode().strip("=")
        for part in (b"{}", json.dumps(claims).encode(), b"signature")
    )
    return f"hf_oauth_alice_{head}.{body}.{signature}"


TOKENS = {
    "a writer in two organizations": "hf_alice",
    "a reader in none": "hf_bob",
    "an administrator": "hf_admin",
    "a fine-grained token": "hf_finegrained",
    "an OAuth token": "hf_oauth_alice_opaque",
    "an OAuth token with scopes": oauth_token(scope="openid read-repos"),
    "an organization": "hf_org_acme",
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS.keys())
def test_both_say_whose_a_credential_is(both: Both, hub: Running, token):
    theirs, ours = both.call("hf_whoami", {}, token)

    assert theirs.content["status"] == "authenticated"
    assert at_our_hub(theirs.content, hub) == with_times(ours.content)


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS.keys())
def test_our_text_says_everything_as_well(both: Both, token):
    theirs, ours = both.call("hf_whoami", {}, token)

    for word in words_of(theirs.content):
        assert word in ours.text, word


def test_both_say_that_nobody_is_there(both: Both):
    theirs, ours = both.call("hf_whoami", {})

    for content in (theirs.content, ours.content):
        assert content.pop("guidance")
    assert ours.content == theirs.content
    # Where to sign in is at our own settings page, not at the Hub's.
    assert "/settings/" in ours.text


@pytest.mark.parametrize("token", ["hf_expired", "hf_nonsense"])
def test_both_refuse_a_credential_that_the_hub_refuses(both: Both, token):
    for server in (both.reference, both.ours):
        answer = server.post("tools/call", {"name": "hf_whoami", "arguments": {}}, token)

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def at_our_hub(content, hub: Running):
    """The reference links to huggingface.co, whichever Hub it asks."""
    text = json.dumps(content).replace("https://huggingface.co", hub.url)
    return with_times(json.loads(text))


def with_times(content):
    """The two write the same moment with and without milliseconds."""
    credential = dict(content["credential"])
    for name in ("created_at", "expires_at"):
        if name in credential:
            credential[name] = datetime.fromisoformat(credential[name])
    return {**content, "credential": credential}


def words_of(value):
    """Yield what the reference says, but for its URLs and what we say in other words."""
    match value:
        case dict():
            for key, item in value.items():
                if key not in ("url", "status", "created_at", "expires_at", "type"):
                    yield from words_of(item)
        case list():
            for item in value:
                yield from words_of(item)
        case str():
            yield value
