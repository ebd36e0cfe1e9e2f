import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.models import User


@pytest.fixture
def staff(transactional_db, settings):
    """An admin."""
    settings.ADMIN_HF_USERS = ["id:" + "a" * 24]
    return User.objects.create(username="ada", hf_id="a" * 24)


@pytest.fixture
def visitor(transactional_db):
    return User.objects.create(username="bob", hf_id="b" * 24)


@pytest.fixture
def browser_of():
    """Return a Django client that is signed in as somebody."""

    def signed_in(user):
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def session_of(browser_of):
    """Return the session cookie of somebody, from within an async test."""

    async def cookie(user):
        client = await sync_to_async(browser_of)(user)
        return client.cookies["sessionid"].value

    return cookie
