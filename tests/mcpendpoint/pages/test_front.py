"""What somebody sees at `/` who is not signed in."""

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from PIL import Image

from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db

MAX_PICTURE_BYTES = 60_000


@pytest.fixture
def front(client):
    return lambda: client.get("/", headers={"host": "localhost:8000"}).text


@pytest.fixture
def with_an_app(settings):
    settings.HF_OAUTH_CLIENT_ID = "app"


@pytest.fixture
def without_an_app(settings):
    settings.HF_OAUTH_CLIENT_ID, settings.SIGN_IN_WITH_TOKEN = "", True


def test_it_says_what_this_is_and_its_address(front):
    page = front()

    assert "one address" in page
    assert "http://localhost:8000/mcp" in page
    assert "<title>Your assistant, on Hugging Face · Hugging Face MCP server</title>" in page


def test_one_signs_in_with_hugging_face_from_here(front, with_an_app):
    page = front()

    assert 'action="/accounts/huggingface/login/"' in page
    assert "Sign in with Hugging Face" in page
    assert "paste here" not in page


def test_an_operator_without_an_app_is_told_how_to_make_one(front, without_an_app, settings):
    page = front()

    assert 'href="/sign-in/">Sign in</a>' in page
    assert "paste here" in page
    assert f"{settings.HF_ENDPOINT}/settings/applications/new" in page
    assert "http://localhost:8000/accounts/huggingface/login/callback/" in page


def test_an_operator_with_an_app_is_not(front, with_an_app):
    assert "applications/new" not in front()


def test_where_nobody_can_sign_in_it_says_so(front, without_an_app, settings):
    settings.SIGN_IN_WITH_TOKEN = False

    page = front()

    assert "Nobody can sign in yet" in page
    assert 'href="/sign-in/">Sign in</a>\n      <a' not in page
    assert "applications/new" in page


def test_it_says_what_sign_in_asks_for_as_it_is_set(front, with_an_app, settings):
    settings.HF_OAUTH_SCOPES = ["openid", "write-repos"]

    assert "know that it is you, change your repositories." in front()


def test_it_says_for_how_long_calls_are_logged(front, settings):
    settings.AUDIT_RETENTION_DAYS = 17

    assert "for 17 days" in front()


def test_the_first_to_sign_in_where_there_is_no_admin_is_told(front, with_an_app, settings):
    settings.PUBLIC_URL, settings.ADMIN_HF_USERS = "http://localhost:8000", []
    assert "whoever signs in first is its admin" in front()

    make_user("somebody-else")

    assert "whoever signs in first is its admin" not in front()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pictures_are_there_for_both_schemes_and_small(front, scheme):
    name = f"pictures/home-{scheme}.webp"
    file = finders.find(name)

    assert f"{django_settings.STATIC_URL}{name}" in front()
    with Image.open(file) as picture, open(file, "rb") as content:
        assert picture.width * picture.height > 400_000
        assert len(content.read()) < MAX_PICTURE_BYTES
