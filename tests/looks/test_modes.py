"""Pages as people's systems want them: on paper, in few colours, without movement."""

from playwright.async_api import Page, expect

from tests.accounts.test_in_browser import TWO_FRAMES
from tests.looks.site import Site

OUTLINE = "(element) => getComputedStyle(element).outlineStyle"
BORDER = "(element) => getComputedStyle(element).borderTopColor"
INK_AND_PAPER = """() => {
    const { color, backgroundColor } = getComputedStyle(
        document.querySelector("main .card, .dashboard"));
    return [color, backgroundColor.replace("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")];
}"""
MOVING = """() => document.getAnimations()
    .filter((each) => each.playState === "running")
    .map((each) => each.effect.target.className)"""


async def test_the_chosen_preset_is_told_apart_in_forced_colours(inside: Page, site: Site):
    await inside.emulate_media(forced_colors="active")
    await inside.goto(f"{site.url}/settings/tools/?preset=search")
    await inside.locator(".presets").first.wait_for(state="attached")

    chosen = inside.locator(".preset[aria-pressed=true]").first
    other = inside.locator(".preset[aria-pressed=false]").first

    assert await chosen.evaluate(OUTLINE) == "solid"
    assert await other.evaluate(OUTLINE) == "none"


async def test_what_has_the_focus_and_what_is_said_are_seen_in_forced_colours(
    inside: Page, site: Site
):
    await inside.emulate_media(forced_colors="active")
    await inside.goto(f"{site.url}/settings/approvals/")
    save = inside.get_by_role("button", name="Save changes")
    await save.press("Enter")
    toast = inside.locator(".toast")
    await expect(toast).to_be_visible()
    await expect(save).to_be_focused()

    background = "(element) => getComputedStyle(element).backgroundColor"
    assert await toast.evaluate(BORDER) != await toast.evaluate(background)
    assert await save.evaluate(OUTLINE) == "solid"


async def test_pages_are_printed_black_on_white_without_menus(inside: Page, site: Site):
    for path in ("/settings/apps/", "/settings/profiles/", "/dashboard/", "/dashboard/tools/"):
        await inside.emulate_media(color_scheme="dark", media="screen")
        await inside.goto(site.url + path)
        await inside.emulate_media(color_scheme="dark", media="print")

        for unwanted in ("banner", "navigation", "button", "contentinfo"):
            texts = await inside.get_by_role(unwanted).all_inner_texts()
            assert texts == [], f"{path}: {unwanted}"
        await expect(inside.get_by_role("heading", level=1)).to_be_visible()
        ink_and_paper = await inside.evaluate(INK_AND_PAPER)
        assert ink_and_paper == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], path


async def test_nothing_moves_for_who_wants_no_movement(inside: Page, site: Site):
    await inside.emulate_media(reduced_motion="reduce")
    for path in ("/settings/spaces/", "/settings/tools/", "/dashboard/"):
        await inside.goto(site.url + path)
        await inside.evaluate(TWO_FRAMES)

        assert await inside.evaluate(MOVING) == [], path
