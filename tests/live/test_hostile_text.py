"""Text that PostgreSQL cannot store, wherever one can put text: nothing fails, nothing is lost."""

import time
from types import SimpleNamespace
from urllib.parse import urlencode

import httpx
import pytest

from accounts.space_prefixes import url_space_prefix
from tests.live.people import post_form
from tests.mcpendpoint.wire import Wire, modern, modern_headers, request
from tests.routes import all_routes, path_of

NUL = "a\0b"
_NAMES = (
    "token next tools offered include_images preset name scopes days space_id q again decision "
    "range action outcome tool client user since until before response_type client_id redirect_uri "
    "scope state code_challenge code_challenge_method resource grant_type client_secret code "
    "code_verifier refresh_token token_type_hint error revoke_keys"
)
FIELDS = dict.fromkeys(_NAMES.split(), NUL)
BASIC = {"Authorization": "Basic YQBiOmEAYg=="}
"""Both the name and the secret of a client."""
PUBLIC_SPACE = "acme/image-maker"


@pytest.fixture
def base(workers):
    return workers[0]


@pytest.mark.parametrize("route", all_routes())
def test_no_page_fails(base, route, sign_in, new_user):
    browser = sign_in(SimpleNamespace(url=base), new_user().token)
    path = path_of(route, lambda converter, name: "1" if converter == "int" else "a%00b")
    page = f"{path}?{urlencode(FIELDS)}"
    code, refresh = {"grant_type": "authorization_code"}, {"grant_type": "refresh_token"}

    answers = [
        browser.get(page, follow_redirects=False),
        post_form(browser, page, FIELDS),
        post_form(browser, path, FIELDS | code),
        post_form(browser, path, FIELDS | refresh),
        httpx.post(f"{base}{path}", json=FIELDS),
        httpx.post(f"{base}{path}", data=code, headers=BASIC),
    ]

    assert not [answer for answer in answers if answer.status_code >= 500]


CALLS = [
    ("tools/call", {"name": NUL}),
    ("tools/call", {"name": url_space_prefix(PUBLIC_SPACE) + NUL}),
    ("tools/call", {"name": "hub_repo_search", "arguments": {"query": NUL, NUL: NUL}}),
    ("tools/call", {"name": "hub_repo_details", "arguments": {"repo_ids": [NUL]}}),
    ("resources/read", {"uri": f"hf://models/{NUL}/{NUL}"}),
    ("prompts/get", {"name": NUL, "arguments": {NUL: NUL}}),
    (NUL, {}),
    ("initialize", {"clientInfo": {"name": NUL, "version": NUL}, "protocolVersion": NUL}),
]


def test_what_nobody_sends_keeps_no_call_out_of_the_log(base, new_user, sign_in):
    person = new_user()
    browser = sign_in(SimpleNamespace(url=base), person.token)
    nobody = Wire(f"{base}/mcp?gradio={PUBLIC_SPACE}")

    for method, params in CALLS:
        assert nobody.legacy(method, params).status_code < 500
        body = modern(method, params)
        assert nobody.post(body, modern_headers(request("ping"))).status_code < 500
    Wire(f"{base}/mcp", person.token).call("hf_whoami")

    deadline = time.monotonic() + 10
    while "hf_whoami" not in browser.get("/settings/activity/export.csv").text:
        assert time.monotonic() < deadline
