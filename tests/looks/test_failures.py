"""What people are told when something that was sent from a page does not work."""

from playwright.async_api import Page, expect

from tests.looks.site import Site

SAVED = "What you are asked about is saved."


async def open_choices(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/settings/approvals/")
    await page.wait_for_load_state()


async def test_a_lost_connection_is_said_and_what_was_chosen_can_be_saved_after_it(
    inside: Page, site: Site
):
    await open_choices(inside, site)
    never, toasts = inside.locator("#approve_delete-never"), inside.locator("#toasts")
    save = inside.get_by_role("button", name="Save changes")
    await inside.context.set_offline(True)
    await never.check()
    await save.press("Enter")

    await expect(toasts).to_contain_text("cannot be reached")
    await expect(toasts).to_contain_text("try again")
    await expect(never).to_be_checked()
    await expect(inside.locator(".unsaved.is-due").first).to_be_visible()

    await inside.context.set_offline(False)
    await save.press("Enter")
    await expect(toasts).to_contain_text(SAVED)
    await inside.reload()
    await expect(never).to_be_checked()
    await inside.locator("#approve_delete-ask").check()
    await save.press("Enter")
    await expect(toasts).to_contain_text(SAVED)


async def test_a_search_without_a_connection_does_not_speak_of_saving(inside: Page, site: Site):
    await inside.goto(f"{site.url}/settings/spaces/")
    await inside.wait_for_load_state()
    await inside.context.set_offline(True)

    await inside.get_by_label("What should it do").fill("acme")

    await expect(inside.locator("#toasts")).to_contain_text("cannot be reached")
    await expect(inside.locator("#toasts")).not_to_contain_text("saved")


async def test_a_failure_is_said_with_the_id_that_the_log_has(inside: Page, site: Site):
    await open_choices(inside, site)
    await inside.route(
        "**/settings/approvals/",
        lambda route: route.fulfill(status=500, headers={"X-Request-Id": "abc123"}),
    )

    await inside.get_by_role("button", name="Save changes").press("Enter")

    await expect(inside.locator("#toasts")).to_contain_text("request id abc123")
