"""The page that builds a URL is held to what the endpoint makes of that URL."""

import re
from html import unescape

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PAGE = "/connect/url/"


@pytest.fixture
def browser(settings) -> Client:
    settings.DEFAULT_SPACES = []
    return Client(headers={"host": "localhost:8000"})


def built(page: str) -> str:
    return unescape(re.search(r'id="built-url">([^<]+)<', page)[1])


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"bouquet": "search"},
        {"mix": ["docs", "jobs"]},
        {"bouquet": "search", "mix": ["docs"], "no_image_content": "on"},
        {"gradio": "none"},
    ],
)
def test_what_is_shown_is_what_the_url_serves(browser, asked):
    page = browser.get(PAGE, asked).content.decode()
    url = built(page)

    listed = browser.post(
        url.partition("8000")[2],
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        content_type="application/json",
        headers={"Accept": "application/json, text/event-stream"},
    )

    names = [tool["name"] for tool in listed.json()["result"]["tools"]]
    assert re.findall(r"<li><code>([^<]+)</code>", page) == names


def test_spaces_are_named_readably_and_with_their_prefix(browser):
    page = browser.get(PAGE, {"gradio": "acme/one, acme/two:draw"}).content.decode()

    assert built(page).endswith("/mcp?gradio=acme/one,acme/two:draw")
    assert re.search(r"acme/one</a>: <code>grx[0-9a-f]{4}_", page)


@pytest.mark.parametrize("asked", [{"bouquet": "nothing"}, {"gradio": "<b>"}, {"mix": "x" * 500}])
def test_what_there_is_not_is_said(browser, asked):
    answer = browser.get(PAGE, asked)

    assert answer.status_code == 422
    assert b"built-url" not in answer.content
    assert b"<b>" not in answer.content
