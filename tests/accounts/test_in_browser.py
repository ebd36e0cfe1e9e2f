"""The pages in a real browser: with JavaScript, without, and under their own security policy."""

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.live.people import Person
from tests.live.product import Product

PHONE = ViewportSize(width=390, height=740)
PAGES = tuple(
    f"/settings/{name}/"
    for name in ("tools", "spaces", "apps", "approvals", "permissions", "webhook", "account")
)
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


async def sign_in(page: Page, product: Product, person: Person, onward: str = "/settings/") -> None:
    await page.goto(f"{product.url}/sign-in/?next={onward}")
    await page.get_by_label("Hugging Face access token").fill(person.token)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{product.url}{onward}")
    await page.wait_for_load_state()  # or a form is sent before htmx is there to send it


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console says that it should not, such as breaches of the policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: message.type == "error" and heard.append(message.text))
    return heard


@pytest.fixture
async def signed_in(page: Page, complaints, product: Product, new_user) -> Page:
    await sign_in(page, product, new_user())
    return page


@pytest.fixture
async def tools(page: Page, complaints, product: Product, new_user) -> Page:
    await sign_in(page, product, new_user(), "/settings/tools/")
    return page


@pytest.fixture
async def spaces(page: Page, complaints, product: Product, new_user) -> Page:
    await sign_in(page, product, new_user(), "/settings/spaces/")
    return page


@pytest.fixture
async def keys(page: Page, complaints, product: Product, new_user) -> Page:
    await sign_in(page, product, new_user(), "/settings/apps/")
    return page


async def test_tools_are_found_as_somebody_types_and_none_loses_its_tick(tools: Page, complaints):
    field, jobs = tools.get_by_label("Find a tool"), tools.locator("#tool-hf_jobs")
    search = tools.locator("#tool-hub_repo_search")
    await expect(search).to_be_checked()

    await field.fill("jobs")
    await field.press("Enter")

    await expect(jobs).to_be_visible()
    await expect(search).to_be_hidden()
    await expect(tools.locator("#tools-found")).to_contain_text(" of ")
    await jobs.check()
    await expect(tools.locator("#toasts")).to_contain_text("is on.")
    await expect(field).to_have_value("jobs")
    await expect(search).to_be_hidden()
    await field.fill("no such tool")
    await tools.get_by_role("link", name="Show all tools").press("Enter")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")
    await expect(search).to_be_visible()
    await expect(search).to_be_checked()
    await expect(jobs).to_be_checked()
    assert complaints == []


async def test_a_space_is_found_added_and_removed_in_place(spaces: Page, complaints):
    selected = spaces.locator("#selected-spaces")

    await spaces.get_by_label("What should it do").fill("acme/asleep")
    await spaces.get_by_role("button", name="Add acme/asleep").click()

    await expect(selected).to_contain_text("gr1_")
    await expect(selected.locator(".space-status")).to_contain_text("Sleeping")

    await selected.get_by_role("button", name="Remove").click()

    await expect(selected).to_contain_text("You have not selected any Space")
    assert complaints == []


async def test_a_new_key_can_be_copied(keys: Page, complaints):
    await keys.context.grant_permissions(["clipboard-read", "clipboard-write"])

    await keys.get_by_label("Name of a new key").fill("Laptop")
    await keys.get_by_role("button", name="Create key").click()
    await keys.get_by_role("button", name="Copy the new access key").click()

    await expect(keys.get_by_role("button", name="Copied")).to_be_visible()
    copied = await keys.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("hfmcp_")
    assert copied == await keys.locator("#new-key").inner_text()
    await expect(keys.get_by_role("button", name="Copy the new access key")).to_be_visible()
    assert complaints == []


async def test_focus_stays_in_the_section_when_what_had_it_goes_away(keys: Page):
    heading = keys.get_by_role("heading", name="Access keys")
    await keys.get_by_label("Name of a new key").fill("Laptop")
    await keys.get_by_role("button", name="Create key").press("Enter")
    await expect(keys.locator("#new-key")).to_be_visible()
    await expect(heading).to_be_focused()

    await keys.get_by_label("Revoke Laptop").press("Enter")
    await keys.get_by_role("button", name="Revoke key").press("Enter")

    await expect(keys.locator("#keys")).to_contain_text("You have no access keys yet.")
    await expect(heading).to_be_focused()


