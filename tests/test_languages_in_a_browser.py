"""The choice of a language at the foot of a page, in a real browser."""

import pytest

WIDTH = 320


@pytest.fixture
async def narrow_page(browser):
    context = await browser.new_context(
        java_script_enabled=False, locale="fr-FR", viewport={"width": WIDTH, "height": 740}
    )
    return await context.new_page()


async def test_a_language_is_chosen_by_keyboard_and_without_javascript(narrow_page, product):
    page = narrow_page
    await page.goto(f"{product.url}/sign-in/?next=/files/")
    await page.get_by_role("heading", name="Se connecter").wait_for()

    await (
        page.get_by_role("form", name="Langue").get_by_role("button", name="한국어").press("Enter")
    )

    await page.get_by_role("heading", name="로그인").wait_for()
    assert page.url == f"{product.url}/sign-in/?next=/files/"


@pytest.mark.parametrize("language", ["en", "fr", "ko", "zh-Hans"])
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/there/is/none"])
async def test_no_language_is_wider_than_a_small_phone(browser, product, language, path):
    context = await browser.new_context(locale=language, viewport={"width": WIDTH, "height": 740})
    page = await context.new_page()
    await page.goto(f"{product.url}{path}")

    assert await page.evaluate("document.documentElement.lang") == language.lower()
    assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
