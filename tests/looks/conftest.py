from collections.abc import Iterator

import pytest
from playwright.async_api import Page

from tests.accounts.test_in_browser import sign_in
from tests.live.people import new_user as make_user
from tests.live.product import start_product
from tests.looks.site import Site, furnish


@pytest.fixture(scope="session")
def site(product_env: dict[str, str]) -> Iterator[Site]:
    """A server of these tests alone, for they look at everything that there is on it."""
    person = make_user()
    with start_product(product_env | {"ADMIN_HF_USERS": person.name}) as product:
        yield furnish(product, person)


@pytest.fixture
async def inside(page: Page, site: Site) -> Page:
    """Signed in as the person of the site."""
    await sign_in(page, site.product, site.person)
    return page
