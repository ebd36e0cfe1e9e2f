"""No page is left out when pages are looked at."""

from contextlib import closing
from urllib.parse import urlsplit

import httpx
from django.urls import resolve

from tests.live.people import HTML, sign_in
from tests.looks.site import DASHBOARD, SETTINGS, SIGNED_OUT, Site
from tests.routes import all_routes, path_of

NOWHERE = "/there/is/none"
"""Has a page too, which no view makes."""


def test_every_page_that_can_be_opened_is_looked_at(site: Site):
    addresses = {*SIGNED_OUT, *SETTINGS, *DASHBOARD, site.approval, site.consent} - {NOWHERE}
    seen = {resolve(urlsplit(address).path).func for address in addresses}
    paths = [path_of(route, lambda *_: "1") for route in all_routes()]
    unseen = [path for path in paths if resolve(path).func not in seen]

    with closing(sign_in(site.product, site.person.token)) as browser:
        browser.follow_redirects = False
        left_out = [path for path in unseen if is_page(browser, path)]
    assert not left_out, left_out


def is_page(browser: httpx.Client, path: str) -> bool:
    answer = browser.get(path, headers=HTML)
    return answer.status_code == 200 and "<main" in answer.text
