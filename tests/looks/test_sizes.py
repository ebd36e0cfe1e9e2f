"""Pages fit small windows and large text, and do not take long to fetch."""

import gzip
import re
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache

import httpx
from playwright.async_api import Page, ViewportSize

from tests.live.people import HTML, sign_in
from tests.looks.axe import IN_SIGHT
from tests.looks.site import DASHBOARD, SETTINGS, SIGNED_OUT, Site

NARROW = ViewportSize(width=320, height=640)
DESK = ViewportSize(width=1280, height=900)
EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ENLARGE = 'document.documentElement.style.fontSize = "200%"'
BUDGETS = {"script": 60_000, "style": 40_000}
"""Bytes a page, compressed."""
PARTS = {
    "script": re.compile(r'<script[^>]* src="([^"]+)"'),
    "style": re.compile(r'<link[^>]* rel="stylesheet"[^>]* href="([^"]+)"'),
}


async def too_wide(page: Page, site: Site, paths: Iterable[str]) -> list[str]:
    found = []
    for path in paths:
        await page.set_viewport_size(NARROW)
        await page.goto(site.url + path)
        await page.evaluate(IN_SIGHT)
        narrow = await page.evaluate(EXCESS)
        await page.set_viewport_size(DESK)
        await page.evaluate(ENLARGE)
        enlarged = await page.evaluate(EXCESS)
        if narrow or enlarged:
            found.append(f"{path}: {narrow} px at 320 px, {enlarged} px with text twice as large")
    return found


async def test_pages_for_everybody_fit(page: Page, site: Site):
    found = await too_wide(page, site, SIGNED_OUT)

    assert not found, "\n".join(found)


async def test_pages_of_who_signed_in_fit(inside: Page, site: Site):
    asked = site.consent.removeprefix(site.url)
    found = await too_wide(inside, site, [*SETTINGS, asked, site.approval, *DASHBOARD])

    assert not found, "\n".join(found)


def sizes(browser: httpx.Client) -> Callable[[str], int]:
    return cache(lambda path: len(gzip.compress(browser.get(path).raise_for_status().content)))


def test_pages_need_little_to_be_fetched(site: Site):
    found = []
    with closing(sign_in(site.product, site.person.token)) as browser:
        size_of = sizes(browser)
        for path in (*SETTINGS, *DASHBOARD):
            page = browser.get(path, headers=HTML).text
            for kind, budget in BUDGETS.items():
                needed = sum(size_of(part) for part in PARTS[kind].findall(page))
                if not 0 < needed <= budget:
                    found.append(f"{path}: {needed} bytes of {kind}, of at most {budget}")

    assert not found, "\n".join(found)