async def test_focus_goes_on_among_keys_that_are_changed_and_revoked(keys: Page):
    for name in ("Laptop", "Phone"):
        await keys.get_by_label("Name of a new key").fill(name)
        await keys.get_by_role("button", name="Create key").press("Enter")
        await expect(keys.get_by_label(f"Revoke {name}")).to_be_visible()

    await keys.get_by_label("Change what Laptop may do").press("Enter")
    await keys.get_by_role("button", name="Save").locator("visible=true").press("Enter")
    await expect(keys.locator("#toasts")).to_have_text("What the key may do is changed.")
    await expect(keys.get_by_label("Change what Laptop may do")).to_be_focused()

    await keys.get_by_label("Revoke Laptop").press("Enter")
    await keys.get_by_role("button", name="Revoke key").locator("visible=true").press("Enter")

    await expect(keys.get_by_label("Revoke Laptop")).to_have_count(0)
    await expect(keys.get_by_label("Revoke Phone")).to_be_focused()


async def test_focus_stays_with_the_spaces_when_one_is_removed(spaces: Page):
    await spaces.get_by_label("What should it do").fill("acme/asleep")
    await spaces.get_by_role("button", name="Add acme/asleep").click()

    await spaces.locator("#selected-spaces").get_by_role("button", name="Remove").press("Enter")

    await expect(spaces.get_by_role("heading", name="Spaces", exact=True)).to_be_focused()


async def test_what_is_ticked_and_not_saved_is_not_lost_without_a_word(tools: Page):
    await tools.locator("summary", has_text="Presets").click()
    await tools.locator("#preset-jobs").click()
    await expect(tools.locator(".unsaved")).to_contain_text("“Jobs” is not saved yet")
    await tools.locator("#tool-hf_jobs").uncheck()
    asked = []
    tools.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss())[1])

    await tools.locator("#preset-docs").click()
    await expect(tools.locator("#tool-hf_jobs")).not_to_be_checked()
    await tools.close(run_before_unload=True)

    assert asked[0] == "confirm"


async def test_who_taps_on_a_phone_stays_where_they_tapped(tools: Page):
    await tools.set_viewport_size(PHONE)
    preset, undo = tools.locator("#preset-jobs"), tools.locator("#undo-tools")

    await tools.locator("summary", has_text="Presets").click()
    await stays_in_place(preset, tools.get_by_text("is ticked below and not saved yet"))
    await expect(tools.get_by_text("“Jobs” is not saved yet")).to_be_in_viewport()
    await tools.get_by_role("button", name="Save changes").click()
    await expect(undo).to_be_enabled()
    await stays_in_place(undo, tools.get_by_text("Undone"))

    await expect(tools.get_by_role("heading", name="Tools", exact=True)).to_be_focused()


async def stays_in_place(button: Locator, outcome: Locator) -> None:
    await button.scroll_into_view_if_needed()
    before = await button.bounding_box()
    await button.click()
    await expect(outcome).to_be_attached()
    await button.page.evaluate(TWO_FRAMES)
    after = await button.bounding_box()
    assert before and after
    assert abs(before["y"] - after["y"]) < 2


async def test_what_is_not_saved_is_said_beside_a_button_in_sight(tools: Page):
    await tools.set_viewport_size(PHONE)
    await tools.goto(f"{tools.url}?preset=jobs")

    await tools.locator("#tool-hf_jobs").uncheck()

    await expect(tools.locator(".unsaved")).to_be_in_viewport(ratio=1)
    await expect(tools.get_by_role("button", name="Save changes")).to_be_in_viewport(ratio=1)


async def test_a_message_goes_when_something_else_is_done(tools: Page):
    await tools.locator("#tool-hub_repo_search").uncheck()
    await expect(tools.locator("#toasts")).to_contain_text("is off.")
    await tools.route("**/settings/tools/tick/", lambda route: None)  # no answer, so no message

    await tools.locator("#tool-hub_repo_search").check()

    await expect(tools.locator("#toasts")).to_be_empty()


