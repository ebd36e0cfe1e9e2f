"""axe-core, which finds what is inaccessible on a page: https://github.com/dequelabs/axe-core"""

from functools import cache
from typing import Any

from playwright.async_api import Page

from tests import node
from tests.needs import need

AXE = node.PACKAGES / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
}
IN_SIGHT = """document.querySelectorAll("main details").forEach((each) => { each.open = true; })"""
STILL = """Promise.all(
    document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)  // a spinner
        .map((each) => each.finished.catch(() => 0))
)"""


@cache
def program() -> str:
    need(AXE.exists(), "axe-core is not installed (npm ci in tests/node)")
    return AXE.read_text()


async def prepare(page: Page) -> None:
    """Bring axe to a page, past its policy, and unfold what is folded there."""
    await page.evaluate(program())
    await page.evaluate(IN_SIGHT)


async def findings(page: Page, options: dict[str, Any] = EVERYTHING) -> list[str]:
    """Return what is wrong, each with the rule and the element."""
    await page.evaluate(STILL)
    found = await page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {each['target'][-1]}: {each['failureSummary']}"
        for violation in found["violations"]
        for each in violation["nodes"]
    ]
