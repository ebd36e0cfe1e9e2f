"""Every page, looked at by axe-core: on a phone and a desk, in the light and the dark."""

from collections.abc import Iterable

from playwright.async_api import Page, ViewportSize

from tests.looks import axe
from tests.looks.site import DASHBOARD, FORMS, SETTINGS, SIGNED_OUT, Site

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1280, height=900)


async def look(page: Page) -> set[str]:
    """Return what is wrong with the page that is open. In the dark only colours are different."""
    found: set[str] = set()
    await axe.prepare(page)
    for size, where in ((PHONE, "phone"), (DESK, "desk")):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme="light")
        found |= {f"{where}, light: {each}" for each in await axe.findings(page)}
        await page.emulate_media(color_scheme="dark")
        dark = await axe.findings(page, axe.COLOURS)
        found |= {f"{where}, dark: {each}" for each in dark}
    return found


async def look_at(page: Page, site: Site, paths: Iterable[str]) -> str:
    found = []
    for path in paths:
        await page.goto(site.url + path)
        found += [f"{path}: {each}" for each in sorted(await look(page))]
    return "\n".join(found)


async def test_pages_for_everybody_are_accessible(page: Page, site: Site):
    found = await look_at(page, site, SIGNED_OUT)

    assert not found, found


async def test_pages_of_a_person_are_accessible(inside: Page, site: Site):
    asked = site.consent.removeprefix(site.url)
    found = await look_at(inside, site, [*SETTINGS, asked, site.approval])

    assert not found, found


async def test_pages_of_an_admin_are_accessible(inside: Page, site: Site):
    found = await look_at(inside, site, DASHBOARD)

    assert not found, found


SEND = """(form, typed) => {
    const fields = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";
    for (const field of form.querySelectorAll(fields)) field.value = typed;
    form.submit();  // past htmx and what the browser requires: the whole page comes anew
}"""


async def refusal_of(page: Page, url: str, form: str, typed: str) -> set[str]:
    await page.goto(url)
    async with page.expect_navigation():
        await page.locator(form).first.evaluate(SEND, typed)
    said = page.locator('main [role="alert"], main .errorlist, main [aria-invalid="true"]')
    return await look(page) if await said.count() else {"nothing was said"}


async def test_forms_that_are_refused_are_accessible(inside: Page, site: Site, browser):
    signed_out = await browser.new_page()

    found = []
    for path, form, typed in FORMS:
        page = signed_out if path == "/sign-in/" else inside
        wrong = await refusal_of(page, site.url + path, form, typed)
        found += [f"{path}: {each}" for each in sorted(wrong)]

    assert not found, "\n".join(found)
