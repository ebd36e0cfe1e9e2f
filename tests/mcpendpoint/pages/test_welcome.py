"""The page that a browser sees at the endpoint."""

import httpx
import pytest

from accounts.catalogue import catalogue

pytestmark = pytest.mark.django_db

PAGE = {"accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def alice(django_user_model):
    return django_user_model.objects.create(username="Alice", hf_id="a" * 24)


@pytest.fixture
def alice_client(client, alice):
    client.force_login(alice)
    return client


def page_at(client, path, **headers):
    return client.get(path, headers={**PAGE, "host": "localhost:8000", **headers})


def test_address_is_of_the_host_that_was_asked_and_leads_to_the_guides(client):
    page = page_at(client, "/mcp").text

    assert "http://localhost:8000/mcp" in page
    assert "huggingface.co/mcp" not in page
    assert 'href="/connect/claude-code/"' in page


def test_tools_that_everybody_may_use_are_named(client):
    page = page_at(client, "/mcp").text

    for tool in catalogue.tools:
        is_for_everybody = tool.is_always_on or (tool.is_default and not tool.needs_sign_in)
        assert (f"<code>{tool.name}</code>" in page) is is_for_everybody


def test_tool_that_is_switched_off_is_not_named(client, settings):
    settings.DISABLE_TOOLS = ["hub_repo_search"]

    assert "hub_repo_search" not in page_at(client, "/mcp").text


def test_default_spaces_are_named(client, settings):
    settings.DEFAULT_SPACES = ["acme/image-maker"]

    assert "acme/image-maker" in page_at(client, "/mcp").text


def test_personal_address_asks_for_a_browser_and_no_key(client):
    page = page_at(client, "/u/alice/mcp").text

    assert "http://localhost:8000/u/alice/mcp" in page
    assert "clients that alice authorizes" in page
    assert "Authorization" not in page


@pytest.mark.parametrize("path", ["/mcp", "/u/Alice/mcp"])
def test_somebody_signed_in_gets_their_own_address_and_menu(alice_client, path):
    page = page_at(alice_client, path).text

    assert "http://localhost:8000/u/Alice/mcp" in page
    assert "Sign out" in page
    assert "Sign in" not in page
    assert "is theirs alone" not in page


def test_address_of_somebody_else_leads_to_ones_own(alice_client):
    page = page_at(alice_client, "/u/bob/mcp").text

    assert "The address of bob is theirs alone. This is yours." in page
    assert "http://localhost:8000/u/Alice/mcp" in page
    assert "http://localhost:8000/u/bob/mcp" not in page


def test_address_is_escaped(client):
    assert "<script>alert" not in page_at(client, '/u/"><script>alert(1)</script>/mcp').text


def test_page_is_kept_by_nobody_runs_no_scripts_of_others_and_is_in_no_frame(client):
    response = page_at(client, "/mcp")

    assert "no-store" in response["Cache-Control"]
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_icon_is_where_browsers_and_assistants_look_for_it(product):
    answer = httpx.get(f"{product.url}/favicon.ico")

    assert answer.status_code == 200
    assert answer.headers["content-type"] in {"image/x-icon", "image/vnd.microsoft.icon"}
    assert answer.content.startswith(b"\0\0\1\0")
