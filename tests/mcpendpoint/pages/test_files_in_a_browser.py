"""The page of files in a real browser: dropped, broken off, on a phone, without a mouse."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect

from accounts.space_prefixes import url_space_prefix
from tests.accounts.test_in_browser import PHONE, complaints, sign_in
from tests.live.people import Person
from tests.live.product import Product
from tests.mcpendpoint.wire import Wire

__all__ = ["complaints"]

BYTES = bytes(range(256)) * 5_000
"""Three pieces."""
FILE = {"name": "größe.bin", "mimeType": "application/octet-stream", "buffer": BYTES}


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def person(new_user) -> Person:
    return new_user()


@pytest.fixture
async def files(page: Page, complaints, product: Product, person) -> Page:
    await sign_in(page, product, person)
    await page.locator(".person-menu summary").click()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Files").click()
    await expect(page.get_by_role("heading", name="Files", exact=True)).to_be_visible()
    await page.wait_for_load_state()
    return page


async def test_a_file_is_uploaded_in_pieces_and_its_handle_copied(files: Page, complaints):
    await files.context.grant_permissions(["clipboard-read", "clipboard-write"])

    await files.get_by_label("Upload a file").set_input_files(FILE)

    await expect(files.locator("#upload-news")).to_have_text("größe.bin is here.")
    await files.get_by_role("button", name="Copy the handle of größe.bin").click()
    copied = await files.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("file://")
    async with files.expect_download() as downloading:
        await files.get_by_role("link", name="Download größe.bin").click()
    download = await downloading.value
    assert download.suggested_filename == "größe.bin"
    assert (await download.path()).read_bytes() == BYTES
    assert complaints == []


async def test_an_upload_whose_connection_breaks_goes_on_where_it_was(files: Page, product):
    refused: list[str] = []

    async def break_off(route: Route) -> None:
        url = route.request.url
        if "offset=500000" in url and len(refused) < 2:
            refused.append(url)
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await files.route("**/files/uploads/**", break_off)
    await files.get_by_label("Upload a file").set_input_files(FILE)

    await expect(files.locator("#upload-news")).to_have_text("größe.bin is here.")
    assert len(refused) == 2


async def test_an_upload_goes_on_after_the_page_was_loaded_anew(files: Page, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(BYTES)
    offsets: list[str] = []
    files.on("request", lambda sent: offsets.extend(sent.url.split("offset=")[1:]))

    await files.route("**/files/uploads/**offset=500000", lambda route: route.abort())
    await files.get_by_label("Upload a file").set_input_files(file)
    await expect(files.locator(".upload [data-of=state]")).to_have_text("39 %")
    await files.reload()
    await files.unroute_all()
    await expect(files.locator("#files")).to_contain_text("39 % is here")
    before = len(offsets)
    await files.get_by_label("Upload a file").set_input_files(file)

    await expect(files.locator("#upload-news")).to_have_text("a.bin is here.")
    assert offsets[before:] == ["500000", "1000000"]


async def test_dropped_files_are_uploaded(files: Page, complaints):
    transfer = await files.evaluate_handle(
        """() => { const data = new DataTransfer();
        for (const name of ["a.txt", "b.txt"]) data.items.add(new File(["x"], name));
        return data; }"""
    )

    await files.dispatch_event("#upload", "drop", {"dataTransfer": transfer})

    await expect(files.locator("#files .file")).to_have_count(2)
    assert complaints == []


async def test_a_file_that_does_not_fit_is_told_so(files: Page):
    await files.evaluate("document.getElementById('upload').dataset.max = '10'")

    await files.get_by_label("Upload a file").set_input_files(FILE)

    await expect(files.locator(".upload")).to_contain_text("It has more than")
    await files.get_by_role("button", name="Stop").click()
    await expect(files.locator(".upload")).to_have_count(0)


async def test_a_picture_is_shown_and_deleted_in_place_by_keyboard(files: Page, complaints):
    dot = {"name": "dot.png", "mimeType": "image/png", "buffer": picture()}
    await files.get_by_label("Upload a file").set_input_files(dot)
    await expect(files.locator("#files img")).to_have_js_property("naturalWidth", 40)

    await files.get_by_role("button", name="Delete dot.png").press("Enter")

    await expect(files.locator("#toasts")).to_have_text("“dot.png” is deleted.")
    await expect(files.locator("#files")).to_contain_text("You have no files yet")
    assert complaints == []


async def test_without_javascript_a_form_uploads(browser, product, new_user, files: Page):
    state = await files.context.storage_state()
    context = await browser.new_context(java_script_enabled=False, storage_state=state)
    plain = await context.new_page()
    await plain.goto(f"{product.url}/files/")

    await plain.get_by_label("Upload a file").set_input_files({**FILE, "buffer": b"small"})
    await plain.get_by_role("button", name="Upload", exact=True).click()

    await expect(plain.locator("main")).to_contain_text("“größe.bin” is here.")


async def test_nothing_is_cut_off_on_a_phone(files: Page):
    await files.set_viewport_size(PHONE)
    long = {**FILE, "name": "x" * 100 + ".bin", "buffer": b"x"}
    await files.get_by_label("Upload a file").set_input_files(long)
    await expect(files.locator("#files .file")).to_have_count(1)

    assert await files.evaluate("document.documentElement.scrollWidth <= innerWidth")


def calling(product: Product, person: Person) -> Callable[[], str]:
    """Return a call that lacks a file, of a Space that the product knows by then."""
    wire = Wire(f"{product.url}/mcp?gradio=acme/image-maker", person.token)
    tool = f"{url_space_prefix('acme/image-maker')}describe_file"
    assert tool in wire.tools()
    return lambda: wire.call(tool, {"file": "story.txt"})["result"]["content"][0]["text"]


def address_in(told: str) -> str:
    found = re.search(r"http://\S+/files/asked/\w+/", told)
    assert found, told
    return found[0]


@pytest.mark.parametrize("has_script", [True, False])
async def test_a_file_that_a_call_lacks_is_given_at_its_page(
    browser, product: Product, space, new_user, has_script
):
    context = await browser.new_context(java_script_enabled=has_script)
    page, person = await context.new_page(), new_user()
    await sign_in(page, product, person)
    call = calling(product, person)

    await page.goto(address_in(call()))
    await expect(page.get_by_text("switched on")).to_be_visible(visible=not has_script)
    content = BYTES if has_script else BYTES[:1000]
    await page.get_by_label("Upload a file").set_input_files({**FILE, "buffer": content})
    await page.get_by_role("button", name="Give it").click()

    await expect(page.get_by_role("heading", name="Given", exact=True)).to_be_visible()
    await expect(page).to_have_title(re.compile("^Given"))
    assert f"{len(content)} bytes" in call()
    if not has_script:
        await page.reload()
    await expect(page.get_by_role("heading", name="Your assistant has it")).to_be_visible()
    await expect(page).to_have_title(re.compile("^Your assistant has it"))


async def test_a_call_that_lacks_a_file_is_offered_what_is_here_in_a_way_to_tell_it_apart(
    files: Page, product: Product, space, person, complaints
):
    dot = {"name": "image.png", "mimeType": "image/png", "buffer": picture()}
    for _ in range(2):
        await files.get_by_label("Upload a file").set_input_files(dot)
        await expect(files.locator("#upload-news")).to_have_text("image.png is here.")
        await files.reload()

    await files.goto(address_in(calling(product, person)()))

    await expect(files.locator("main")).to_contain_text("This was asked by a program with")
    offered = files.locator(".offered")
    await expect(offered.locator("img").first).to_have_js_property("naturalWidth", 40)
    await expect(offered).to_have_count(2)
    await expect(offered.first).to_contain_text(re.compile(r"uploaded · .* \d\d:\d\d:\d\d UTC"))
    for button in ("Give it", "Give what is chosen"):
        await files.get_by_role("button", name=button).click()
        assert await files.locator("input:focus:invalid").count() == 1
    await files.set_viewport_size(PHONE)
    assert await files.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await offered.first.click()
    await files.get_by_role("button", name="Give what is chosen").click()
    await expect(files.get_by_role("heading", name="Given", exact=True)).to_be_visible()
    assert complaints == []
