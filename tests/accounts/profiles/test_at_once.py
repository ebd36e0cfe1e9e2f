"""Profiles that are made at the same time, at two workers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest

from tests.live.people import post_form, sign_in

MANY = 6
PAGE = "/settings/profiles/"


@pytest.fixture
def browser(workers, new_user) -> Iterator[httpx.Client]:
    with closing(sign_in(SimpleNamespace(url=workers[0]), new_user().token)) as client:
        yield client


def at_once(action):
    with ThreadPoolExecutor(MANY) as pool:
        return [answer.status_code for answer in pool.map(action, range(MANY))]


def test_each_of_several_imports_of_a_file_has_a_name_of_its_own(workers, browser):
    def add(number: int) -> httpx.Response:
        return browser.post(
            workers[number % 2] + PAGE + "file/",
            data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]},
            files={"file": ("profile.json", b'{"name": "same"}')},
            headers={"Referer": workers[number % 2] + PAGE},
        )

    assert at_once(add) == [200] * MANY
    page = browser.get(PAGE).text
    assert all(f"/same-{number}/mcp" in page for number in range(2, MANY + 1))


def test_of_several_profiles_of_one_name_one_is_made(browser):
    statuses = at_once(lambda _: post_form(browser, PAGE, {"name": "same"}))

    assert sorted(statuses) == [200] + [422] * (MANY - 1)
