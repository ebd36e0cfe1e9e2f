"""A tick of the Tools page in a real browser: it is saved at once, or goes back and says why."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.live.people import Person
from tests.live.product import Product

SEARCH, FILES, JOBS = "#tool-hub_repo_search", "#tool-hf_fs", "#tool-hf_jobs"
PAGE = "/settings/tools/"


async def sign_in(page: Page, product: Product, person: Person) -> None:
    await page.goto(f"{product.url}/sign-in/?next={PAGE}")
    await page.get_by_label("Hugging Face access token").fill(person.token)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{product.url}{PAGE}")
    await page.wait_for_load_state()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: message.type == "error" and heard.append(message.text))
    return heard


@pytest.fixture
async def tools(page: Page, complaints, product: Product, new_user) -> Page:
    await sign_in(page, product, new_user())
    return page


async def is_saved(page: Page) -> None:
    await expect(page.locator(".unsaved")).to_have_text("A tick counts at once.")
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


async def test_a_tick_is_saved_at_once_by_keyboard_and_keeps_the_focus(tools: Page, complaints):
    await tools.evaluate("window.isSamePage = true")
    tool, toasts = tools.locator(SEARCH), tools.locator("#toasts")
    await expect(tools.get_by_role("button", name="Save changes")).to_be_hidden()

    await tool.press("Space")

    await expect(toasts).to_contain_text("is off.")
    await expect(tool).to_be_focused()
    await expect(tools.get_by_text("3 of 5 on")).to_be_visible()
    await expect(tools.locator("#tools-on")).to_contain_text(" tools are on.")
    await expect(tools.get_by_text("told of 3 tools")).to_be_visible()
    await is_saved(tools)
    assert await tools.evaluate("window.isSamePage") is True
    await tools.reload()
    await expect(tool).not_to_be_checked()
    assert complaints == []


async def test_what_a_tool_lacks_is_said_as_soon_as_it_is_on(tools: Page):
    row = tools.locator("li", has=tools.locator(SEARCH))
    await expect(row).to_contain_text("Ready")

    await tools.locator(SEARCH).uncheck()

    await expect(row).not_to_contain_text("Ready")


async def test_a_tick_is_undone_from_its_message_by_keyboard(tools: Page, complaints):
    tool, toasts = tools.locator(SEARCH), tools.locator("#toasts")
    await tool.uncheck()
    undo = toasts.get_by_role("button", name="Undo")
    await expect(undo).to_be_visible()
    await tools.get_by_label("Find a tool").fill("repo")
    await expect(undo).to_be_visible()  # to look for something is nothing else that is done
    await is_saved(tools)
    await expect(tools.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)

    await undo.press("Enter")

    await expect(toasts).to_have_text("Undone: your tools are as they were before.")
    await expect(tool).to_be_checked()
    await expect(tool).to_be_focused()
    assert complaints == []


async def test_ticks_that_come_fast_are_all_saved_in_their_order(tools: Page, complaints):
    await tools.evaluate(
        """ids => ids.forEach(id => document.querySelector(id).click())""",
        [SEARCH, FILES, SEARCH, JOBS, SEARCH],
    )

    await is_saved(tools)
    await tools.reload()
    await expect(tools.locator(SEARCH)).not_to_be_checked()
    await expect(tools.locator(FILES)).not_to_be_checked()
    await expect(tools.locator(JOBS)).to_be_checked()
    assert complaints == []


async def test_a_double_click_ends_where_it_began(tools: Page, complaints):
    await tools.locator(SEARCH).dblclick()

    await is_saved(tools)
    await expect(tools.locator(SEARCH)).to_be_checked()
    await tools.reload()
    await expect(tools.locator(SEARCH)).to_be_checked()
    assert complaints == []


async def test_a_second_click_on_undo_undoes_nothing_else(tools: Page, complaints):
    await tools.locator(FILES).uncheck()
    await is_saved(tools)
    await tools.locator(SEARCH).uncheck()
    await expect(tools.locator("#toasts")).to_contain_text("is off.")
    await is_saved(tools)

    await tools.locator("#toasts").get_by_role("button", name="Undo").dblclick()

    await expect(tools.locator(SEARCH)).to_be_checked()
    await tools.reload()
    await expect(tools.locator(SEARCH)).to_be_checked()
    await expect(tools.locator(FILES)).not_to_be_checked()


async def test_a_tick_that_the_server_does_not_get_goes_back_and_says_so(tools: Page):
    await tools.context.set_offline(True)
    await tools.locator(SEARCH).press("Space")

    await expect(tools.locator("#toasts")).to_contain_text("cannot be reached, so this may not")
    await expect(tools.locator(SEARCH)).to_be_checked()
    await expect(tools.locator(SEARCH)).to_be_focused()

    await tools.context.set_offline(False)
    await tools.locator(SEARCH).press("Space")
    await expect(tools.locator("#toasts")).to_contain_text("is off.")
    await is_saved(tools)


async def test_a_tick_that_fails_goes_back_and_says_so(tools: Page):
    await tools.route("**/settings/tools/tick/", lambda route: route.fulfill(status=500))

    await tools.locator(SEARCH).press("Space")

    await expect(tools.locator("#toasts")).to_contain_text("That did not work.")
    await expect(tools.locator(SEARCH)).to_be_checked()
    await is_saved(tools)


async def test_a_row_is_busy_until_its_tick_is_saved(tools: Page):
    may_go_on = asyncio.Event()

    async def wait(route):
        await may_go_on.wait()
        await route.continue_()

    await tools.route("**/settings/tools/tick/", wait)
    await tools.locator(SEARCH).press("Space")

    await expect(tools.locator("li[aria-busy=true]")).to_have_count(1)
    await expect(tools.locator(".unsaved")).to_have_text("Saving…")
    may_go_on.set()
    await is_saved(tools)


async def test_two_tabs_do_not_overwrite_each_other(tools: Page, product: Product):
    other = await tools.context.new_page()
    await other.goto(f"{product.url}{PAGE}")
    await other.wait_for_load_state()
    await tools.locator(SEARCH).uncheck()
    await expect(tools.locator("#toasts")).to_contain_text("is off.")

    await other.locator(FILES).press("Space")

    problem = other.get_by_role("alert")
    await expect(problem).to_contain_text("changed in another tab or browser")
    await expect(problem).to_contain_text("switched off")
    await expect(problem).to_be_focused()
    await expect(other.locator(SEARCH)).not_to_be_checked()
    await expect(other.locator(FILES)).to_be_checked()
    await other.locator(FILES).press("Space")
    await expect(other.locator("#toasts")).to_contain_text("is off.")
    await expect(problem).to_have_count(0)
    await expect(other.locator(FILES)).to_be_focused()


async def test_the_back_button_shows_what_is_saved(tools: Page, product: Product):
    await tools.locator(SEARCH).uncheck()
    await is_saved(tools)
    await tools.goto(f"{product.url}/settings/")

    await tools.go_back()

    await expect(tools.locator(SEARCH)).not_to_be_checked()
    await tools.locator(SEARCH).check()
    await expect(tools.locator("#toasts")).to_contain_text("is on.")


async def test_a_preset_is_saved_by_its_button_and_not_by_ticks(tools: Page, product: Product):
    await tools.goto(f"{product.url}{PAGE}?preset=jobs")
    save = tools.get_by_role("button", name="Save changes")

    await tools.locator(JOBS).uncheck()
    await expect(tools.locator(".unsaved")).to_contain_text("“Jobs” is not saved yet")
    await save.click()

    await expect(tools.locator("#toasts")).to_contain_text("Your tools are saved.")
    await expect(save).to_be_hidden()
    await expect(tools.locator(JOBS)).not_to_be_checked()
    await tools.locator(FILES).check()
    await expect(tools.locator("#toasts")).to_contain_text("is on.")


async def test_a_preset_is_added_to_what_somebody_has(tools: Page, complaints):
    await tools.locator("summary", has_text="Presets").click()
    await tools.locator("#preset-jobs").click()
    await tools.get_by_role("button", name="Keep yours too").press("Enter")
    await expect(tools.get_by_text("is added to your tools below")).to_be_visible()
    await expect(tools.locator(SEARCH)).to_be_checked()

    await tools.get_by_role("button", name="Save changes").click()

    await expect(tools.locator("#toasts")).to_contain_text("Your tools are saved.")
    await tools.reload()
    await expect(tools.locator(SEARCH)).to_be_checked()
    await expect(tools.locator(JOBS)).to_be_checked()
    assert complaints == []


async def test_a_preset_is_discarded_without_a_question(tools: Page, product: Product):
    asked = []
    tools.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept())[1])
    await tools.locator("summary", has_text="Presets").click()
    await tools.locator("#preset-jobs").click()

    await tools.get_by_role("link", name="Discard").click()

    await expect(tools.get_by_text("not saved yet")).to_have_count(0)
    await expect(tools.locator(SEARCH)).to_be_checked()
    assert asked == []


async def test_what_an_hour_costs_is_told_once_its_row_is_seen(tools: Page, complaints):
    row = tools.locator("li", has=tools.locator(JOBS))
    await tools.locator("summary", has_text="Run commands").click()
    await row.scroll_into_view_if_needed()

    await expect(row).to_contain_text("an hour (")
    await tools.locator(JOBS).check()
    await expect(tools.locator("#toasts")).to_contain_text("is on.")
    await expect(row).to_contain_text("an hour (")
    assert complaints == []


async def test_without_javascript_ticks_are_saved_by_a_button(
    browser: Browser, product: Product, new_user
):
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, product, new_user())

    await page.locator(SEARCH).uncheck()
    await expect(page.get_by_text("Ticks count once you save them.")).to_be_visible()
    await page.get_by_role("button", name="Save changes").click()

    await expect(page.locator(".message[role=status]")).to_contain_text("Your tools are saved.")
    await expect(page.locator(SEARCH)).not_to_be_checked()
    await page.get_by_role("button", name="Undo the last change").click()
    await expect(page.locator(SEARCH)).to_be_checked()
