"""No form of another site does anything here."""

import pytest
from django.test import Client

from tests.routes import all_routes, path_of

WITHOUT_COOKIES = (
    *("mcp", "mcp/", "u/<str:username>/mcp", "u/<str:username>/mcp/"),
    *("u/<str:username>/<slug:profile>/mcp", "u/<str:username>/<slug:profile>/mcp/"),
    *("u/<str:username>/<slug:profile>/sse", "u/<str:username>/<slug:profile>/sse/"),
    "u/<str:username>/<slug:profile>/sse/messages",
    *("sse", "sse/", "u/<str:username>/sse", "u/<str:username>/sse/"),
    *("sse/messages", "u/<str:username>/sse/messages"),
    *("oauth/token", "oauth/register", "oauth/revoke"),
    "webhooks/hugging-face/<slug:address>/",
)
"""They look at no cookie, so a browser can be made to do nothing there that anybody could not."""

NOWHERE = ("u/<str:username>", "u/<str:username>/<path:rest>")
"""Near addresses, where nothing can be done."""

ROUTES = [route for route in all_routes() if route not in WITHOUT_COOKIES + NOWHERE]


@pytest.fixture
def browser(alice) -> Client:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost:8000"})
    strict.force_login(alice)
    return strict


@pytest.mark.parametrize("route", ROUTES)
def test_a_form_of_another_site_is_refused(browser, route):
    path = path_of(route, lambda converter, name: "1")

    assert browser.post(path).status_code == 403


@pytest.mark.parametrize("route", WITHOUT_COOKIES)
def test_where_forms_are_not_checked_a_session_is_nobody(browser, alice, route):
    path = path_of(route, lambda converter, name: alice.username)
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "hf_whoami"}}

    answer = browser.post(path, call, content_type="application/json")

    assert alice.username not in answer.text


@pytest.mark.parametrize("route", NOWHERE)
def test_near_addresses_do_nothing_for_anybody(browser, alice, route):
    path = path_of(route, lambda converter, name: alice.username)

    assert browser.post(path).status_code == 404