async def test_clients_are_listed_with_a_new_key(keys: Page):
    lists = keys.locator("summary", has_text="Claude Code")
    await expect(lists).to_have_count(0)
    await keys.get_by_label("Name of a new key").fill("Laptop")
    await keys.get_by_role("button", name="Create key").click()
    await expect(keys.locator("#new-key")).to_be_visible()

    await expect(lists).to_have_count(1)
    await expect(keys.locator("#keys").filter(has=lists)).to_contain_text("Bearer hfmcp_")

    await keys.get_by_label("Revoke Laptop").click()
    await keys.get_by_role("button", name="Revoke key").click()
    await expect(lists).to_have_count(0)


async def test_results_go_when_the_search_for_spaces_is_emptied(spaces: Page):
    await spaces.get_by_label("What should it do").fill("acme/asleep")
    await expect(spaces.locator("#space-results")).to_contain_text("acme/asleep")

    await spaces.get_by_label("What should it do").fill("")

    await expect(spaces.locator("#space-results")).not_to_contain_text("acme/asleep")


async def test_a_failure_does_not_go_unnoticed(tools: Page):
    await tools.route("**/settings/tools/undo/", lambda route: route.fulfill(status=500))
    await tools.locator("#tool-hub_repo_search").uncheck()

    await tools.locator("#toasts").get_by_role("button", name="Undo").click()

    await expect(tools.locator("#toasts")).to_contain_text("That did not work.")


async def test_whose_session_is_over_is_led_to_sign_in(tools: Page, product: Product):
    asked = []
    tools.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept())[1])
    await tools.context.clear_cookies(name="sessionid")

    await tools.locator("#tool-hub_repo_search").press("Space")

    await expect(tools).to_have_url(f"{product.url}/sign-in/?next=/settings/")
    assert asked == []  # whether to leave what is being saved


async def test_everything_works_without_javascript(browser: Browser, product: Product, new_user):
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    message = page.locator(".message[role=status]")
    await sign_in(page, product, new_user(), "/settings/tools/")

    await page.locator("#tool-hub_repo_search").uncheck()
    await page.get_by_role("button", name="Save changes").click()
    await expect(message).to_contain_text("Your tools are saved.")
    await expect(message).to_be_in_viewport()
    await expect(page.get_by_role("heading", name="Tools")).to_be_in_viewport()
    await expect(page.locator("#tool-hub_repo_search")).not_to_be_checked()

    await page.goto(f"{product.url}/settings/spaces/")
    await page.get_by_label("What should it do").fill("acme/asleep")
    await page.get_by_role("button", name="Search", exact=True).click()
    await page.get_by_role("button", name="Add acme/asleep").click()
    await expect(message).to_contain_text("acme/asleep was added.")
    await page.get_by_role("link", name="State and tools").click()
    await expect(page.locator("main")).to_contain_text("Sleeping")

    await page.goto(f"{product.url}/settings/apps/")
    await page.get_by_label("Name of a new key").fill("Laptop")
    await page.get_by_role("button", name="Create key").click()
    await expect(page.locator("#new-key")).to_contain_text("hfmcp_")
    await page.get_by_text("Revoke", exact=True).click()
    await page.get_by_role("button", name="Revoke key").click()
    await expect(message).to_contain_text("The key is revoked.")

    await page.goto(f"{product.url}/settings/account/")
    await page.get_by_role("link", name="Remove account").click()
    await page.get_by_role("button", name="Remove my account").click()
    await expect(message).to_contain_text("deleted")


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/settings/", *PAGES, "/settings/account/remove/", "/mcp", "/"]
)
async def test_pages_fit_a_narrow_phone(page: Page, product: Product, new_user, path: str):
    await page.set_viewport_size({"width": 360, "height": 740})
    if path != "/sign-in/":
        await sign_in(page, product, Person("somebody-with-a-long-name-" + new_user().name))

    await page.goto(product.url + path)

    excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(excess) == 0
