"""Tools are tried in a real browser: with the script of the page, and without."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.live.people import Person, post_form
from tests.live.product import Product

PHONE = {"width": 390, "height": 740}
EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console says that it should not, such as breaches of the policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: message.type == "error" and heard.append(message.text))
    return heard


@pytest.fixture
def somebody(product: Product, space, sign_in, new_user) -> Person:
    """Who has the Space of all, and is asked before its calls."""
    person = new_user()
    client = sign_in(product, person.token)
    for path in ("add", "mark"):
        form = {"space_id": "acme/image-maker", "asks_first": ""}
        assert post_form(client, f"/settings/spaces/{path}/", form).status_code == 200
    return person


async def enter(page: Page, product: Product, person: Person, path: str) -> None:
    await page.goto(f"{product.url}/sign-in/?next={path}")
    await page.get_by_label("Hugging Face access token").fill(person.token)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{product.url}{path}")


async def test_a_space_is_run_by_keyboard_on_a_phone_and_its_picture_is_seen(
    page: Page, complaints, product: Product, somebody: Person
):
    await page.set_viewport_size(PHONE)
    await enter(page, product, somebody, "/tools/gr1_make_image/")
    await page.evaluate("window.isSamePage = true")

    await page.get_by_label("prompt").fill("a cat")
    await page.get_by_label("prompt").press("Control+Enter")

    picture = page.get_by_role("img", name="Picture 1 of the result")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    await expect(page.locator("#result")).to_be_focused()
    assert await page.evaluate("window.isSamePage") is True
    assert await page.evaluate(EXCESS) == 0
    assert complaints == []


async def test_a_call_tells_how_far_it_is_and_is_stopped(
    page: Page, complaints, product: Product, somebody: Person
):
    await enter(page, product, somebody, "/tools/gr1_slow_count/")

    await page.get_by_label("seconds").fill("60")
    await page.get_by_role("button", name="Run").press("Enter")
    stop = page.get_by_role("button", name="Stop")
    await page.keyboard.press("Tab")
    await expect(stop).to_be_focused()
    await expect(page.locator("#progress-message")).to_contain_text("Counting", timeout=30_000)
    await stop.press("Enter")

    await expect(page.locator("#result")).to_have_text("You stopped the call.")
    await expect(page.get_by_role("button", name="Run")).to_be_focused()
    assert complaints == []


async def test_what_is_wrong_is_beside_its_field_and_a_chosen_file_stays(
    page: Page, product: Product, somebody: Person
):
    await enter(page, product, somebody, "/tools/gr1_describe_file/")
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_role("alert")).to_contain_text("This is needed.")
    await expect(page.get_by_role("alert")).to_be_focused()

    file = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello there"}
    await page.get_by_label("file: or a file of yours").set_input_files(file)
    await page.get_by_role("button", name="Run").click()

    await expect(page.locator("#result")).to_contain_text("11 bytes")


async def test_a_large_file_is_uploaded_in_pieces_and_stays_in_the_form_as_its_handle(
    page: Page, complaints, product: Product, somebody: Person
):
    await enter(page, product, somebody, "/tools/gr1_describe_file/")

    file = {"name": "a.bin", "mimeType": "text/plain", "buffer": b"x" * 2_000_000}
    await page.get_by_label("file: or a file of yours").set_input_files(file)
    await page.get_by_role("button", name="Run").click()
    await expect(page.locator("#result")).to_contain_text("2000000 bytes")
    field = page.get_by_role("textbox", name="file required")
    await expect(field).to_have_value(re.compile("^file://.*/a.bin$"))
    await page.get_by_role("button", name="Run").click()

    await expect(page.locator("#result")).to_contain_text("2000000 bytes")
    await page.goto(f"{product.url}/files/")
    await expect(page.locator(".file")).to_have_count(1)
    assert complaints == []


async def test_a_file_that_is_larger_than_any_may_be_is_refused(
    page: Page, product: Product, somebody: Person
):
    await enter(page, product, somebody, "/tools/gr1_describe_file/")
    await page.locator("#tool-form").evaluate("form => { form.dataset.max = 1000 }")

    file = {"name": "a.bin", "mimeType": "text/plain", "buffer": b"x" * 2_000}
    await page.get_by_label("file: or a file of yours").set_input_files(file)
    await page.get_by_role("button", name="Run").click()

    await expect(page.locator("#result")).to_contain_text("It has more than")


async def test_rows_are_added_in_place(page: Page, complaints, product: Product, somebody: Person):
    await enter(page, product, somebody, "/tools/hf_fs/")
    first = page.get_by_role("group", name="operations 1")
    await first.get_by_label("cmd").select_option("ls")
    await first.get_by_label("args").fill("hf://models")

    await page.get_by_role("button", name="Add another").click()

    second = page.get_by_role("group", name="operations 2")
    await expect(second.get_by_label("cmd")).to_be_focused()
    await second.get_by_label("cmd").select_option("stat")
    await second.get_by_label("args").fill("hf://models")
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_role("heading", name="Result")).to_be_visible()
    await page.locator("summary", has_text="as JSON").click()
    await expect(page.locator("#call-json")).to_contain_text('"stat"')
    assert complaints == []


async def test_a_call_goes_on_by_itself_once_it_is_approved(
    page: Page, complaints, product: Product, sign_in, new_user
):
    person = new_user()
    form = {"tools": ["create_repo"], "approve_publish": "ask"}
    form |= {f"approve_{kind}": "ask" for kind in ("delete", "spend")}
    answer = post_form(sign_in(product, person.token), "/settings/tools/", form)
    assert answer.status_code == 200
    await enter(page, product, person, "/tools/create_repo/")

    await page.get_by_label("uri", exact=False).first.fill(f"hf://models/{person.name}/shown")
    await page.get_by_role("button", name="Run").click()
    link = page.get_by_role("link", name="Look at it and decide")
    await expect(link).to_be_focused()
    async with page.context.expect_page() as opened:
        await link.press("Enter")
    await (await opened.value).get_by_role("button", name="Approve").click()

    await expect(page.get_by_role("heading", name="Result")).to_be_visible()
    await expect(page.locator("#result")).to_contain_text("created")
    assert complaints == []


async def test_a_call_that_lacks_a_file_leads_to_where_it_is_given(
    page: Page, complaints, product: Product, somebody: Person
):
    await enter(page, product, somebody, "/tools/gr1_describe_file/")
    await page.get_by_role("textbox", name="file required").fill("story.txt")
    await page.get_by_role("button", name="Run").click()

    await expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("needs a file")
    link = page.get_by_role("link", name="Give it")
    await expect(link).to_be_focused()
    await expect(link).to_have_attribute("href", re.compile("/files/asked/"))
    assert complaints == []


async def test_a_dropped_file_is_chosen(page: Page, complaints, product: Product, somebody: Person):
    await enter(page, product, somebody, "/tools/gr1_describe_file/")
    transfer = await page.evaluate_handle(
        """() => { const data = new DataTransfer();
        data.items.add(new File(["hello"], "a.txt")); return data; }"""
    )

    for kind in ("dragover", "drop"):
        await page.dispatch_event("main", kind, {"dataTransfer": transfer})

    chosen = page.get_by_label("file: or a file of yours")
    assert await chosen.evaluate("input => input.files[0].name") == "a.txt"
    assert complaints == []


async def test_everything_works_without_javascript(
    browser: Browser, product: Product, somebody: Person
):
    context = await browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = await context.new_page()
    await enter(page, product, somebody, "/tools/hf_fs/")

    await page.get_by_role("button", name="Add another").click()
    await expect(page.get_by_role("group", name="operations 2")).to_be_visible()
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_role("alert")).to_be_in_viewport()
    await page.get_by_role("group", name="operations 1").get_by_label("cmd").select_option("ls")
    await page.get_by_role("group", name="operations 1").get_by_label("args").fill("hf://models")
    await page.get_by_role("button", name="Run").click()

    await expect(page.get_by_role("heading", name="Result")).to_be_in_viewport()
