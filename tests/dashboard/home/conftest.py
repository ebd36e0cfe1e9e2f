import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import make_user


@pytest.fixture
def alice(db) -> User:
    return make_user("alice-at-home")


@pytest.fixture
def at_home():
    """Return the page at `/` of somebody, as text."""
    browsers: dict[int, Client] = {}

    def page_of(user: User) -> str:
        if user.pk not in browsers:
            browsers[user.pk] = Client(headers={"host": "localhost:8000"})
            browsers[user.pk].force_login(user)
        answer = browsers[user.pk].get("/")
        assert answer.status_code == 200
        return str(answer.text)

    return page_of
