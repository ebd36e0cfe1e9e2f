"""The page that a browser sees at the endpoint. See test_http.py for what clients get there."""

from django.test import RequestFactory

from accounts.catalogue import catalogue
from mcpendpoint.pages.welcome import welcome


async def page_at(url):
    return await welcome(RequestFactory().get("/mcp"), url)


async def test_snippets_are_for_the_host_that_was_asked():
    page = (await page_at("https://mcp.example.org/mcp")).content.decode()

    assert "claude mcp add --transport http huggingface https://mcp.example.org/mcp" in page
    assert "huggingface.co/mcp" not in page


async def test_tools_that_everybody_may_use_are_named():
    page = (await page_at("https://mcp.example.org/mcp")).content.decode()

    for tool in catalogue.tools:
        is_for_everybody = tool.is_always_on or (tool.is_default and not tool.needs_sign_in)
        assert (f"<code>{tool.name}</code>" in page) is is_for_everybody


async def test_tool_that_is_switched_off_is_not_named(settings):
    settings.DISABLE_TOOLS = ["hub_repo_search"]

    page = (await page_at("https://mcp.example.org/mcp")).content.decode()

    assert "hub_repo_search" not in page


async def test_default_spaces_are_named(settings):
    settings.DEFAULT_SPACES = ["acme/image-maker"]

    assert "acme/image-maker" in (await page_at("https://mcp.example.org/mcp")).content.decode()


async def test_personal_address_asks_for_a_browser_and_no_key():
    page = (await page_at("https://mcp.example.org/u/alice/mcp")).content.decode()

    assert "clients that its owner lets in" in page
    assert "Authorization" not in page


async def test_address_is_escaped():
    page = (await page_at('https://mcp.example.org/u/"><script>alert(1)</script>/mcp')).content

    assert b"<script>alert" not in page


async def test_page_runs_no_scripts_of_others_and_is_in_no_frame():
    response = await page_at("https://mcp.example.org/mcp")

    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
