from contextlib import ExitStack, closing
from types import SimpleNamespace

import httpx
import pytest
from django.core.cache import cache

from accounts.authorization.documented_clients import failures
from tests.accounts.authorization.flow import App, registered
from tests.live.people import sign_in


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    cache.clear()
    failures.clear()


@pytest.fixture
def app(db) -> App:
    return registered()


@pytest.fixture
def make_person(new_user):
    """Sign a new user in at a live product: `make_person(url)`."""
    with ExitStack() as people:

        def make(base: str) -> httpx.Client:
            somebody = SimpleNamespace(url=base)
            return people.enter_context(closing(sign_in(somebody, new_user().token)))

        yield make
