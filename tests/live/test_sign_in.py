"""A person in a real browser signs in with Hugging Face."""

from playwright.async_api import Page, expect

from tests.live.people import Person
from tests.live.product import Product


async def sign_in_with_hugging_face(page: Page, product: Product, name: str, decision: str) -> None:
    await page.goto(f"{product.url}/sign-in/")
    await page.get_by_role("button", name="Sign in with Hugging Face").click()
    await page.get_by_label("User name").fill(name)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("button", name=decision).click()


async def test_whoever_authorizes_is_signed_in(page: Page, oauth_product: Product, new_user):
    person: Person = new_user()

    await sign_in_with_hugging_face(page, oauth_product, person.name, "Authorize")

    await expect(page).to_have_url(f"{oauth_product.url}/")
    await expect(page.locator("body")).to_contain_text(person.name)


async def test_whoever_refuses_is_told_so(page: Page, oauth_product: Product, new_user):
    await sign_in_with_hugging_face(page, oauth_product, new_user().name, "Cancel")

    await expect(page).to_have_url(f"{oauth_product.url}/sign-in/")
    await expect(page.get_by_role("alert").or_(page.get_by_role("status"))).to_be_visible()


async def test_the_token_is_nowhere_in_the_log(page: Page, oauth_product: Product, new_user):
    person: Person = new_user()

    await sign_in_with_hugging_face(page, oauth_product, person.name, "Authorize")
    await expect(page).to_have_url(f"{oauth_product.url}/")

    assert "hf_oauth_" not in oauth_product.log()
